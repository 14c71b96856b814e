/// A number modulo 2^130 - 5 in five words of 26 bits, slow and plain: to make messages whose sums in Poly1305 are known
/// beforehand.
struct Poly1305Residue: Equatable {
    /// Fully reduced.
    private(set) var limbs: [UInt64]

    private static let mask: UInt64 = 1 << 26 - 1
    /// 2^130 - 5.
    private static let modulus: [UInt64] = [mask - 4, mask, mask, mask, mask]

    init(_ words: [UInt64]) {
        limbs = words
        for _ in 0..<3 { carry() }
        if !limbs.elementsEqual(Self.modulus), limbs.reversed().lexicographicallyPrecedes(Self.modulus.reversed()) {
            return
        }
        limbs = zip(limbs, Self.modulus).map { $0 &- $1 }
    }

    /// Little-endian, at most 17 bytes, below 2^130.
    init(bytes: [UInt8]) {
        let bits = bytes.flatMap { byte in (0..<8).map { UInt64(byte >> UInt8($0) & 1) } }
        self.init(
            (0..<5).map { limb in
                (0..<26).reduce(0) { sum, bit in
                    let position = 26 * limb + bit
                    return position < bits.count ? sum | bits[position] << UInt64(bit) : sum
                }
            })
    }

    /// 17 bytes.
    var bytes: [UInt8] {
        (0..<17).map { byte in
            (0..<8).reduce(UInt8(0)) { sum, bit in
                let position = 8 * byte + bit
                guard position < 130 else { return sum }
                return sum | UInt8(limbs[position / 26] >> UInt64(position % 26) & 1) << UInt8(bit)
            }
        }
    }

    private mutating func carry() {
        for index in 0..<5 {
            let over = limbs[index] >> 26
            limbs[index] &= Self.mask
            limbs[(index + 1) % 5] += index == 4 ? 5 * over : over
        }
    }

    static func + (left: Self, right: Self) -> Self { Self(zip(left.limbs, right.limbs).map { $0 + $1 }) }

    static func - (left: Self, right: Self) -> Self {
        Self((0..<5).map { left.limbs[$0] + 2 * modulus[$0] - right.limbs[$0] })
    }

    static func * (left: Self, right: Self) -> Self {
        var product = [UInt64](repeating: 0, count: 5)
        for i in 0..<5 {
            for j in 0..<5 { product[(i + j) % 5] += left.limbs[i] * right.limbs[j] * (i + j < 5 ? 1 : 5) }
        }
        return Self(product)
    }

    /// By Fermat: the power of 2^130 - 7, whose bits are all set but those of 2 and 4.
    var inverse: Self {
        var result = Self([1, 0, 0, 0, 0])
        for bit in (0..<130).reversed() {
            result = result * result
            if bit != 1 && bit != 2 { result = result * self }
        }
        return result
    }

    /// A few numbers at the ends of 26, 44, 64 and 128 bits and of the field itself.
    static let edges: [Poly1305Residue] = {
        var found: [Poly1305Residue] = []
        for bit in [0, 1, 2, 26, 32, 44, 52, 63, 64, 78, 88, 104, 127, 128, 129] {
            var power = [UInt8](repeating: 0, count: 17)
            power[bit / 8] = 1 << UInt8(bit % 8)
            let one = Poly1305Residue([1, 0, 0, 0, 0])
            let value = Poly1305Residue(bytes: power)
            let zero = Poly1305Residue([0, 0, 0, 0, 0])
            found += [value, value - one, value + one, zero - value, zero - value - one]
        }
        return found
    }()

    /// Whole blocks, each of which makes of the sum, times the key, one of `values`: each time the next one that a block
    /// can lead to, which are about a quarter of all.
    ///
    /// - Parameter key: the 16 bytes before clamping.
    static func message(of blocks: Int, visiting values: [Self], from start: Int, key: [UInt8]) -> [UInt8] {
        let clamp: [UInt8] = [255, 255, 255, 15, 252, 255, 255, 15, 252, 255, 255, 15, 252, 255, 255, 15]
        let key = Self(bytes: zip(key, clamp).map { $0 & $1 })
        let inverse = key.inverse
        let top = Self(bytes: [UInt8](repeating: 0, count: 16) + [1])
        var sum = Self([0, 0, 0, 0, 0])
        var next = start
        var message: [UInt8] = []
        for _ in 0..<blocks {
            for _ in values.indices {
                next += 1
                let wanted = values[next % values.count]
                let block = (wanted * inverse - sum - top).bytes
                guard block[16] == 0 else { continue }
                message += block[..<16]
                sum = wanted
                break
            }
        }
        return message
    }
}
