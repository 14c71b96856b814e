internal import CLinux

/// A host's name as it stands in DNS messages: labels, each after its length. Upper and lower case are the same.
struct DNSName: Hashable, Sendable {
    /// Uncompressed, ASCII letters in lower case, with the empty label at the end.
    let bytes: [UInt8]

    /// A name as people write it, with or without the last dot. `nil` when a label is empty or too long, or the whole is.
    init?(_ text: String) {
        guard !text.isEmpty, let bytes = Self.name({ clinux_dns_name_from_text(text, $0) }) else { return nil }
        self.bytes = bytes
    }

    /// The name at an offset of a message, and the offset behind it. `nil` when what stands there is no name.
    static func read(_ message: [UInt8], at offset: Int) -> (name: DNSName, end: Int)? {
        guard offset >= 0 else { return nil }
        var taken = 0
        let bytes = name { clinux_dns_name_from_message(message, message.count, offset, $0, &taken) }
        return bytes.map { (DNSName(bytes: $0), offset + taken) }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private static func name(_ fill: (UnsafeMutablePointer<UInt8>?) -> Int32) -> [UInt8]? {
        var count: Int32 = -1
        let bytes = [UInt8](unsafeUninitializedCapacity: clinux_dns_name_size) { buffer, filled in
            count = fill(buffer.baseAddress)
            filled = max(0, Int(count))
        }
        // A label's length is below 64, where no letter is.
        return count > 0 ? bytes.map { (65...90).contains($0) ? $0 | 0x20 : $0 } : nil
    }
}
