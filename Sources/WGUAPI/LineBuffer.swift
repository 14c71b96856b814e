/// Cuts a stream of bytes into lines, holding no more than what was appended and not yet taken. It erases what it lets go
/// of: the lines may hold keys.
struct LineBuffer: Sendable {
    /// Far beyond any line of the protocol: the longest is a key name and 64 hexadecimal digits.
    static let maximumLineLength = 1024

    struct LineTooLong: Error {}

    private var bytes: [UInt8] = []
    private var start = 0
    /// Nothing before it is a line feed, so that bytes that trickle in are looked at once.
    private var searched = 0

    var isEmpty: Bool { start == bytes.count }

    mutating func append(_ more: ArraySlice<UInt8>) { append(more.span) }

    mutating func append(_ more: Span<UInt8>) {
        let rest = bytes.count - start
        // An array that grows by itself leaves its former memory as it was.
        if start > 0 || rest + more.count > bytes.capacity { move(room: rest + more.count) }
        bytes.append(addingCapacity: more.count) { output in
            for index in more.indices { output.append(more[index]) }
        }
    }

    /// Lets go of the lines that have been taken, and of memory beyond what is left.
    mutating func eraseTaken() {
        guard start > 0 else { return }
        move(room: bytes.count - start)
    }

    private mutating func move(room: Int) {
        var moved: [UInt8] = []
        moved.reserveCapacity(room)
        moved += bytes[start...]
        swap(&bytes, &moved)
        searched -= start
        start = 0
        for index in moved.indices { moved[index] = 0 }
    }

    /// The next line without its line feed, or `nil` until one is complete.
    mutating func next() throws(LineTooLong) -> ArraySlice<UInt8>? {
        guard let end = lineFeed() else {
            searched = bytes.count
            guard bytes.count - start <= Self.maximumLineLength else { throw LineTooLong() }
            return nil
        }
        let line = bytes[start..<end]
        guard line.count <= Self.maximumLineLength else { throw LineTooLong() }
        start = end + 1
        searched = start
        return line
    }

    private func lineFeed() -> Int? {
        let span = bytes.span
        for index in searched..<span.count where span[index] == UInt8(ascii: "\n") { return index }
        return nil
    }
}

/// One `key=value` line.
struct KeyValue {
    /// `nil` for a key that the protocol doesn't have.
    let key: UAPIKey?
    /// Bytes, so that a secret passes through no string.
    let value: ArraySlice<UInt8>

    /// `nil` without an equals sign.
    init?(_ line: ArraySlice<UInt8>) {
        let bytes = line.span
        guard let equals = bytes.indices.first(where: { bytes[$0] == UInt8(ascii: "=") }) else { return nil }
        key = UAPIKey(utf8: bytes.extracting(0..<equals))
        value = line[(line.startIndex + equals + 1)...]
    }

    /// For diagnostics.
    var keyName: String { key?.rawValue ?? "" }

    /// For values that are not secret.
    var text: String { String(decoding: value, as: UTF8.self) }

    /// Decimal digits only: no sign, no space.
    func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? { decimal(value.span, type) }
}

/// Decimal digits only: no sign, no space.
func decimal<Number: FixedWidthInteger>(_ text: Span<UInt8>, _ type: Number.Type) -> Number? {
    guard !text.isEmpty else { return nil }
    var result: Number = 0
    for index in text.indices {
        guard (48...57).contains(text[index]) else { return nil }
        let (shifted, tooLarge) = result.multipliedReportingOverflow(by: 10)
        let (sum, carried) = shifted.addingReportingOverflow(Number(text[index] - 48))
        guard !tooLarge, !carried else { return nil }
        result = sum
    }
    return result
}
