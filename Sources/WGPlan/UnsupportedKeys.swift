/// A line of a configuration that asks for something this version can't do.
///
/// Ignoring such a line would bring a tunnel up that isn't what the file describes, so `up` and `down` refuse it.
public struct UnsupportedKey: Hashable, Sendable {
    public enum Feature: Hashable, Sendable {
        /// `DNS`.
        case dns
    }

    public var feature: Feature
    /// The key as the file spells it.
    public var key: String
    /// 1-based.
    public var line: Int

    /// Those in a configuration that parses without errors, in the file's order.
    public static func find(in text: String) -> [UnsupportedKey] {
        var found: [UnsupportedKey] = []
        // By bytes: as a Character, "\r\n" is not "\n".
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard let (key, _) = assignment(Substring(line)) else { continue }
            if key.lowercased() == "dns" { found.append(UnsupportedKey(feature: .dns, key: key, line: index + 1)) }
        }
        return found
    }

    private static func assignment(_ line: Substring) -> (key: String, value: String)? {
        let bare = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
        guard let equals = bare.firstIndex(of: "=") else { return nil }
        return (String(bare[..<equals]), String(bare[bare.index(after: equals)...]))
    }
}
