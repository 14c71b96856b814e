/// The variables of the environment that the program reads.
enum EnvironmentVariable: String, CaseIterable {
    case engine = "WG_QUICK_USERSPACE_IMPLEMENTATION"
    case dns = "WG_QUICK_DNS"
    case dnsFailure = "WG_QUICK_DNS_FAILURE"
    case endpointRetries = "WG_ENDPOINT_RESOLUTION_RETRIES"

    /// One line for the help text, or two.
    var summary: String {
        switch self {
        case .engine: "the engine to start where the kernel has no WireGuard;\nwireguard-swift unless told"
        case .dns: "the value of --dns where that is not given"
        case .dnsFailure: "the value of --dns-failure where that is not given"
        case .endpointRetries: "how often to ask again for a name's address;\na number or infinity"
        }
    }
}
