public import WGModel

/// The rules as nft has them: for each family a table that belongs to the tunnel alone.
public enum NftRules {
    /// What `nft -f` reads, a single transaction: no packet passes between the old rules and the new.
    ///
    /// - Parameters:
    ///   - old: whose tables go, be they there or not.
    ///   - new: whose tables replace any of their names.
    public static func script(from old: FirewallState?, to new: FirewallState?) -> String {
        let kept = new?.families ?? []
        let left = old.map { old in old.families.filter { !kept.contains($0) } } ?? []
        var lines: [String] = []
        if let new {
            for family in kept { lines += removal(table(new.interface, family)) + creation(new, family) }
        }
        if let old { for family in left { lines += removal(table(old.interface, family)) } }
        return lines.map { "\($0)\n" }.joined()
    }

    /// The tunnel's tables, each as the words that follow `nft list table`. One call is for one of them: of several lists
    /// in a script, nft 1.0.6 finds the last one's table only.
    ///
    /// - Parameter list: the output of `nft list tables`.
    public static func tables(of interface: InterfaceName, in list: String) -> [[String]] {
        let lines = Set(list.split(separator: "\n"))
        return IPFamily.allCases.map { table(interface, $0) }.filter { lines.contains("table \($0)") }
            .map { $0.split(separator: " ").map(String.init) }
    }

    /// - Parameter text: the output of `nft list table`, for all of the tunnel's tables one after the other.
    public static func read(_ text: String, of interface: InterfaceName) -> FirewallFinding? {
        var found: [(family: IPFamily, rules: FoundRules)] = []
        var chain = Chain?.none
        for line in text.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }.filter { $0 != "meta" }
            if words.first == "table" {
                let family = words.count > 1 ? IPFamily.allCases.first { words[1] == $0.word } : nil
                guard let family else { break }
                found.append((family, FoundRules()))
                chain = nil
            } else if words.first == "chain", words.count > 1, !found.isEmpty {
                chain = Chain(rawValue: String(words[1]))
                if chain == nil { found[found.count - 1].rules.isForeign = true }
            } else if words != ["}"], !found.isEmpty {
                let family = found[found.count - 1].family
                found[found.count - 1].rules.take(words, in: chain, family, interface)
            }
        }
        return FoundRules.finding(found, .nft, interface)
    }

    /// The three chains, in the order in which they are made.
    fileprivate enum Chain: String, CaseIterable {
        case preraw
        case premangle
        case postmangle

        var hook: String { self == .postmangle ? "postrouting" : "prerouting" }
        var priority: Int { self == .preraw ? -300 : -150 }
        /// As newer versions of nft show the priority.
        var priorityName: String { self == .preraw ? "raw" : "mangle" }
    }

    /// The family and name of a table. nft's own syntax has no way to write `+` and `=` in a name, nor may an interface's
    /// name have a slash: it starts what stands for them.
    private static func table(_ interface: InterfaceName, _ family: IPFamily) -> String {
        let name = interface.text.map { ["+": "/2b", "=": "/3d"][$0] ?? String($0) }.joined()
        return "\(family.word) wg-quick-\(name)"
    }

    /// Adding what may be there is no error, and what has been added can be deleted.
    private static func removal(_ table: String) -> [String] { ["add table \(table)", "delete table \(table)"] }

    private static func creation(_ state: FirewallState, _ family: IPFamily) -> [String] {
        let table = table(state.interface, family)
        var lines = ["add table \(table)"]
        lines += Chain.allCases.map { chain in
            "add chain \(table) \(chain) { type filter hook \(chain.hook) priority \(chain.priority); }"
        }
        lines += state.guarded(family).map { address in
            "add rule \(table) preraw iifname != \"\(state.interface)\" \(family.word) daddr \(address) "
                + "fib saddr type != local drop"
        }
        let answers = state.besideOthers ? "ct mark \(state.mark) " : ""
        lines.append("add rule \(table) postmangle meta l4proto udp mark \(state.mark) ct mark set mark")
        lines.append("add rule \(table) premangle meta l4proto udp \(answers)meta mark set ct mark")
        return lines
    }
}

extension IPFamily {
    /// nft's word for it.
    fileprivate var word: String { self == .ipv4 ? "ip" : "ip6" }
}

extension FoundRules {
    /// A line of a listing, its words without `meta`, which some versions write where others don't.
    fileprivate mutating func take(
        _ words: [Substring], in chain: NftRules.Chain?, _ family: IPFamily, _ interface: InterfaceName
    ) {
        guard let chain else {
            isForeign = true
            return
        }
        if words.first == "type" {
            let base = ["type", "filter", "hook", chain.hook, "priority"]
            let priorities = ["\(chain.priority);", "\(chain.priorityName);"]
            let isKnown = priorities.contains { words.elementsEqual(base + [$0, "policy", "accept;"], by: ==) }
            isForeign = isForeign || !isKnown
            return
        }
        switch chain {
        case .preraw:
            let start = ["iifname", "!=", "\"\(interface)\"", family.word, "daddr"]
            let end = ["fib", "saddr", "type", "!=", "local", "drop"]
            if words.count == start.count + 1 + end.count, words.starts(with: start, by: ==),
                words.suffix(end.count).elementsEqual(end, by: ==), let address = IPAddress(words[start.count]),
                address.family == family
            {
                guarded.append(address)
                return
            }
        case .premangle:
            if words == ["l4proto", "udp", "mark", "set", "ct", "mark"] {
                restored.append(nil)
                return
            }
            if words.count == 9, let mark = UInt32(shown: words[4]),
                words.starts(with: ["l4proto", "udp", "ct", "mark"]),
                words.suffix(4) == ["mark", "set", "ct", "mark"]
            {
                restored.append(mark)
                return
            }
        case .postmangle:
            if words.count == 8, let mark = UInt32(shown: words[3]), words.starts(with: ["l4proto", "udp", "mark"]),
                words.suffix(4) == ["ct", "mark", "set", "mark"]
            {
                saved.append(mark)
                return
            }
        }
        isForeign = true
    }
}
