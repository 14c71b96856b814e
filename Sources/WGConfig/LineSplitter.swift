/// Cuts bytes that come in pieces into lines.
struct LineSplitter {
    /// What ends a line.
    enum Ending {
        case lineFeed
        case carriageReturnLineFeed
    }

    /// The beginning of a line whose end has not come yet.
    private var rest: [UInt8] = []

    /// - Parameter body: takes each line that is complete, without its end.
    mutating func append(_ piece: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>, Ending) -> Void) {
        var start = piece.startIndex
        while let end = Self.lineFeed(in: piece[start...]) {
            if rest.isEmpty {
                Self.pass(piece[start..<end], body)
            } else {
                rest += piece[start..<end]
                Self.pass(rest[...], body)
                rest.removeAll()
            }
            start = end + 1
        }
        rest += piece[start...]
    }

    /// - Parameter body: takes the last line if it has no end.
    mutating func finish(_ body: (ArraySlice<UInt8>) -> Void) {
        if !rest.isEmpty { body(rest[...]) }
        rest = []
    }

    private static func pass(_ line: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>, Ending) -> Void) {
        if line.last == UInt8(ascii: "\r") {
            body(line.dropLast(), .carriageReturnLineFeed)
        } else {
            body(line, .lineFeed)
        }
    }

    private static func lineFeed(in bytes: ArraySlice<UInt8>) -> Int? {
        let end = ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: bytes.span, from: 0)
        return end < bytes.count ? bytes.startIndex + end : nil
    }
}
