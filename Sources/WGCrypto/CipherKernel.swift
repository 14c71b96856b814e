internal import CAead
internal import CSodium

extension TransportCipher {
    /// What `chooseKernel` came to.
    public enum Choice: Hashable, Sendable {
        /// The kernel of this name, written for instructions of this processor.
        case kernel(String)
        /// libsodium, which has code for every processor.
        case libsodium
        /// libsodium, as the kernel of this name gives wrong results here. Somebody should hear of it: the processor,
        /// the memory or the compiler is not in order.
        case libsodiumInsteadOf(String)

        public var faultyKernel: String? {
            if case .libsodiumInsteadOf(let name) = self { name } else { nil }
        }
    }

    /// Takes the fastest kernel for this processor, if it does in a test what libsodium does. Takes some 50 us.
    ///
    /// Call it before other threads seal or open. libsodium is initialised too.
    public static func chooseKernel() -> Choice {
        Sodium.initialize()
        let kernel = CipherKernel.all.first
        let choice = CipherKernel.choice(kernel)
        if case .kernel = choice { caead_choose(kernel?.pointer) } else { caead_choose(nil) }
        return choice
    }
}

/// One implementation of ChaCha20-Poly1305 in CAead.
///
/// `@unchecked Sendable`: it points to a constant.
struct CipherKernel: @unchecked Sendable {
    let pointer: UnsafePointer<caead_kernel>

    var name: String { pointer.pointee.name.map { String(cString: $0) } ?? "" }

    /// Those that this processor can run, the fastest first.
    static var all: [CipherKernel] {
        var found: [CipherKernel] = []
        while let kernel = caead_kernel_at(found.count) { found.append(CipherKernel(pointer: kernel)) }
        return found
    }

    static func choice(_ kernel: CipherKernel?) -> TransportCipher.Choice {
        guard let kernel else { return .libsodium }
        return kernel.isRight() ? .kernel(kernel.name) : .libsodiumInsteadOf(kernel.name)
    }

    /// Lengths around those where a kernel does something else than before: a word, a vector, a block of either cipher,
    /// 4 or 8 blocks with the first for the tag's key, and a full packet.
    static let testLengths = [
        0, 1, 7, 8, 15, 16, 17, 31, 33, 64, 100, 191, 192, 193, 447, 448, 449, 511, 960, 961, 1280, 1420, 1472, 1473,
        2048,
    ]

    /// Whether it seals as libsodium does, opens what that has sealed, and refuses a wrong tag.
    func isRight() -> Bool {
        let longest = Self.testLengths.reduce(0, max)
        // Bytes of no pattern, each a few times the one before.
        var state: UInt8 = 1
        let bytes = (0..<longest + 44).map { _ in
            state = state &* 141 &+ 3
            return state
        }
        return Self.testLengths.allSatisfy { count in
            isRight(key: bytes[count % 7..<count % 7 + 32], nonce: bytes[32..<44], plaintext: bytes[44..<44 + count])
        }
    }

    private func isRight(key: ArraySlice<UInt8>, nonce: ArraySlice<UInt8>, plaintext: ArraySlice<UInt8>) -> Bool {
        let count = plaintext.count
        var expected = [UInt8](repeating: 0, count: count + 16)
        var output = expected
        let key = Array(key)
        let nonce = Array(nonce)
        var message = Array(plaintext)
        message.append(0)
        _ = crypto_aead_chacha20poly1305_ietf_encrypt(
            &expected, nil, message, UInt64(count), nil, 0, nil, nonce, key)
        pointer.pointee.seal(key, nonce, nil, 0, message, count, &output)
        guard output == expected else { return false }
        guard pointer.pointee.open(key, nonce, nil, 0, expected, count + 16, &output), output[..<count] == plaintext
        else { return false }
        expected[count + count % 16] ^= 1
        return !pointer.pointee.open(key, nonce, nil, 0, expected, count + 16, &output)
    }
}
