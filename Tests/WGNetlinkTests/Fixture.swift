import TestSupport

/// What a real kernel answered, from the files in Fixtures.
enum Fixture {
    static let devices = ["get-empty", "get-handshake", "get-continued", "get-no-link", "get-other-kind"]
    static let all = devices + ["family", "links", "link", "link-none", "rules", "rule-refused", "monitor"]

    /// The datagrams of a recording.
    static func datagrams(_ name: String) -> [[UInt8]] {
        let lines = SourceTree.lines(of: "Tests/WGNetlinkTests/Fixtures/\(name).hex").filter { !$0.hasPrefix("#") }
        return lines.split(separator: "").map { hex($0.joined(separator: "\n")) }
    }

    /// What the stock `wg show NAME dump` said of the same device at the same time.
    static func dump(_ name: String) -> [Substring] {
        SourceTree.lines(of: "Tests/WGNetlinkTests/Fixtures/\(name).dump").filter { !$0.isEmpty }
    }
}
