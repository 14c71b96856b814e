public import WGModel

/// The rules as iptables has them: among everybody's, told by a comment.
public enum IptablesRules {
    /// What `iptables-restore -n` reads, one transaction for each of the kernel's tables: the tunnel's rules that are
    /// there go, and the new ones come. `nil` if there is nothing to do.
    ///
    /// - Parameters:
    ///   - live: the output of `iptables-save`, or of `ip6tables-save`.
    ///   - new: those to make for the family; `nil` is none.
    public static func input(
        _ family: IPFamily, of interface: InterfaceName, live: String, to new: FirewallState?
    ) -> String? {
        var sections: [(table: String, lines: [String])] = []
        for (table, rules) in own(live, interface) {
            sections.append((table, rules.map { "-D\($0.line.dropFirst(2))" }))
        }
        if let new {
            for (table, rules) in creation(new, family) {
                if let index = sections.firstIndex(where: { $0.table == table }) {
                    sections[index].lines += rules
                } else {
                    sections.append((table, rules))
                }
            }
        }
        guard !sections.isEmpty else { return nil }
        return sections.map { "*\($0.table)\n\($0.lines.map { "\($0)\n" }.joined())COMMIT\n" }.joined()
    }

    /// - Parameter live: the output of `iptables-save` and of `ip6tables-save`, of those that are there.
    public static func read(
        _ live: [(family: IPFamily, text: String)], of interface: InterfaceName
    ) -> FirewallFinding? {
        var found: [(family: IPFamily, rules: FoundRules)] = []
        for (family, text) in live {
            let sections = own(text, interface)
            guard !sections.isEmpty else { continue }
            var rules = FoundRules()
            for (table, own) in sections {
                for rule in own { rules.take(rule, in: table, family, interface) }
            }
            found.append((family, rules))
        }
        return FoundRules.finding(found, .iptables, interface)
    }

    /// In stock's order: what is inserted later comes first.
    private static func creation(_ state: FirewallState, _ family: IPFamily) -> [(table: String, rules: [String])] {
        let comment = " -m comment --comment \"wg-quick(8) rule for \(state.interface)\""
        let guards = state.guarded(family).map { address in
            "-I PREROUTING ! -i \(state.interface) -d \(address) -m addrtype ! --src-type LOCAL -j DROP\(comment)"
        }
        let answers = state.besideOthers ? " -m connmark --mark \(state.mark)" : ""
        let marks = [
            "-I POSTROUTING -m mark --mark \(state.mark) -p udp -j CONNMARK --save-mark\(comment)",
            "-I PREROUTING -p udp\(answers) -j CONNMARK --restore-mark\(comment)",
        ]
        return [("raw", guards), ("mangle", marks)]
    }

    /// A rule that has the tunnel's comment.
    fileprivate struct OwnRule {
        let line: Substring
        /// Without the comment.
        let options: String

        init?(_ line: Substring, _ interface: InterfaceName) {
            let start = " -m comment --comment "
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            let name = "wg-quick(8) rule for \(interface)"
            guard line.hasPrefix("-A "), let index = parts.firstIndex(where: { $0 == name }), index > 0,
                parts[index - 1].hasSuffix(start)
            else { return nil }
            self.line = line
            options =
                parts[..<index].joined(separator: "\"").dropLast(start.count)
                + parts[(index + 1)...].joined(separator: "\"")
        }
    }

    /// The tunnel's rules, by table; tables without one are left out.
    private static func own(_ live: String, _ interface: InterfaceName) -> [(table: String, rules: [OwnRule])] {
        var sections: [(table: String, rules: [OwnRule])] = []
        var table = ""
        for line in live.split(separator: "\n") {
            if line.hasPrefix("*") {
                table = String(line.dropFirst())
            } else if let rule = OwnRule(line, interface) {
                if sections.last?.table != table { sections.append((table, [])) }
                sections[sections.count - 1].rules.append(rule)
            }
        }
        return sections
    }
}

extension FoundRules {
    /// A line of iptables-save. Its options come in different orders from different versions, and some write masks that
    /// others leave out.
    fileprivate mutating func take(
        _ rule: IptablesRules.OwnRule, in table: String, _ family: IPFamily, _ interface: InterfaceName
    ) {
        var options = Set(Self.options(rule.options)).subtracting(["--nfmask 0xffffffff", "--ctmask 0xffffffff"])
        let udp: Set = ["-p udp", "-j CONNMARK"]
        let guarding: Set = ["-A PREROUTING", "! -i \(interface)", "-m addrtype", "! --src-type LOCAL", "-j DROP"]
        if table == "raw", options.count == guarding.count + 1, options.isSuperset(of: guarding),
            let destination = Self.value("-d ", &options).flatMap({ IPPrefix($0) }), destination.isHost,
            destination.address.family == family
        {
            guarded.append(destination.address)
        } else if table == "mangle", options == udp.union(["-A PREROUTING", "--restore-mark"]) {
            restored.append(nil)
        } else if table == "mangle", let mark = Self.value("--mark ", &options).flatMap({ UInt32(shown: $0) }) {
            if options == udp.union(["-A PREROUTING", "--restore-mark", "-m connmark"]) {
                restored.append(mark)
            } else if options == udp.union(["-A POSTROUTING", "--save-mark", "-m mark"]) {
                saved.append(mark)
            } else {
                isForeign = true
            }
        } else {
            isForeign = true
        }
    }

    /// Each option with its `!` and its value.
    private static func options(_ line: String) -> [String] {
        var options: [String] = []
        var isNegated = false
        for word in line.split(separator: " ") {
            if word == "!" {
                isNegated = true
            } else if word.hasPrefix("-") || options.isEmpty {
                options.append(isNegated ? "! \(word)" : String(word))
                isNegated = false
            } else {
                options[options.count - 1] += " \(word)"
            }
        }
        return options
    }

    /// Takes the one option out that starts so, and answers what follows.
    private static func value(_ start: String, _ options: inout Set<String>) -> Substring? {
        guard let option = options.first(where: { $0.hasPrefix(start) }) else { return nil }
        options.remove(option)
        return option.dropFirst(start.count)
    }
}
