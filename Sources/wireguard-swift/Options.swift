import WGModel

/// What the command line asks for.
enum Options: Equatable {
    case help
    case version
    case run(Run)

    struct Run: Equatable {
        var name: InterfaceName
        var foreground = false
        /// Whether the engine gives up the rights that it does not need.
        var isConfined = true
    }

    enum Fault: Error, Equatable {
        case missingName
        case unknownOption(String)
        case tooManyNames
        case invalidName(String, InterfaceName.Fault)
    }

    /// Takes the arguments without the program's own name. Options may stand anywhere before `--`.
    static func parse(_ arguments: [String]) throws(Fault) -> Options {
        var foreground = false
        var isConfined = true
        var names: [String] = []
        var takesOptions = true
        for argument in arguments {
            switch argument {
            case "--" where takesOptions: takesOptions = false
            case "-h" where takesOptions, "--help" where takesOptions: return .help
            case "-v" where takesOptions, "--version" where takesOptions: return .version
            case "-f" where takesOptions, "--foreground" where takesOptions: foreground = true
            case "--no-sandbox" where takesOptions: isConfined = false
            case _ where takesOptions && argument.hasPrefix("-"): throw .unknownOption(argument)
            default: names.append(argument)
            }
        }
        guard let text = names.first else { throw .missingName }
        guard names.count == 1 else { throw .tooManyNames }
        do {
            return .run(Run(name: try InterfaceName(text), foreground: foreground, isConfined: isConfined))
        } catch {
            throw .invalidName(text, error)
        }
    }
}
