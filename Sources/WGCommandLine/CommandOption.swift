/// An option of a program's commands, such as `--json`: the row behind parser, help, man page and completions.
public protocol CommandOption: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// Every command has it.
    static var help: Self { get }

    /// What its value is, in capitals; nil for an option without one.
    var valueName: String? { get }

    /// One line for the help texts and completions.
    var summary: String { get }
}

extension CommandOption {
    /// As written on the command line.
    public var text: String { "--" + rawValue }

    /// The option and what follows it.
    public var usage: String { text + (valueName.map { " " + $0 } ?? "") }
}
