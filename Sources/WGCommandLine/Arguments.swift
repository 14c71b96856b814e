/// The words after a command, options apart from operands.
///
/// Options stand anywhere; after `--` every word is an operand. A value is the next word or follows `=`.
public struct Arguments<Option: CommandOption>: Equatable, Sendable {
    /// Why the words mean nothing to a command.
    public enum Fault: Error, Equatable {
        case unknown(String)
        case repeated(Option)
        case missingValue(Option)
        case unexpectedValue(Option)
    }

    public private(set) var operands: [String] = []
    /// Options without a value have an empty one.
    private var values: [Option: String] = [:]

    /// - Parameters:
    ///   - options: what the command understands.
    ///   - passesUnknown: whether other words that begin with `--` are operands.
    public init(_ words: [String], options: [Option], passesUnknown: Bool = false) throws(Fault) {
        if words.prefix(while: { $0 != "--" }).contains(where: { $0 == Option.help.text || $0 == "-h" }) {
            // Who asks for help gets it, whatever else is wrong.
            values[.help] = ""
            return
        }
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                return
            }
            if word.hasPrefix("--") {
                try take(word, &rest, options, passesUnknown)
            } else {
                operands.append(word)
            }
        }
    }

    public func has(_ option: Option) -> Bool { values[option] != nil }

    /// The text that was given with an option, if it was.
    public func value(_ option: Option) -> String? { values[option] }

    private mutating func take(
        _ word: String, _ rest: inout ArraySlice<String>, _ options: [Option], _ passesUnknown: Bool
    ) throws(Fault) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let option = options.first(where: { $0.text == parts[0] }) else {
            guard passesUnknown else { throw .unknown(parts[0]) }
            operands.append(word)
            return
        }
        let attached = parts.count == 2 ? parts[1] : nil
        guard values[option] == nil else { throw .repeated(option) }
        if option.valueName == nil {
            guard attached == nil else { throw .unexpectedValue(option) }
            values[option] = ""
        } else {
            guard let value = attached ?? rest.popFirst() else { throw .missingValue(option) }
            values[option] = value
        }
    }
}

extension Arguments.Fault {
    /// One line for standard error, with its end.
    public var message: String {
        switch self {
        case .unknown(let word): "Invalid option: `\(word)'\n"
        case .repeated(let option): "Invalid option: `\(option.text)' is there twice\n"
        case .missingValue(let option): "Invalid option: `\(option.text)' wants a value, \(option.usage)\n"
        case .unexpectedValue(let option): "Invalid option: `\(option.text)' has no value\n"
        }
    }
}
