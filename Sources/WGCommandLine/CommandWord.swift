/// A command of a program, such as `show`: the row behind parser, help, man page and completions. In the order of the help
/// text.
public protocol CommandWord: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    associatedtype Option: CommandOption

    /// What it understands besides operands.
    var options: [Option] { get }

    /// How it is called: what follows the name and the options.
    var operands: String { get }

    /// One line for the help text and completions.
    var summary: String { get }

    /// A few lines for the command's own help.
    var explanation: String { get }
}

extension CommandWord {
    /// All of them, and the inquiries, for the program's help.
    public static var table: String {
        HelpTable.text(
            allCases.map { ($0.rawValue, $0.summary) } + Inquiry.allCases.map { ($0.rawValue, $0.summary) })
    }

    /// How it is called, in one line or, where that would be too long, in several.
    public func usage(program: String) -> String {
        let options = options.filter { $0 != .help }.map { "[\($0.usage)]" }
        let indentation = "        "
        var text = ""
        var line = "Usage: \(program) \(rawValue)"
        for word in options + operands.split(separator: " ").map(String.init) {
            if line.count + 1 + word.count <= 100 {
                line += " " + word
            } else {
                text += line + "\n"
                line = indentation + word
            }
        }
        return text + line + "\n"
    }

    /// How it is called, and what it does.
    public func help(program: String) -> String {
        let table = HelpTable.text(options.map { ($0.usage, $0.summary) })
        return usage(program: program) + "\n" + explanation + "\n\n" + table + "\n"
    }
}
