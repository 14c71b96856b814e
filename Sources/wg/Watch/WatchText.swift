import WGModel

/// Numbers and words in few columns, for a table that is read at a glance.
enum WatchText {
    /// Bytes in at most 8 columns: three digits and a unit, `1.25 MiB`; `1023 KiB` has four.
    static func bytes(_ count: Double) -> String {
        guard count < 1e30 else { return "-" }
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var value = max(count, 0)
        var unit = 0
        // Half a byte less, so that nothing rounds up to 1024.
        while value >= 1023.5, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        let decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
        return "\(fixed(value, decimals)) \(units[unit])"
    }

    /// A span of time in at most 7 columns: its greatest unit and the next, `3m 20s`.
    static func age(_ seconds: UInt64) -> String {
        let units: [(name: String, seconds: UInt64)] = [
            ("y", 31_536_000), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1),
        ]
        let first = units.firstIndex { seconds >= $0.seconds } ?? units.count - 1
        let whole = "\(seconds / units[first].seconds)\(units[first].name)"
        guard first + 1 < units.count else { return whole }
        let rest = seconds % units[first].seconds / units[first + 1].seconds
        return rest == 0 ? whole : "\(whole) \(rest)\(units[first + 1].name)"
    }

    private static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scale = [1, 10, 100][decimals]
        let scaled = Int(value * Double(scale) + 0.5)
        guard decimals > 0 else { return String(scaled) }
        let rest = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: decimals - rest.count) + rest
    }

    /// Text from elsewhere, such as a name in a file, without anything that steers a terminal or ends a column.
    static func harmless(_ text: String, asciiOnly: Bool) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
                    let turnsDirection =
                        (0x200e...0x200f).contains(scalar.value) || (0x2028...0x202e).contains(scalar.value)
                        || (0x2066...0x2069).contains(scalar.value)
                    return isControl || turnsDirection || (asciiOnly && !scalar.isASCII) ? "?" : scalar
                }))
    }

    /// How many columns a terminal gives the text.
    static func width(_ text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns($1.value) }
    }

    private static func columns(_ scalar: UInt32) -> Int {
        switch scalar {
        case 0..<0x300: 1
        case 0x300...0x36f, 0x200b...0x200f, 0x20d0...0x20ff, 0xfe00...0xfe0f: 0
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
            2
        default: 1
        }
    }

    /// The beginning of a text that is too wide, with a mark that it goes on.
    static func cut(_ text: String, to limit: Int, mark: String) -> String {
        guard width(text) > limit else { return text }
        guard limit >= width(mark) else { return "" }
        var result = ""
        var room = limit - width(mark)
        for character in text {
            room -= width(String(character))
            if room < 0 { break }
            result.append(character)
        }
        return result + mark
    }
}
