import WGCommandLine
import WGConfig

/// The help texts.
enum Usage {
    static func overview(program: String) -> String {
        let keys = Keyword.allCases.filter { $0.program == .wgQuick }
        return """
            Usage: \(program) COMMAND [OPTION]... NAME | FILE

            Commands:
            \(Subcommand.table)

            NAME means /etc/wireguard/NAME.conf; a FILE ends in NAME.conf.

            Keys of [Interface] beside those of wg(8):
            \(HelpTable.text(keys.map { ($0.name, $0.summary) }))

            Environment:
            \(HelpTable.text(EnvironmentVariable.allCases.map { ($0.rawValue, $0.summary) }))

            `\(program) COMMAND --help' explains one of them. The manual is wg-quick(8).

            """
    }
}
