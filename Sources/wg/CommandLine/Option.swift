/// Every option of the subcommands. Which of them has which is `Subcommand.options`.
enum Option: String, CaseIterable {
    case help

    /// As written on the command line.
    var text: String { "--" + rawValue }

    /// What its value is, in capitals; nil for an option without one.
    var valueName: String? {
        switch self {
        case .help: nil
        }
    }

    /// The option and what follows it.
    var usage: String { text + (valueName.map { " " + $0 } ?? "") }

    /// One line for the help texts and completions.
    var summary: String {
        switch self {
        case .help: "explain the command"
        }
    }
}
