import WGCommandLine

/// Every option of the subcommands. Which of them has which is `Subcommand.options`.
enum Option: String, CommandOption {
    case json, secrets, names, textfile, interval, count, help

    /// What its value is, in capitals; nil for an option without one.
    var valueName: String? {
        switch self {
        case .textfile: "PATH"
        case .interval: "SECONDS"
        case .count: "NUMBER"
        case .json, .secrets, .names, .help: nil
        }
    }

    /// One line for the help texts and completions.
    var summary: String {
        switch self {
        case .json: "print JSON"
        case .secrets: "include private and preshared keys in the JSON"
        case .names: "show the names of peers, from /etc/wireguard/INTERFACE.conf"
        case .textfile: "write to this file, in one step, and not to standard output"
        case .interval: "time between two rounds, 0.1 to 86400; 1 unless told"
        case .count: "end after so many rounds, at least 1"
        case .help: "explain the command"
        }
    }
}

typealias Arguments = WGCommandLine.Arguments<Option>
