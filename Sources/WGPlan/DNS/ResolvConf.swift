public import WGModel

/// The text of `/etc/resolv.conf` while tunnels are up whose resolvers stand in it.
///
/// The tunnels share one block of lines, at the top. In it a comment for each tunnel says what it wants, and below them
/// stand the lines in force: those of the tunnel that came last. Lines elsewhere that must not count meanwhile are made
/// comments; all others stay as they are. So the file itself holds everything that `down` needs, in any order of downs,
/// what others write into it meanwhile survives, and a file that others replaced is recognised.
public struct ResolvConf: Equatable, Sendable {
    /// What one tunnel put in.
    public struct Entry: Hashable, Sendable {
        public var interface: InterfaceName
        /// The same name may be up in another network namespace that shares the file.
        public var host: HostIdentity
        public var state: DNSState

        public init(interface: InterfaceName, host: HostIdentity, state: DNSState) {
            self.interface = interface
            self.host = host
            self.state = state
        }
    }

    /// What was there before the first tunnel.
    public enum Origin: Hashable, Sendable {
        case file
        case missing
        /// A symbolic link with this target; the lines are a copy of what it led to.
        case link(String)
    }

    /// The oldest first.
    public private(set) var entries: [Entry] = []
    public var origin: Origin = .file
    /// The file without the block, and with the lines in force that were before.
    public private(set) var others: [UInt8] = []

    private static let begin = "# wg-quick: begin"
    private static let note = ". `wg-quick down' takes this block away; leave it alone until then."
    private static let end = "# wg-quick: end"
    private static let entryMark = "#: "
    private static let originMark = "#: origin "
    private static let asideMark = Array("#wg-quick: ".utf8)

    /// Takes any file.
    public init(bytes: [UInt8]) {
        var rest = Self.lines(bytes)[...]
        var outside: [ArraySlice<UInt8>] = []
        while let line = rest.popFirst() {
            if Self.text(line)?.hasPrefix(Self.begin) == true {
                readBlock(&rest)
            } else if line.starts(with: Self.asideMark) {
                outside.append(line.dropFirst(Self.asideMark.count))
            } else {
                outside.append(line)
            }
        }
        others = outside.flatMap { $0 }
    }

    /// The whole file.
    public var bytes: [UInt8] {
        guard !entries.isEmpty else { return others }
        var text: [UInt8] = []
        for line in block { text += Array("\(line)\n".utf8) }
        for line in Self.lines(others) {
            if isAside(line) { text += Self.asideMark }
            text += line
        }
        return text
    }

    /// Puts the tunnel's lines in force; in place of those that it had, if it had any.
    public mutating func set(_ entry: Entry) {
        forgetOtherBoots(than: entry.host.bootID)
        if let index = index(entry.interface, entry.host) { entries[index] = entry } else { entries.append(entry) }
    }

    /// Takes out what an end without `down` left from before a reboot: no tunnel leads to those servers any more.
    ///
    /// - Returns: whether there was anything.
    @discardableResult
    public mutating func forgetOtherBoots(than bootID: String) -> Bool {
        let count = entries.count
        entries.removeAll { $0.host.bootID != bootID }
        return entries.count < count
    }

    /// - Returns: whether there was anything of the tunnel's.
    public mutating func remove(_ interface: InterfaceName, _ host: HostIdentity) -> Bool {
        guard let index = index(interface, host) else { return false }
        entries.remove(at: index)
        return true
    }

    public func entry(_ interface: InterfaceName, _ host: HostIdentity) -> Entry? {
        index(interface, host).map { entries[$0] }
    }

    private func index(_ interface: InterfaceName, _ host: HostIdentity) -> Int? {
        entries.firstIndex { $0.interface == interface && $0.host == host }
    }

    // MARK: The block

    private var block: [String] {
        let origins: [String] =
            switch origin {
            case .file: []
            case .missing: [Self.originMark + "missing"]
            case .link(let target): [Self.originMark + "link \(target)"]
            }
        let comments = entries.map { entry in
            let host = "\(entry.host.bootID) \(entry.host.namespaceDevice):\(entry.host.namespaceInode)"
            return "\(Self.entryMark)\(entry.interface) \(host) \(entry.state.recordText)"
        }
        return [Self.begin + Self.note] + origins + comments + linesInForce + [Self.end]
    }

    private var serversInForce: [IPAddress] { entries.last { !$0.state.servers.isEmpty }?.state.servers ?? [] }

    private var linesInForce: [String] {
        guard var state = entries.last?.state else { return [] }
        state.servers = serversInForce
        return state.resolverLines
    }

    /// Whether a line outside the block must not count while there are entries.
    private func isAside(_ line: ArraySlice<UInt8>) -> Bool {
        let word = line.prefix { $0 != 32 && $0 != 9 && $0 != 10 }
        // A keyword without a value is none.
        guard word.endIndex < line.endIndex, line[word.endIndex] != 10 else { return false }
        switch String(decoding: word, as: UTF8.self) {
        case "nameserver": return !serversInForce.isEmpty
        case "search", "domain": return true
        default: return false
        }
    }

    /// Up to its end. A block without an end ends where something stands that isn't a comment of ours.
    private mutating func readBlock(_ rest: inout ArraySlice<ArraySlice<UInt8>>) {
        let isWhole = rest.contains { Self.text($0) == Self.end }
        while let line = rest.first.flatMap(Self.text) {
            if line == Self.end {
                rest.removeFirst()
                return
            }
            if let text = line.value(after: Self.originMark) {
                readOrigin(text)
            } else if let text = line.value(after: Self.entryMark) {
                readEntry(text)
            } else if !isWhole {
                return
            }
            rest.removeFirst()
        }
    }

    private mutating func readOrigin(_ text: String) {
        if text == "missing" { origin = .missing }
        if let path = text.value(after: "link ") { origin = .link(path) }
    }

    private mutating func readEntry(_ text: String) {
        let words = text.recordWords(maxSplits: 3)
        guard words.count == 4, let interface = try? InterfaceName(words[0]),
            let state = DNSState(recordText: String(words[3]))
        else { return }
        let numbers = words[2].split(separator: ":").compactMap { UInt64($0) }
        guard numbers.count == 2 else { return }
        let host = HostIdentity(bootID: String(words[1]), namespaceDevice: numbers[0], namespaceInode: numbers[1])
        entries.append(Entry(interface: interface, host: host, state: state))
    }

    // MARK: Lines

    /// With their ends; the last one may have none.
    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.endIndex
            lines.append(bytes[start..<end])
            start = end
        }
        return lines
    }

    /// Without its end; `nil` unless it is UTF-8.
    private static func text(_ line: ArraySlice<UInt8>) -> String? {
        String(validating: line.last == 10 ? line.dropLast() : line, as: UTF8.self)
    }
}

extension ResolvConf {
    /// The addresses of the `nameserver` lines in a file's text. Those with a scope are left out.
    public static func servers(in bytes: [UInt8]) -> [IPAddress] {
        lines(bytes).compactMap { line in
            let words = line.split { $0 == 32 || $0 == 9 || $0 == 10 || $0 == 13 }
            guard words.count >= 2, line.starts(with: "nameserver".utf8), words[0].count == 10 else { return nil }
            return IPAddress(utf8: words[1])
        }
    }
}
