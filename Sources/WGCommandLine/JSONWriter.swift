/// Writes one JSON value (RFC 8259) from front to back, on one line.
///
/// The calls are the tokens: the caller opens what it closes, and gives each member of an object a name.
public struct JSONWriter {
    public private(set) var text = ""
    private var needsComma = false

    public init() {}

    public mutating func object(_ members: (inout JSONWriter) -> Void) {
        open("{")
        members(&self)
        close("}")
    }

    public mutating func array<Element>(
        _ elements: some Sequence<Element>, _ element: (inout JSONWriter, Element) -> Void
    ) {
        open("[")
        for item in elements { element(&self, item) }
        close("]")
    }

    /// The name of a member; its value is what is written next.
    public mutating func name(_ name: String) {
        string(name)
        text += ":"
        needsComma = false
    }

    public mutating func string(_ value: String) {
        separate()
        text += "\""
        if value.utf8.allSatisfy({ (32..<127).contains($0) && $0 != quote && $0 != backslash }) {
            text += value
        } else {
            for scalar in value.unicodeScalars { append(scalar) }
        }
        text += "\""
        needsComma = true
    }

    /// Exact, however large.
    public mutating func number(_ value: some BinaryInteger) { literal(String(value)) }

    public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    public mutating func null() { literal("null") }

    private mutating func literal(_ value: String) {
        separate()
        text += value
        needsComma = true
    }

    private mutating func open(_ bracket: String) {
        separate()
        text += bracket
        needsComma = false
    }

    private mutating func close(_ bracket: String) {
        text += bracket
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { text += "," }
    }

    /// All control characters are escaped, and not only those that JSON demands: the output may meet a terminal.
    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"", "\\":
            text += "\\"
            text.unicodeScalars.append(scalar)
        case "\u{0}"..<" ", "\u{7f}"..."\u{9f}":
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: text.unicodeScalars.append(scalar)
        }
    }
}

private let quote = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")

extension JSONWriter {
    /// A member, `null` without a value.
    public mutating func member<Value>(_ name: String, _ value: Value?, _ write: (inout JSONWriter, Value) -> Void) {
        self.name(name)
        if let value { write(&self, value) } else { null() }
    }

    public mutating func member(_ name: String, _ value: String?) { member(name, value) { $0.string($1) } }

    public mutating func member(_ name: String, _ value: Bool) { member(name, value) { $0.bool($1) } }

    public mutating func member(_ name: String, _ value: (some BinaryInteger)?) {
        member(name, value) { $0.number($1) }
    }
}
