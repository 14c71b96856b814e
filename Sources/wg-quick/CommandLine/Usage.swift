import WGCommandLine
import WGConfig

/// The help texts.
enum Usage {
    static func overview(program: String) -> String {
        let commands =
            Subcommand.allCases.map { ($0.rawValue, $0.summary) } + Inquiry.allCases.map { ($0.rawValue, $0.summary) }
        let keys = Keyword.allCases.filter { $0.program == .wgQuick }
        return """
            Usage: \(program) COMMAND [OPTION]... NAME | FILE

            Commands:
            \(HelpTable.text(commands))

            NAME means /etc/wireguard/NAME.conf; a FILE ends in NAME.conf.

            Keys of [Interface] beside those of wg(8):
            \(HelpTable.text(keys.map { ($0.name, $0.summary) }))

            Environment:
            \(HelpTable.text(EnvironmentVariable.allCases.map { ($0.rawValue, $0.summary) }))

            `\(program) COMMAND --help' explains one of them. The manual is wg-quick(8).

            """
    }

    /// One line: how a command is called.
    static func line(_ subcommand: Subcommand, program: String) -> String {
        let options = subcommand.options.filter { $0 != .help }.map { "[\($0.usage)]" }
        let words = ["Usage: \(program) \(subcommand.rawValue)"] + options + [subcommand.operands]
        return words.filter { !$0.isEmpty }.joined(separator: " ") + "\n"
    }

    /// How a command is called, and what it does.
    static func page(_ subcommand: Subcommand, program: String) -> String {
        let options = HelpTable.text(subcommand.options.map { ($0.usage, $0.summary) })
        return line(subcommand, program: program) + "\n" + subcommand.explanation + "\n\n" + options + "\n"
    }
}
