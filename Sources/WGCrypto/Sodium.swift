internal import CSodium

/// libsodium as a whole.
public enum Sodium {
    /// Lets libsodium look at the CPU and open its random source, once per process; any thread, any number of times.
    ///
    /// Everything in this module that needs it calls it. Two exceptions: `TransportCipher`, which is correct without it
    /// but slower, so an engine calls it at start; and `Random`, which needs no CPU features.
    public static func initialize() { _ = once }

    private static let once: Void = {
        // It fails only where the system has no random numbers to give; no key may be made then.
        precondition(sodium_init() >= 0, "libsodium does not start")
    }()
}

/// Compares in a time that depends on the lengths alone. Different lengths are unequal.
public func constantTimeEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return left.withUnsafeBytes { left in
        right.withUnsafeBytes { right in
            guard let a = left.baseAddress, let b = right.baseAddress else { return true }
            return sodium_memcmp(a, b, left.count) == 0
        }
    }
}

/// Compares in a time that depends on the lengths alone. Different lengths are unequal.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    constantTimeEqual(left.span, right.span)
}
