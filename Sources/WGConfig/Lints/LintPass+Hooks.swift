import WGModel

extension LintPass {
    /// Shell text is not parsed here: commands are told apart at `;`, `&`, `|` and line ends, words at white space.
    mutating func checkHooks() {
        var removals: Set<[Substring]> = []
        for hook in interface.hooks where !Self.isUp(hook.keyword) {
            for command in Self.commands(hook.command) {
                if let rule = Rule(command), !rule.isAddition { removals.insert(rule.words) }
            }
        }
        for hook in interface.hooks {
            let commands = Self.commands(hook.command)
            if commands.contains(where: { $0.first?.hasPrefix("./") == true || $0.first?.hasPrefix("../") == true }) {
                report(.relativePathInHook, hook.range)
            }
            if let place = hook.command.bytes(of: " #") { reportHash(hook, place.upperBound) }
            guard Self.isUp(hook.keyword) else { continue }
            let isLonely = commands.contains { command in
                Rule(command).map { $0.isAddition && !removals.contains($0.words) } ?? false
            }
            if isLonely { report(.hookWithoutTwin, hook.range) }
        }
    }

    private mutating func reportHash(_ hook: LintSource.Hook, _ end: Int) {
        let start = hook.range.range.lowerBound + end - 1
        report(.hashInHook, LintSource.PlaceRange(line: hook.range.line, range: start..<start + 1))
    }

    private static func isUp(_ keyword: Keyword) -> Bool { keyword == .preUp || keyword == .postUp }

    private static func commands(_ text: String) -> [[Substring]] {
        text.split { ";&|\n(){}".contains($0) }.map { $0.split(whereSeparator: \.isWhitespace) }.filter { !$0.isEmpty }
    }

    /// A command that adds or removes a rule of iptables, or a policy rule.
    private struct Rule {
        let isAddition: Bool
        /// The command without the word that says which, so that adding and removing read alike.
        let words: [Substring]

        init?(_ command: [Substring]) {
            guard let start = command.firstIndex(where: { Self.isProgram($0) }) else { return nil }
            var words = Array(command[start...])
            words[0] = words[0].split(separator: "/").last ?? words[0]
            if words[0] == "ip" {
                guard let rule = words.firstIndex(of: "rule"), rule + 1 < words.count else { return nil }
                switch words[rule + 1] {
                case "add": isAddition = true
                case "del", "delete": isAddition = false
                default: return nil
                }
                words.remove(at: rule + 1)
            } else {
                guard let verb = words.firstIndex(where: { Self.verbs[$0] != nil }) else { return nil }
                isAddition = Self.verbs[words[verb]] ?? false
                let position = verb + 2
                if words.indices.contains(position), words[position].allSatisfy(\.isNumber) {
                    words.remove(at: position)
                }
                words.remove(at: verb)
                words.removeAll { $0 == "-w" || $0 == "--wait" }
            }
            // Options may come in another order.
            self.words = words.sorted()
        }

        private static let verbs: [Substring: Bool] = [
            "-A": true, "--append": true, "-I": true, "--insert": true, "-D": false, "--delete": false,
        ]

        private static func isProgram(_ word: Substring) -> Bool {
            let name = word.split(separator: "/").last ?? word
            return name == "ip" || name.hasPrefix("iptables") || name.hasPrefix("ip6tables")
        }
    }
}
