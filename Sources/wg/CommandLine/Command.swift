import WGCommandLine

/// What the command line asks for: the words sorted out, their values not yet read.
enum Command: Equatable {
    case help
    case version
    case helpFor(Subcommand)
    case show(ShowTarget, ShowField, ShowOptions = ShowOptions())
    case watch(WatchRequest)
    case showconf(interface: String)
    /// The words after the interface's name.
    case set(interface: String, words: [String])
    case setconf(interface: String, file: String)
    case addconf(interface: String, file: String)
    case syncconf(interface: String, file: String)
    case genkey
    case genpsk
    case pubkey
    /// All interfaces, if none is named.
    case metrics(interfaces: [String], textfile: String?, showsNames: Bool)

    /// Which devices `show` is about.
    enum ShowTarget: Equatable {
        case all
        case one(String)
        /// The names alone.
        case names
    }

    /// Why a command line means nothing.
    enum Fault: Error, Equatable {
        case unknownSubcommand(String)
        case wrongOperands(Subcommand)
        case options(Subcommand, Arguments.Fault)
        case optionValue(Subcommand, Option, String)
        case unknownField(String)
        /// JSON has all fields.
        case fieldOfJSON
        case secretsWithoutJSON
    }

    /// - Parameter words: without the program's name.
    init(_ words: [String]) throws(Fault) {
        guard let first = words.first else {
            self = .show(.all, .everything)
            return
        }
        let rest = Array(words.dropFirst())
        switch Inquiry(first) {
        case .help: self = try Self.help(about: rest.first)
        case .version: self = .version
        case nil:
            let subcommand = try Self.subcommand(first)
            let arguments: Arguments
            do {
                // A setting's value may begin with any character.
                arguments = try Arguments(rest, options: subcommand.options, passesUnknown: subcommand == .set)
            } catch {
                throw .options(subcommand, error)
            }
            self = arguments.has(.help) ? .helpFor(subcommand) : try Self.parse(subcommand, arguments)
        }
    }

    private static func subcommand(_ word: String) throws(Fault) -> Subcommand {
        if let subcommand = Subcommand(rawValue: word) { return subcommand }
        throw .unknownSubcommand(word)
    }

    private static func help(about word: String?) throws(Fault) -> Command {
        guard let word, Inquiry(word) == nil else { return .help }
        return .helpFor(try subcommand(word))
    }

    private static func parse(_ subcommand: Subcommand, _ arguments: Arguments) throws(Fault) -> Command {
        let operands = arguments.operands
        switch (subcommand, operands.count) {
        case (.show, 0...2): return try show(operands, ShowOptions(arguments))
        case (.watch, 0...1): return .watch(try watch(arguments))
        case (.showconf, 1): return .showconf(interface: operands[0])
        case (.set, 2...): return .set(interface: operands[0], words: Array(operands.dropFirst()))
        case (.setconf, 2): return .setconf(interface: operands[0], file: operands[1])
        case (.addconf, 2): return .addconf(interface: operands[0], file: operands[1])
        case (.syncconf, 2): return .syncconf(interface: operands[0], file: operands[1])
        case (.genkey, 0): return .genkey
        case (.genpsk, 0): return .genpsk
        case (.pubkey, 0): return .pubkey
        case (.metrics, _):
            return .metrics(
                interfaces: operands, textfile: arguments.value(.textfile), showsNames: arguments.has(.names))
        default: throw .wrongOperands(subcommand)
        }
    }

    private static func watch(_ arguments: Arguments) throws(Fault) -> WatchRequest {
        var request = WatchRequest(interface: arguments.operands.first)
        if let text = arguments.value(.interval) {
            guard let interval = WatchRequest.interval(text) else { throw .optionValue(.watch, .interval, text) }
            request.interval = interval
        }
        if let text = arguments.value(.count) {
            guard let count = WatchRequest.count(text) else { throw .optionValue(.watch, .count, text) }
            request.count = count
        }
        request.showsNames = arguments.has(.names)
        return request
    }

    private static func show(_ operands: [String], _ options: ShowOptions) throws(Fault) -> Command {
        guard options.isJSON || !options.showsSecrets else { throw .secretsWithoutJSON }
        guard let first = operands.first else { return .show(.all, .everything, options) }
        if operands == ["help"] { return .helpFor(.show) }
        guard first != "interfaces" else {
            guard operands.count == 1 else { throw .wrongOperands(.show) }
            return .show(.names, .everything, options)
        }
        let target: ShowTarget = first == "all" ? .all : .one(first)
        guard operands.count == 2 else { return .show(target, .everything, options) }
        guard let field = ShowField(rawValue: operands[1]), field != .everything else {
            throw .unknownField(operands[1])
        }
        guard !options.isJSON else { throw .fieldOfJSON }
        return .show(target, field, options)
    }
}

/// How `show` prints, when it is not as the stock tool does.
struct ShowOptions: Equatable {
    var isJSON = false
    var showsSecrets = false
    var showsNames = false
}

extension ShowOptions {
    init(_ arguments: Arguments) {
        self.init(
            isJSON: arguments.has(.json), showsSecrets: arguments.has(.secrets), showsNames: arguments.has(.names))
    }
}

/// What `show` prints of a device.
enum ShowField: String, CaseIterable {
    /// The form for people.
    case everything = ""
    case publicKey = "public-key"
    case privateKey = "private-key"
    case listenPort = "listen-port"
    case fwmark
    case peers
    case presharedKeys = "preshared-keys"
    case endpoints
    case allowedIPs = "allowed-ips"
    case latestHandshakes = "latest-handshakes"
    case transfer
    case persistentKeepalive = "persistent-keepalive"
    case dump

    /// The words on the command line.
    static var names: [String] { allCases.map(\.rawValue).filter { !$0.isEmpty } }
}
