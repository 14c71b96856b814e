/// The words after a subcommand, options apart from operands.
///
/// Options stand anywhere; after `--` every word is an operand. A value is the next word or follows `=`.
struct Arguments: Equatable {
    /// Why the words mean nothing to a subcommand.
    enum Fault: Error, Equatable {
        case unknown(String)
        case repeated(Option)
        case missingValue(Option)
        case unexpectedValue(Option)
    }

    private(set) var operands: [String] = []
    /// Options without a value have an empty one.
    private var values: [Option: String] = [:]

    init(_ words: [String], for subcommand: Subcommand) throws(Fault) {
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
                try take(word, &rest, subcommand)
            } else {
                operands.append(word)
            }
        }
    }

    func has(_ option: Option) -> Bool { values[option] != nil }

    /// The text that was given with an option, if it was.
    func value(_ option: Option) -> String? { values[option] }

    private mutating func take(_ word: String, _ rest: inout ArraySlice<String>, _ subcommand: Subcommand) throws(Fault)
    {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let option = subcommand.options.first(where: { $0.text == parts[0] }) else {
            // A setting's value may begin with any character.
            guard subcommand == .set else { throw .unknown(parts[0]) }
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
