import WGModel

/// Turns the scope of a link-local endpoint (`eth0` in `[fe80::1%eth0]:51820`) into an interface index.
///
/// The lookup is the operating system's, so whoever has one passes it in.
public typealias ScopeResolver = @Sendable (String) -> UInt32?

/// Takes interface indexes only: `[fe80::1%7]:51820`.
public let numericScopes: ScopeResolver = { UInt32($0) }

extension Endpoint {
    /// The endpoint of a UAPI line: `1.2.3.4:5`, `[v6]:5`, or `[v6%scope]:5` with a scope that `scopes` knows.
    init?(uapi text: String, scopes: ScopeResolver) {
        guard let name = EndpointName(text), name.service.utf8.allSatisfy({ (48...57).contains($0) }),
            let port = UInt16(name.service)
        else { return nil }
        let parts = name.host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, let address = IPAddress(host) else { return nil }
        guard parts.count == 2 else {
            self.init(address: address, port: port)
            return
        }
        guard !address.isIPv4, let scope = scopes(String(parts[1])) else { return nil }
        self.init(address: address, port: port, scopeID: scope)
    }
}
