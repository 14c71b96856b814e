import WGCommandLine
import WGPlan

/// What the command line asks for: the words sorted out.
///
/// An operand is an interface's name or a file, as given.
enum Command: Equatable {
    case help
    case version
    case helpFor(Subcommand)
    case up(String, UpOptions = UpOptions())
    case down(String, shows: PlanFormat? = nil)
    case save(String)
    case apply(String, Apply)
    case reresolve(Reresolve)
    case strip(String)
    case check([String], isJSON: Bool)

    struct Apply: Equatable {
        var runsHooks = false
        /// Hooks that changed and were not run do not count for the status.
        var hooksMayDiffer = false
        var onlyIfGone = false
        /// Those that `up` has, too.
        var common = UpOptions()
    }

    struct Reresolve: Equatable {
        /// None for all tunnels that are up.
        var operands: [String] = []
        var onlyDue = false
    }

    /// Why a command line means nothing.
    enum Fault: Error, Equatable {
        /// Not a command of this program, or none.
        case usage
        case wrongOperands(Subcommand)
        /// The one has a meaning only with the other.
        case without(Option, Option, Subcommand)
        case options(Subcommand, Arguments.Fault)
        /// An option has a value that it can't have.
        case value(Subcommand, Option, String)
    }

    /// - Parameter words: without the program's name.
    init(_ words: [String]) throws(Fault) {
        guard let first = words.first else { throw .usage }
        let rest = Array(words.dropFirst())
        if let inquiry = Inquiry(first) {
            guard rest.isEmpty else { throw .usage }
            switch inquiry {
            case .help: self = .help
            case .version: self = .version
            }
            return
        }
        guard let subcommand = Subcommand(rawValue: first) else { throw .usage }
        let arguments: Arguments
        do {
            arguments = try Arguments(rest, options: subcommand.options)
        } catch {
            throw .options(subcommand, error)
        }
        self = arguments.has(.help) ? .helpFor(subcommand) : try Self.parse(subcommand, arguments)
    }

    private static func parse(_ subcommand: Subcommand, _ arguments: Arguments) throws(Fault) -> Command {
        let operands = arguments.operands
        let isJSON = arguments.has(.json)
        let shows = PlanFormat(arguments)
        if isJSON, shows == nil, subcommand.options.contains(.dryRun) { throw .without(.json, .dryRun, subcommand) }
        switch (subcommand, operands.count) {
        case (.up, 1): return .up(operands[0], try UpOptions(subcommand, arguments))
        case (.save, 1): return .save(operands[0])
        case (.down, 1): return .down(operands[0], shows: shows)
        case (.plan, 1): return .apply(operands[0], Apply(common: UpOptions(shows: isJSON ? .json : .text)))
        case (.apply, 1):
            return .apply(
                operands[0],
                Apply(
                    runsHooks: arguments.has(.runHooks), hooksMayDiffer: arguments.has(.hooksMayDiffer),
                    onlyIfGone: arguments.has(.ifGone),
                    common: try UpOptions(subcommand, arguments)))
        case (.strip, 1): return .strip(operands[0])
        case (.check, 1...): return .check(operands, isJSON: isJSON)
        case (.reresolve, let count) where arguments.has(.all) == (count == 0):
            return .reresolve(Reresolve(operands: operands, onlyDue: arguments.has(.onlyDue)))
        default: throw .wrongOperands(subcommand)
        }
    }
}

/// What the options of `up` say; nil where they are not given.
struct UpOptions: Equatable {
    var dns: DNSPolicy.Choice?
    var dnsFailure: DNSPolicy.Failure?
    /// Whether to stay until every endpoint has an address.
    var waits: Bool
    /// Only shows what would be done.
    var shows: PlanFormat?

    init(
        dns: DNSPolicy.Choice? = nil, dnsFailure: DNSPolicy.Failure? = nil, waits: Bool = false,
        shows: PlanFormat? = nil
    ) {
        self.dns = dns
        self.dnsFailure = dnsFailure
        self.waits = waits
        self.shows = shows
    }

    init(_ subcommand: Subcommand, _ arguments: Arguments) throws(Command.Fault) {
        dns = try Self.value(.dns, subcommand, arguments)
        dnsFailure = try Self.value(.dnsFailure, subcommand, arguments)
        waits = arguments.has(.wait)
        shows = PlanFormat(arguments)
    }

    private static func value<Value: RawRepresentable<String>>(
        _ option: Option, _ subcommand: Subcommand, _ arguments: Arguments
    ) throws(Command.Fault) -> Value? {
        guard let text = arguments.value(option) else { return nil }
        guard let value = Value(rawValue: text) else { throw .value(subcommand, option, text) }
        return value
    }
}

extension DNSPolicy {
    /// What was not given as an option may be in the environment. `nil`, with the variable, if that has no such value.
    static func chosen(
        _ options: UpOptions, environment: (EnvironmentVariable) -> String?
    ) -> Result<DNSPolicy, EnvironmentFault> {
        var policy = DNSPolicy()
        if let text = environment(.dns), options.dns == nil {
            guard let choice = Choice(rawValue: text) else { return .failure(EnvironmentFault(.dns, .dns, text)) }
            policy.choice = choice
        }
        if let text = environment(.dnsFailure), options.dnsFailure == nil {
            guard let failure = Failure(rawValue: text) else {
                return .failure(EnvironmentFault(.dnsFailure, .dnsFailure, text))
            }
            policy.onFailure = failure
        }
        policy.choice = options.dns ?? policy.choice
        policy.onFailure = options.dnsFailure ?? policy.onFailure
        return .success(policy)
    }
}

/// A variable has a value that the option it stands for can't have.
struct EnvironmentFault: Error, Equatable {
    let variable: EnvironmentVariable
    let option: Option
    let value: String

    init(_ variable: EnvironmentVariable, _ option: Option, _ value: String) {
        self.variable = variable
        self.option = option
        self.value = value
    }
}
