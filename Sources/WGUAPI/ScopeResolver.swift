import WGModel

/// Turns the scope of a link-local endpoint (`eth0` in `[fe80::1%eth0]:51820`) into an interface index.
///
/// The lookup is the operating system's, so whoever has one passes it in.
public typealias ScopeResolver = @Sendable (String) -> UInt32?

/// Takes interface indexes only: `[fe80::1%7]:51820`.
public let numericScopes: ScopeResolver = { UInt32($0) }

extension Endpoint {
    /// The endpoint of a UAPI line: `1.2.3.4:5`, `[v6]:5`, or `[v6%scope]:5` with a scope that `scopes` knows.
    init?(uapi text: Span<UInt8>, scopes: ScopeResolver) {
        guard let colon = text.indices.last(where: { text[$0] == UInt8(ascii: ":") }),
            let port = decimal(text.extracting(colon + 1..<text.count), UInt16.self)
        else { return nil }
        var host = 0..<colon
        if text[0] == UInt8(ascii: "[") {
            guard colon >= 2, text[colon - 1] == UInt8(ascii: "]") else { return nil }
            host = 1..<colon - 1
        }
        let percent = host.first { text[$0] == UInt8(ascii: "%") }
        guard let address = IPAddress(utf8: text.extracting(host.lowerBound..<(percent ?? host.upperBound))) else {
            return nil
        }
        guard let percent else {
            self.init(address: address, port: port)
            return
        }
        let name = (percent + 1..<host.upperBound).map { text[$0] }
        guard !address.isIPv4, let scope = scopes(String(decoding: name, as: UTF8.self)) else { return nil }
        self.init(address: address, port: port, scopeID: scope)
    }
}
