import WGModel

/// Walks attributes in bytes from outside. It never reads beyond its bounds, whatever the bytes say.
///
/// The first thing that makes no sense marks the reader malformed; from then on it finds no attribute and its values
/// are zero. So parsing code asks once, at the end.
struct AttributeReader {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int
    /// The current attribute's payload.
    private(set) var payload: Range<Int>
    private(set) var isMalformed = false

    /// - Parameter range: clamped to the bytes that there are.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        let range = range.clamped(to: bytes.indices)
        position = range.lowerBound
        end = range.upperBound
        payload = range.lowerBound..<range.lowerBound
    }

    /// Goes to the next attribute: its type without the flag bits; `nil` at the end, and when malformed.
    mutating func next() -> UInt16? {
        guard !isMalformed, position < end else { return nil }
        guard end - position >= 4 else { return fault() }
        let length = Int(load(UInt16.self, at: position))
        guard length >= 4, length <= end - position else { return fault() }
        let type = load(UInt16.self, at: position + 2) & 0x3fff
        payload = (position + 4)..<(position + length)
        position = min(position + (length + 3) & ~3, end)
        return type
    }

    /// The attributes inside the current one.
    mutating func nested(_ body: (inout AttributeReader) -> Void) {
        guard !isMalformed else { return }
        var inner = AttributeReader(bytes, payload)
        body(&inner)
        if inner.isMalformed { isMalformed = true }
    }

    /// For parsing code that finds a value senseless.
    mutating func markMalformed() { isMalformed = true }

    // MARK: The current attribute as a value. Too few bytes are a fault; further ones are left alone.

    mutating func uint8() -> UInt8 { integer() }
    mutating func uint16() -> UInt16 { integer() }
    mutating func uint32() -> UInt32 { integer() }
    mutating func uint64() -> UInt64 { integer() }

    /// An integer at an offset in the payload, in host byte order.
    mutating func integer<Value: FixedWidthInteger>(at offset: Int = 0) -> Value {
        guard hasPayload(offset + Value.bitWidth / 8) else { return 0 }
        return load(Value.self, at: payload.lowerBound + offset)
    }

    /// An integer at an offset in the payload, in network byte order.
    mutating func bigEndian<Value: FixedWidthInteger>(at offset: Int = 0) -> Value {
        Value(bigEndian: integer(at: offset))
    }

    mutating func keyBytes() -> KeyBytes {
        guard hasPayload(32) else { return KeyBytes(repeating: 0) }
        let start = payload.lowerBound
        return KeyBytes { bytes[start + $0] }
    }

    /// Up to the first NUL or the end.
    func string() -> String {
        String(decoding: bytes[payload].prefix { $0 != 0 }, as: UTF8.self)
    }

    private mutating func hasPayload(_ count: Int) -> Bool {
        guard !isMalformed, payload.count >= count else {
            isMalformed = true
            return false
        }
        return true
    }

    private mutating func fault() -> UInt16? {
        isMalformed = true
        return nil
    }

    private func load<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value {
        bytes.withUnsafeBytes { buffer in
            // The buffer's own check would be gone in a release build; this one stays.
            precondition(offset >= 0 && offset + Value.bitWidth / 8 <= buffer.count)
            return buffer.loadUnaligned(fromByteOffset: offset, as: Value.self)
        }
    }
}
