extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
    /// Accepts what `inet_pton` accepts: dotted quads without leading zeros, and RFC 4291 2.2 text for IPv6.
    public init?(_ text: some StringProtocol) {
        self.init(utf8: Array(text.utf8)[...])
    }

    /// As `init(_:)`, for LosslessStringConvertible.
    public init?(_ description: String) {
        self.init(utf8: Array(description.utf8)[...])
    }

    /// As `init(_:)`, from bytes of text.
    public init?(utf8 text: ArraySlice<UInt8>) {
        if text.contains(UInt8(ascii: ":")) {
            guard let value = Self.parseIPv6(text) else { return nil }
            self = .v6(value)
        } else {
            guard let value = Self.parseIPv4(text) else { return nil }
            self = .v4(value)
        }
    }

    /// The text of `inet_ntop`: dotted quad, or RFC 5952 with embedded IPv4 where glibc writes it so.
    public var description: String {
        switch self {
        case .v4(let value): Self.text(ofIPv4: value)
        case .v6(let value): Self.text(ofIPv6: value)
        }
    }

    private static func parseIPv4(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard text.count <= 15 else { return nil }
        var value: UInt32 = 0
        var parts = 0
        for part in text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var octet: UInt32 = 0
            for digit in part {
                guard (48...57).contains(digit) else { return nil }
                octet = octet * 10 + UInt32(digit - 48)
            }
            guard octet <= 255 else { return nil }
            value = value << 8 | octet
            parts += 1
        }
        return parts == 4 ? value : nil
    }

    private static func parseIPv6(_ text: ArraySlice<UInt8>) -> UInt128? {
        guard text.count <= 45 else { return nil }
        var words: [UInt16] = []
        var gap: Int?
        var rest = text
        if rest.first == UInt8(ascii: ":") {
            guard rest.dropFirst().first == UInt8(ascii: ":") else { return nil }
            rest = rest.dropFirst(2)
            gap = 0
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
            let part = rest[rest.startIndex..<end]
            if end == rest.endIndex, part.contains(UInt8(ascii: ".")) {
                guard let tail = parseIPv4(part) else { return nil }
                words.append(UInt16(truncatingIfNeeded: tail >> 16))
                words.append(UInt16(truncatingIfNeeded: tail))
                break
            }
            guard let word = parseHexWord(part) else { return nil }
            words.append(word)
            guard end != rest.endIndex else { break }
            rest = rest[(end + 1)...]
            if rest.first == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = words.count
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        if let gap {
            guard words.count <= 7 else { return nil }
            words.insert(contentsOf: Array(repeating: 0, count: 8 - words.count), at: gap)
        }
        guard words.count == 8 else { return nil }
        return words.reduce(0) { $0 << 16 | UInt128($1) }
    }

    private static func parseHexWord(_ text: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(text.count) else { return nil }
        var word: UInt16 = 0
        for character in text {
            switch character {
            case 48...57: word = word << 4 | UInt16(character - 48)
            case 65...70: word = word << 4 | UInt16(character - 55)
            case 97...102: word = word << 4 | UInt16(character - 87)
            default: return nil
            }
        }
        return word
    }

    private static func text(ofIPv4 value: UInt32) -> String {
        "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
    }

    private static func text(ofIPv6 value: UInt128) -> String {
        let words = (0..<8).map { UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * $0)) }
        let gap = longestZeroRun(words)
        let embedsIPv4 = gap?.lowerBound == 0 && (gap?.count == 6 || (gap?.count == 5 && words[5] == 0xffff))
        var text = ""
        var index = 0
        while index < 8 {
            if let gap, gap.lowerBound == index {
                text += "::"
                index = gap.upperBound
                continue
            }
            if !text.isEmpty, !text.hasSuffix(":") { text += ":" }
            if embedsIPv4, index == 6 {
                return text + Self.text(ofIPv4: UInt32(truncatingIfNeeded: value))
            }
            text += String(words[index], radix: 16)
            index += 1
        }
        return text
    }

    /// The first of the longest runs of two or more zero words.
    private static func longestZeroRun(_ words: [UInt16]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, words[end] == 0 { end += 1 }
            if end - start >= 2, end - start > (best?.count ?? 0) { best = start..<end }
            start = max(end, start + 1)
        }
        return best
    }
}
