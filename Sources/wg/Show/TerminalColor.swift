/// The numbers of SGR escape sequences (ECMA-48 8.3.117).
enum TerminalColor: Int {
    case bold = 1
    case red = 31
    case green = 32
    case yellow = 33
    case cyan = 36

    var start: String { "\u{1b}[\(rawValue)m" }
    static let reset = "\u{1b}[0m"
}
