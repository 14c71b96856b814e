/// Text in the making: UTF-8 in one buffer, to which keys, numbers and addresses are written without a string of their
/// own. Devices with thousands of peers go through it.
public struct TextBuffer: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// An empty text.
    public init() {}

    /// An empty text with room for so many bytes, so that it need not move while it is written.
    public init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// What has been written, as a string.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Starts anew in the same memory.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Starts anew in the same memory, of which nothing is left: the text held keys.
    public mutating func erase() {
        for index in bytes.indices { bytes[index] = 0 }
        removeAll()
    }

    /// The text as it is.
    public mutating func append(_ text: String) {
        let text = text.utf8.span
        bytes.append(addingCapacity: text.count) { bytes in
            for index in text.indices { bytes.append(text[index]) }
        }
    }

    /// Text that is bytes already.
    public mutating func append(_ text: [UInt8]) { bytes.append(contentsOf: text) }

    /// One ASCII character.
    public mutating func append(ascii character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }

    /// Decimal.
    public mutating func append(_ number: UInt64) {
        bytes.append(addingCapacity: 20) { Decimal.append(number, to: &$0) }
    }

    /// Decimal, with a minus sign below 0.
    public mutating func append(_ number: Int64) {
        if number < 0 { append("-") }
        append(number.magnitude)
    }

    /// 44 characters.
    public mutating func appendBase64(_ key: KeyBytes) {
        bytes.append(addingCapacity: 44) { Base64.append(key, to: &$0) }
    }

    /// 64 lower-case digits.
    public mutating func appendHex(_ key: KeyBytes) {
        bytes.append(addingCapacity: 64) { Hex.append(key, to: &$0) }
    }

    /// The text of `inet_ntop`.
    public mutating func append(_ address: IPAddress) {
        bytes.append(addingCapacity: IPAddress.maximumTextLength) { address.append(to: &$0) }
    }

    /// `ADDRESS/LENGTH`.
    public mutating func append(_ prefix: IPPrefix) {
        bytes.append(addingCapacity: IPAddress.maximumTextLength + 4) {
            prefix.address.append(to: &$0)
            $0.append(UInt8(ascii: "/"))
            Decimal.append(UInt64(prefix.length), to: &$0)
        }
    }

    /// As `Endpoint.description(scopeName:)`.
    public mutating func append(_ endpoint: Endpoint, scopeName: (UInt32) -> String? = { _ in nil }) {
        let isIPv4 = endpoint.address.isIPv4
        if !isIPv4 { append("[") }
        append(endpoint.address)
        if !isIPv4, endpoint.scopeID != 0 { append("%" + (scopeName(endpoint.scopeID) ?? String(endpoint.scopeID))) }
        append(isIPv4 ? ":" : "]:")
        append(UInt64(endpoint.port))
    }

    /// A list, with the separator between two prefixes.
    public mutating func append(_ prefixes: [IPPrefix], separator: String) {
        var isFirst = true
        for prefix in prefixes {
            if !isFirst { append(separator) }
            append(prefix)
            isFirst = false
        }
    }
}

enum Decimal {
    /// At most 20 digits.
    static func append(_ number: UInt64, to text: inout OutputSpan<UInt8>) {
        var storage = InlineArray<20, UInt8>(repeating: 0)
        var digits = storage.mutableSpan
        var start = 20
        var rest = number
        repeat {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest != 0
        for index in start..<20 { text.append(digits[index]) }
    }
}
