import WGModel

/// What the command line asks for.
enum Options: Equatable {
    case help
    case version
    case run(InterfaceName, foreground: Bool)

    enum Fault: Error, Equatable {
        case missingName
        case unknownOption(String)
        case tooManyNames
        case invalidName(String, InterfaceName.Fault)
    }

    /// Takes the arguments without the program's own name. Options may stand anywhere before `--`.
    static func parse(_ arguments: [String]) throws(Fault) -> Options {
        var foreground = false
        var names: [String] = []
        var takesOptions = true
        for argument in arguments {
            switch argument {
            case "--" where takesOptions: takesOptions = false
            case "-h" where takesOptions, "--help" where takesOptions: return .help
            case "-v" where takesOptions, "--version" where takesOptions: return .version
            case "-f" where takesOptions, "--foreground" where takesOptions: foreground = true
            case _ where takesOptions && argument.hasPrefix("-"): throw .unknownOption(argument)
            default: names.append(argument)
            }
        }
        guard let text = names.first else { throw .missingName }
        guard names.count == 1 else { throw .tooManyNames }
        do {
            return .run(try InterfaceName(text), foreground: foreground)
        } catch {
            throw .invalidName(text, error)
        }
    }
}
