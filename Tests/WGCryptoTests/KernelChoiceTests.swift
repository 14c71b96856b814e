import CAead
import TestSupport
import Testing
import WGModel

@testable import WGCrypto

/// What an engine does at its start.
struct KernelChoiceTests {
    init() { Sodium.initialize() }

    @Test("A kernel that gives libsodium's results is taken")
    func right() throws {
        #expect(CipherKernel.choice(nil) == .libsodium)
        for kernel in CipherKernel.all { #expect(CipherKernel.choice(kernel) == .kernel(kernel.name)) }
        let best = CipherKernel.all.first.map { TransportCipher.Choice.kernel($0.name) } ?? .libsodium
        #expect(TransportCipher.chooseKernel() == best)
    }

    @Test("A kernel that seals wrongly, at one length alone, is not taken")
    func wrongSeal() {
        expectRefusal { kernel in
            kernel.seal = { key, nonce, additional, additionalCount, source, count, destination in
                caead_kernel_at(0).pointee.seal(
                    key, nonce, additional, additionalCount, source, count, destination)
                if count == 1420 { destination![1300] ^= 0x40 }
            }
        }
    }

    @Test("A kernel that decrypts wrongly is not taken")
    func wrongOpen() {
        expectRefusal { kernel in
            kernel.open = { key, nonce, additional, additionalCount, source, count, destination in
                let isGenuine = caead_kernel_at(0).pointee.open(
                    key, nonce, additional, additionalCount, source, count, destination)
                if isGenuine, count > 1000 { destination![999] ^= 1 }
                return isGenuine
            }
        }
    }

    @Test("A kernel that refuses what is genuine is not taken")
    func refusal() { expectRefusal { $0.open = { _, _, _, _, _, _, _ in false } } }

    @Test("A kernel that takes every tag for right is not taken")
    func credulity() {
        expectRefusal { kernel in
            kernel.open = { key, nonce, additional, additionalCount, source, count, destination in
                _ = caead_kernel_at(0).pointee.open(
                    key, nonce, additional, additionalCount, source, count, destination)
                return true
            }
        }
    }

    /// libsodium is taken instead of this processor's best kernel with a fault in it.
    private func expectRefusal(_ spoil: (inout caead_kernel) -> Void) {
        guard let best = caead_kernel_at(0) else { return }
        var kernel = best.pointee
        spoil(&kernel)
        let choice = withUnsafePointer(to: &kernel) { CipherKernel.choice(CipherKernel(pointer: $0)) }
        #expect(choice == .libsodiumInsteadOf(String(cString: kernel.name)))
        #expect(choice.faultyKernel == String(cString: kernel.name))
    }
}
