/// What the user asked for.
enum Command: Hashable {
    case help
    case version
    case up(String)
    case down(String)

    enum Fault: Error, Hashable {
        /// Not a command line of this program.
        case usage
        /// A command of the stock tool that this version doesn't have.
        case unsupported(String)
    }

    /// - Parameter arguments: without the program's name.
    init(_ arguments: [String]) throws(Fault) {
        switch (arguments.first, arguments.count) {
        case ("help", 1), ("-h", 1), ("--help", 1): self = .help
        case ("version", 1), ("-v", 1), ("--version", 1): self = .version
        case ("up", 2): self = .up(arguments[1])
        case ("down", 2): self = .down(arguments[1])
        case ("save", 2), ("strip", 2): throw .unsupported(arguments[0])
        default: throw .usage
        }
    }
}
