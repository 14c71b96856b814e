import WGCommandLine

/// The help texts.
enum Usage {
    static func overview(program: String) -> String {
        """
        Usage: \(program) COMMAND [ARGUMENT]...

        Commands; without one, `\(program)' means `\(program) show':
        \(Subcommand.table)

        Environment:
        \(HelpTable.text(EnvironmentVariable.allCases.map { ($0.rawValue, $0.summary) }))

        `\(program) COMMAND --help' explains one of them. The manual is wg(8).

        """
    }
}
