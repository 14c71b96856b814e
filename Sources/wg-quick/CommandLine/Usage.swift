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

    /// How a command is called, in one line or, where that would be too long, in several.
    static func line(_ subcommand: Subcommand, program: String) -> String {
        let options = subcommand.options.filter { $0 != .help }.map { "[\($0.usage)]" }
        var text = "Usage: \(program) \(subcommand.rawValue)"
        var width = text.count
        let indentation = String(repeating: " ", count: width)
        for word in options + [subcommand.operands] where !word.isEmpty {
            let breaks = width + 1 + word.count > 100
            text += breaks ? "\n\(indentation) \(word)" : " \(word)"
            width = (breaks ? indentation.count : width) + 1 + word.count
        }
        return text + "\n"
    }

    /// How a command is called, and what it does.
    static func page(_ subcommand: Subcommand, program: String) -> String {
        let options = HelpTable.text(subcommand.options.map { ($0.usage, $0.summary) })
        return line(subcommand, program: program) + "\n" + subcommand.explanation + "\n\n" + options + "\n"
    }
}
