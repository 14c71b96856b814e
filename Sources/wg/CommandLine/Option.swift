/// Every option of the subcommands. Which of them has which is `Subcommand.options`.
enum Option: String, CaseIterable {
    case interval, count, help

    /// As written on the command line.
    var text: String { "--" + rawValue }

    /// What its value is, in capitals; nil for an option without one.
    var valueName: String? {
        switch self {
        case .interval: "SECONDS"
        case .count: "NUMBER"
        case .help: nil
        }
    }

    /// The option and what follows it.
    var usage: String { text + (valueName.map { " " + $0 } ?? "") }

    /// One line for the help texts and completions.
    var summary: String {
        switch self {
        case .interval: "time between two rounds, 0.1 to 86400; 1 unless told"
        case .count: "end after so many rounds, at least 1"
        case .help: "explain the command"
        }
    }
}
