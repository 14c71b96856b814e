/// Where a peer is reached: a numeric address and a UDP port, as the kernel's `sockaddr_in` and `sockaddr_in6` hold it.
public struct Endpoint: Hashable, Sendable {
    /// Without scope.
    private let packed: PackedAddress
    /// Without the scope.
    public var address: IPAddress { packed.address }
    /// Host byte order.
    public let port: UInt16
    /// The interface index of a link-local IPv6 address; 0 for none.
    public let scopeID: UInt32

    /// An endpoint; only link-local IPv6 addresses need a scope.
    public init(address: IPAddress, port: UInt16, scopeID: UInt32 = 0) {
        packed = PackedAddress(address)
        self.port = port
        self.scopeID = scopeID
    }

    /// `192.0.2.1:51820`, `[2001:db8::1]:51820` or `[fe80::1%eth0]:51820`.
    ///
    /// - Parameter scopeName: the interface's name for an index; without one the number itself is shown.
    public func description(scopeName: (UInt32) -> String?) -> String {
        var text = TextBuffer()
        text.append(self, scopeName: scopeName)
        return text.string
    }
}

extension Endpoint: CustomStringConvertible {
    public var description: String { description(scopeName: { _ in nil }) }

    /// Numeric text only: `1.2.3.4:5`, `[v6]:5`, `[v6%7]:5` with a numeric scope. This is the UAPI's form.
    public init?(_ text: some StringProtocol) {
        guard let name = EndpointName(text), let port = UInt16(name.service) else { return nil }
        let parts = name.host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, let address = IPAddress(host) else { return nil }
        var scope: UInt32 = 0
        if parts.count == 2 {
            guard !address.isIPv4, let number = UInt32(parts[1]) else { return nil }
            scope = number
        }
        self.init(address: address, port: port, scopeID: scope)
    }
}

/// An endpoint as written: a host name or literal and a port or service name, not resolved yet.
public struct EndpointName: Hashable, Sendable {
    /// Most endpoints of a large device are IPv4 addresses, whose text follows from the number.
    private enum Storage: Hashable {
        case ipv4(Endpoint)
        indirect case written(host: String, service: String, numeric: Endpoint?)
    }

    private let storage: Storage

    /// Without brackets; may carry `%scope`.
    public var host: String {
        switch storage {
        case .ipv4(let endpoint): endpoint.address.description
        case .written(let host, _, _): host
        }
    }
    /// A number or a service name.
    public var service: String {
        switch storage {
        case .ipv4(let endpoint): String(endpoint.port)
        case .written(_, let service, _): service
        }
    }
    /// The endpoint itself, if nothing of it is a name. A scope is one: only the system knows the interface.
    public var numeric: Endpoint? {
        switch storage {
        case .ipv4(let endpoint): endpoint
        case .written(_, _, let numeric): numeric
        }
    }

    /// A host without brackets, and a port or service, as they are.
    public init(host: String, service: String) {
        if let port = UInt16(service), let address = IPAddress(host) {
            let numeric = Endpoint(address: address, port: port)
            // A port may have been written with zeros or a sign in front.
            let isPlain = address.isIPv4 && String(port) == service
            storage = isPlain ? .ipv4(numeric) : .written(host: host, service: service, numeric: numeric)
        } else {
            storage = .written(host: host, service: service, numeric: nil)
        }
    }

    /// An IPv4 address and a port.
    package init(ipv4 address: UInt32, port: UInt16) {
        storage = .ipv4(Endpoint(address: .v4(address), port: port))
    }

    /// Splits at the last colon, or after the closing bracket: `host:port`, `[v6]:port`, and bare `v6:port` as stock.
    public init?(_ text: some StringProtocol) {
        // By bytes: a combining character behind a mark is part of what follows.
        let text = Substring(text)
        let bytes = text.utf8
        let colon = UInt8(ascii: ":")
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let rest = bytes[bytes.index(after: close)...]
            guard rest.first == colon else { return nil }
            self.init(
                host: String(text[bytes.index(after: bytes.startIndex)..<close]),
                service: String(text[rest.index(after: rest.startIndex)...]))
        } else {
            guard let last = bytes.lastIndex(of: colon) else { return nil }
            self.init(host: String(text[..<last]), service: String(text[bytes.index(after: last)...]))
        }
        guard !host.isEmpty, !service.isEmpty else { return nil }
    }
}

extension EndpointName: CustomStringConvertible {
    /// The host in brackets where it holds a colon.
    public var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(service)" : "\(host):\(service)"
    }
}
