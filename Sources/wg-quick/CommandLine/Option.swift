import WGCommandLine

/// Every option of the subcommands. Which of them has which is `Subcommand.options`.
enum Option: String, CommandOption {
    case help

    var valueName: String? {
        switch self {
        case .help: nil
        }
    }

    var summary: String {
        switch self {
        case .help: "explain the command"
        }
    }
}

typealias Arguments = WGCommandLine.Arguments<Option>
