import WGCommandLine
import WGPlan

/// Every option of the subcommands. Which of them has which is `Subcommand.options`.
enum Option: String, CommandOption {
    case json, dns, wait, all
    case dnsFailure = "dns-failure"
    case onlyDue = "only-due"
    case dryRun = "dry-run"
    case runHooks = "run-hooks"
    case ifGone = "if-gone"
    case hooksMayDiffer = "hooks-may-differ"
    case help

    var valueName: String? {
        switch self {
        case .dns: "CHOICE"
        case .dnsFailure: "POLICY"
        case .json, .wait, .all, .onlyDue, .dryRun, .runHooks, .ifGone, .hooksMayDiffer, .help: nil
        }
    }

    var summary: String {
        switch self {
        case .json: "print JSON"
        case .dns: "what makes name servers known: \(alternatives)"
        case .dnsFailure: "what a failure of that is: \(alternatives)"
        case .help: "explain the command"
        case .wait: "stay until every endpoint has an address"
        case .all: "all tunnels that are up"
        case .dryRun: "show what would be done, and do nothing"
        case .runHooks: "run the PreUp and PostUp hooks that are new"
        case .hooksMayDiffer: "name hooks that changed, and end with status 0"
        case .ifGone: "do nothing unless the link has gone without `down'"
        case .onlyDue: "ask for no name whose last answer still holds"
        }
    }

    /// All values, where they are few; the first counts where none is given.
    var alternatives: String {
        switch self {
        case .dns: DNSPolicy.Choice.allCases.map(\.rawValue).joined(separator: "|")
        case .dnsFailure: DNSPolicy.Failure.allCases.map(\.rawValue).joined(separator: "|")
        case .json, .wait, .all, .onlyDue, .dryRun, .runHooks, .ifGone, .hooksMayDiffer, .help: ""
        }
    }
}

typealias Arguments = WGCommandLine.Arguments<Option>
