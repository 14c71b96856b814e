/// A configuration file as it stands: every byte of every line, so that what is written back equals what was read.
///
/// Comments, order, spacing, CRLF, NUL, a byte order mark and invalid UTF-8 all survive. What the lines mean is the
/// business of `ConfigParser`.
public struct Document: Equatable, Sendable {
    /// In the file's order. An empty file has no lines.
    public var lines: [Line]

    /// One line of the file.
    public struct Line: Equatable, Sendable {
        /// Without the line's end.
        public var content: [UInt8]
        /// `\n` or `\r\n`; empty for a last line without an end.
        public var ending: [UInt8]

        /// A line of bytes; `ending` is `\n`, `\r\n` or empty.
        public init(content: [UInt8], ending: [UInt8] = [0x0a]) {
            self.content = content
            self.ending = ending
        }

        /// A line of text with `\n` as its end.
        public init(_ text: String) { self.init(content: Array(text.utf8)) }
    }

    /// Takes any bytes; they need not be a valid configuration.
    public init(bytes: [UInt8]) {
        var lines: [Line] = []
        var splitter = LineSplitter()
        splitter.append(bytes[...]) { content, ending in
            let hasReturn = ending == .carriageReturnLineFeed
            lines.append(Line(content: Array(content), ending: hasReturn ? [0x0d, 0x0a] : [0x0a]))
        }
        splitter.finish { lines.append(Line(content: Array($0), ending: [])) }
        self.lines = lines
    }

    /// The same from text.
    public init(text: String) { self.init(bytes: Array(text.utf8)) }

    /// The file's bytes, equal to what was read as long as `lines` is untouched.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.reduce(0) { $0 + $1.content.count + $1.ending.count })
        for line in lines {
            bytes += line.content
            bytes += line.ending
        }
        return bytes
    }

    /// The same as text. Bytes that aren't UTF-8 appear as U+FFFD here, so write files from `bytes`.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}
