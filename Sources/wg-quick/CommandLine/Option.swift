import WGCommandLine

/// Every option of the subcommands. Which of them has which is `Subcommand.options`.
enum Option: String, CommandOption {
    case json, help

    var valueName: String? {
        switch self {
        case .json, .help: nil
        }
    }

    var summary: String {
        switch self {
        case .json: "print JSON"
        case .help: "explain the command"
        }
    }
}

typealias Arguments = WGCommandLine.Arguments<Option>
