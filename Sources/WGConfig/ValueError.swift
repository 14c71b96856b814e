/// Why a value is refused, and which part of it.
public struct ValueError: Error, Hashable, Sendable {
    /// What is wrong.
    public let fault: ValueFault
    /// Bytes of the value's UTF-8 text, counted without its white space.
    public let range: Range<Int>

    /// An error as it is.
    public init(_ fault: ValueFault, _ range: Range<Int>) {
        self.fault = fault
        self.range = range
    }
}

/// What is wrong with a value. None of the cases carries the value.
public enum ValueFault: Error, Hashable, Sendable {
    case empty
    /// A key of this many characters instead of 44.
    case keyLength(Int)
    /// 44 characters, but not the base64 of 32 bytes: a character outside the alphabet, no `=` at the end, or spare
    /// bits set.
    case keyNotBase64
    /// Neither a number nor a service name.
    case notPort
    /// Beyond 65535, or negative. `getaddrinfo`, which others ask, takes some such numbers modulo 65536.
    case portOutOfRange(wrapped: UInt16?)
    /// Neither `off` nor a number, decimal or `0x` and hexadecimal.
    case notFwmark
    /// Beyond 4294967295.
    case fwmarkOutOfRange
    /// Neither `off` nor a number.
    case notSeconds
    /// Beyond 65535.
    case secondsOutOfRange
    /// Nothing between two commas, or after the last.
    case emptyEntry
    /// Neither an IPv4 nor an IPv6 address.
    case notAddress
    /// Not a number after the slash.
    case notPrefixLength
    /// Longer than the address, which has this many bits.
    case prefixLengthOutOfRange(bits: Int)
    case endpointWithoutHost
    case endpointWithoutPort
    /// `[` without `]`, or no `:` after `]`.
    case endpointBracket
    case notMTU
    /// Below 68 or beyond 65535.
    case mtuOutOfRange
    /// Neither `auto`, `off`, `main`, `local`, `default` nor a number.
    case notTable
    /// 0, or beyond 4294967295.
    case tableOutOfRange
    /// Neither `true` nor `false`.
    case notBoolean
    case notUTF8
}
