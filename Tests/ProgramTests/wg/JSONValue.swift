/// JSON as it was read, strictly by RFC 8259 and nothing beyond it.
indirect enum JSONValue: Equatable {
    case null
    case bool(Bool)
    /// As written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    struct Malformed: Error {
        let offset: Int
    }

    /// - Throws: where the text is not JSON, or names a member twice.
    init(_ text: String) throws {
        var reader = Reader(bytes: Array(text.utf8))
        self = try reader.value()
        reader.skipSpace()
        guard reader.offset == reader.bytes.count else { throw Malformed(offset: reader.offset) }
    }

    subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    subscript(index: Int) -> JSONValue? {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
    }

    var names: Set<String> {
        if case .object(let members) = self { Set(members.keys) } else { [] }
    }

    private struct Reader {
        let bytes: [UInt8]
        var offset = 0

        private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

        mutating func skipSpace() {
            while let byte = next, [9, 10, 13, 32].contains(byte) { offset += 1 }
        }

        private mutating func take(_ text: String) -> Bool {
            guard bytes[offset...].starts(with: text.utf8) else { return false }
            offset += text.utf8.count
            return true
        }

        private mutating func expect(_ text: String) throws {
            guard take(text) else { throw Malformed(offset: offset) }
        }

        mutating func value() throws -> JSONValue {
            skipSpace()
            if take("null") { return .null }
            if take("true") { return .bool(true) }
            if take("false") { return .bool(false) }
            if take("[") { return .array(try list("]") { try $0.value() }) }
            if take("{") {
                let members = try list("}") { reader in
                    reader.skipSpace()
                    let name = try reader.string()
                    reader.skipSpace()
                    try reader.expect(":")
                    return (name, try reader.value())
                }
                guard Set(members.map(\.0)).count == members.count else { throw Malformed(offset: offset) }
                return .object(Dictionary(uniqueKeysWithValues: members))
            }
            return next == UInt8(ascii: "\"") ? .string(try string()) : .number(try number())
        }

        private mutating func list<Item>(_ end: String, _ item: (inout Reader) throws -> Item) throws -> [Item] {
            var items: [Item] = []
            skipSpace()
            if take(end) { return items }
            while true {
                items.append(try item(&self))
                skipSpace()
                if take(end) { return items }
                try expect(",")
            }
        }

        /// An integer; the program writes no other numbers.
        private mutating func number() throws -> String {
            let start = offset
            _ = take("-")
            let digits = bytes[offset...].prefix { (48...57).contains($0) }
            offset += digits.count
            guard let first = digits.first, first != 48 || digits.count == 1 else { throw Malformed(offset: start) }
            return String(decoding: bytes[start..<offset], as: UTF8.self)
        }

        private mutating func string() throws -> String {
            try expect("\"")
            var content: [UInt8] = []
            while let byte = next {
                offset += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
                case UInt8(ascii: "\\"): content += try escape()
                case 0..<32: throw Malformed(offset: offset)
                default: content.append(byte)
                }
            }
            throw Malformed(offset: offset)
        }

        private mutating func escape() throws -> [UInt8] {
            if take("\"") { return [34] }
            if take("\\") { return [92] }
            try expect("u")
            let digits = String(decoding: bytes[offset...].prefix(4), as: UTF8.self)
            guard digits.utf8.count == 4, let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
                throw Malformed(offset: offset)
            }
            offset += 4
            return Array(String(scalar).utf8)
        }
    }
}
