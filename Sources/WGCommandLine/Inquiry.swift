/// Commands about the program itself. Each has the spellings of an option, too.
public enum Inquiry: String, CaseIterable, Sendable {
    case help, version

    public init?(_ word: String) {
        guard let found = Self.allCases.first(where: { $0.spellings.contains(word) }) else { return nil }
        self = found
    }

    public var spellings: [String] {
        switch self {
        case .help: ["help", "-h", "--help"]
        case .version: ["version", "-v", "--version"]
        }
    }

    /// One line for the help text and completions.
    public var summary: String {
        switch self {
        case .help: "explain the program, or the command that follows"
        case .version: "print the version"
        }
    }
}
