/// The variables of the environment that the program reads.
enum EnvironmentVariable: String, CaseIterable {
    case colorMode = "WG_COLOR_MODE"
    case noColor = "NO_COLOR"
    case hideKeys = "WG_HIDE_KEYS"
    case endpointRetries = "WG_ENDPOINT_RESOLUTION_RETRIES"
    case terminal = "TERM"
    case allLocale = "LC_ALL"
    case characterLocale = "LC_CTYPE"
    case language = "LANG"

    /// One line for the help text.
    var summary: String {
        switch self {
        case .colorMode: "always or never; otherwise colours depend on the terminal"
        case .noColor: "if set, no colours, unless WG_COLOR_MODE says otherwise"
        case .hideKeys: "never: show prints private and preshared keys"
        case .endpointRetries: "how often to ask again for a name's address; a number or infinity"
        case .terminal: "dumb: watch prints lines even on a terminal"
        case .allLocale: "UTF-8 in it lets watch draw with more than ASCII"
        case .characterLocale: "the same, if LC_ALL is not set"
        case .language: "the same, if neither is set"
        }
    }
}
