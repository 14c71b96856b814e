import WGCommandLine

/// Every option of the subcommands. Which of them has which is `Subcommand.options`.
enum Option: String, CommandOption {
    case json, wait, all
    case onlyDue = "only-due"
    case help

    var valueName: String? {
        switch self {
        case .json, .wait, .all, .onlyDue, .help: nil
        }
    }

    var summary: String {
        switch self {
        case .json: "print JSON"
        case .help: "explain the command"
        case .wait: "stay until every endpoint has an address"
        case .all: "all tunnels that are up"
        case .onlyDue: "ask for no name whose last answer still holds"
        }
    }
}

typealias Arguments = WGCommandLine.Arguments<Option>
