extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
    /// Accepts what `inet_pton` accepts: dotted quads without leading zeros, and RFC 4291 2.2 text for IPv6.
    public init?(_ text: some StringProtocol) {
        self.init(utf8: Array(text.utf8).span)
    }

    /// As `init(_:)`, for LosslessStringConvertible.
    public init?(_ description: String) {
        self.init(utf8: description.utf8.span)
    }

    /// As `init(_:)`, from bytes of text.
    public init?(utf8 text: ArraySlice<UInt8>) {
        self.init(utf8: text.span)
    }

    /// As `init(_:)`, from bytes of text.
    public init?(utf8 text: Span<UInt8>) {
        for index in text.indices where text[index] == UInt8(ascii: ":") {
            guard let value = Self.parseIPv6(text) else { return nil }
            self = .v6(value)
            return
        }
        guard let value = Self.parseIPv4(text) else { return nil }
        self = .v4(value)
    }

    /// The text of `inet_ntop`: dotted quad, or RFC 5952 with embedded IPv4 where glibc writes it so.
    public var description: String {
        var text = TextBuffer()
        text.append(self)
        return text.string
    }
}

/// Reading.
extension IPAddress {
    private static func parseIPv4(_ text: Span<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for index in text.indices {
            let character = text[index]
            if character == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                value = value << 8 | octet
                octet = 0
                digits = 0
                dots += 1
            } else {
                guard (48...57).contains(character), digits == 0 || octet != 0 else { return nil }
                octet = octet * 10 + UInt32(character - 48)
                digits += 1
                guard octet <= 255 else { return nil }
            }
        }
        return dots == 3 && digits > 0 ? value << 8 | octet : nil
    }

    private static func parseIPv6(_ text: Span<UInt8>) -> UInt128? {
        let colon = UInt8(ascii: ":")
        guard text.count <= 45 else { return nil }
        var value: UInt128 = 0
        var words = 0
        var gap: Int?
        var index = 0
        if text[0] == colon {
            guard text.count > 1, text[1] == colon else { return nil }
            index = 2
            gap = 0
        }
        while index < text.count {
            let start = index
            var word: UInt128 = 0
            while index < text.count, index - start < 4, let digit = hexDigit(text[index]) {
                word = word << 4 | UInt128(digit)
                index += 1
            }
            if index < text.count, text[index] == UInt8(ascii: ".") {
                guard let tail = parseIPv4(text.extracting(start..<text.count)) else { return nil }
                value = value << 32 | UInt128(tail)
                words += 2
                break
            }
            guard index > start else { return nil }
            value = value << 16 | word
            words += 1
            guard index < text.count else { break }
            guard text[index] == colon, index + 1 < text.count else { return nil }
            index += 1
            if text[index] == colon {
                guard gap == nil else { return nil }
                gap = words
                index += 1
            }
        }
        guard let gap else { return words == 8 ? value : nil }
        guard words <= 7 else { return nil }
        let behind = UInt128(16 * (words - gap))
        let head = value >> behind
        return head << UInt128(128 - 16 * gap) | value & ~(UInt128.max << behind)
    }

    private static func hexDigit(_ character: UInt8) -> UInt8? {
        switch character {
        case 48...57: character - 48
        case 65...70: character - 55
        case 97...102: character - 87
        default: nil
        }
    }
}

/// Writing.
extension IPAddress {
    /// Six words, five colons and a dotted quad at most.
    static var maximumTextLength: Int { 45 }

    func append(to text: inout OutputSpan<UInt8>) {
        switch self {
        case .v4(let value): Self.append(ipv4: value, to: &text)
        case .v6(let value): Self.append(ipv6: value, to: &text)
        }
    }

    private static func append(ipv4 value: UInt32, to text: inout OutputSpan<UInt8>) {
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            Decimal.append(UInt64(value >> shift & 255), to: &text)
            if shift > 0 { text.append(UInt8(ascii: ".")) }
        }
    }

    private static func append(ipv6 value: UInt128, to text: inout OutputSpan<UInt8>) {
        let colon = UInt8(ascii: ":")
        let words = InlineArray<8, UInt16> { UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * $0)) }
        let gap = longestZeroRun(words)
        let embedsIPv4 = gap.lowerBound == 0 && (gap.count == 6 || (gap.count == 5 && words[5] == 0xffff))
        var index = 0
        while index < 8 {
            if index == gap.lowerBound, !gap.isEmpty {
                text.append(colon)
                if gap.upperBound == 8 { text.append(colon) }
                index = gap.upperBound
                continue
            }
            if index > 0 { text.append(colon) }
            if embedsIPv4, index == 6 {
                append(ipv4: UInt32(truncatingIfNeeded: value), to: &text)
                return
            }
            append(hex: words[index], to: &text)
            index += 1
        }
    }

    private static func append(hex word: UInt16, to text: inout OutputSpan<UInt8>) {
        for shift in stride(from: UInt16(12), through: 0, by: -4) where shift == 0 || word >> shift != 0 {
            let digit = UInt8(truncatingIfNeeded: word >> shift & 15)
            text.append(digit < 10 ? 48 + digit : 87 + digit)
        }
    }

    /// The first of the longest runs of two or more zero words; empty without one.
    private static func longestZeroRun(_ words: InlineArray<8, UInt16>) -> Range<Int> {
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, words[end] == 0 { end += 1 }
            if end - start >= 2, end - start > best.count { best = start..<end }
            start = max(end, start + 1)
        }
        return best
    }
}
