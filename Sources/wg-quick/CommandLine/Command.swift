import WGCommandLine

/// What the command line asks for: the words sorted out.
///
/// An operand is an interface's name or a file, as given.
enum Command: Equatable {
    case help
    case version
    case helpFor(Subcommand)
    case up(String, waits: Bool = false)
    case down(String)
    case save(String)
    case reresolve(Reresolve)
    case strip(String)
    case check([String], isJSON: Bool)

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
        case options(Subcommand, Arguments.Fault)
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
        switch (subcommand, operands.count) {
        case (.up, 1): return .up(operands[0], waits: arguments.has(.wait))
        case (.down, 1): return .down(operands[0])
        case (.save, 1): return .save(operands[0])
        case (.strip, 1): return .strip(operands[0])
        case (.check, 1...): return .check(operands, isJSON: arguments.has(.json))
        case (.reresolve, let count) where arguments.has(.all) == (count == 0):
            return .reresolve(Reresolve(operands: operands, onlyDue: arguments.has(.onlyDue)))
        default: throw .wrongOperands(subcommand)
        }
    }
}
