/// The variables of the environment that the program reads.
enum EnvironmentVariable: String, CaseIterable {
    case colorMode = "WG_COLOR_MODE"
    case noColor = "NO_COLOR"
    case hideKeys = "WG_HIDE_KEYS"
    case endpointRetries = "WG_ENDPOINT_RESOLUTION_RETRIES"

    /// One line for the help text.
    var summary: String {
        switch self {
        case .colorMode: "always or never; otherwise colours depend on the terminal"
        case .noColor: "if set, no colours, unless WG_COLOR_MODE says otherwise"
        case .hideKeys: "never: show prints private and preshared keys"
        case .endpointRetries: "how often to ask again for a name's address; a number or infinity"
        }
    }
}
