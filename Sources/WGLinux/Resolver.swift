internal import CLinux
public import WGModel

/// `getaddrinfo(3)` for UDP, and the names of interfaces.
public enum Resolver {
    /// Why a name has no address.
    public struct Failure: Error, Hashable, Sendable {
        public enum Reason: Hashable, Sendable {
            /// The host doesn't exist, or has no address, or the name server says that it never will.
            case noSuchHost
            /// The port is neither a number up to 65535 nor a UDP service of the services database.
            case noSuchService
            /// No name server answered, or the system is short of something: it may work later.
            case temporary
        }

        public let reason: Reason
        /// The library's own words, as `gai_strerror` or `strerror` give them.
        public let text: String
        /// For how many seconds there is no other answer, where the name server tells.
        public let timeToLive: UInt32?

        public init(_ reason: Reason, text: String, timeToLive: UInt32? = nil) {
            self.reason = reason
            self.text = text
            self.timeToLive = timeToLive
        }

        /// Whether the same question can have no other answer a little later.
        public var isPermanent: Bool { reason != .temporary }
    }

    /// The addresses of a host, the preferred one first. May take as long as its name servers do.
    public static func addresses(of host: String) throws(Failure) -> HostAnswer {
        let found = try resolve(host: host, service: nil)
        return HostAnswer(found.first.host, others: found.others.map(\.host))
    }

    /// The address that a text is by itself, be it in a form that only the system reads (`1.2`, `fe80::1%eth0`). Asks
    /// no name server.
    public static func literal(_ host: String) -> HostAddress? {
        if let address = IPAddress(host) { return HostAddress(address: address) }
        guard let found = try? resolve(host: host, service: nil, flags: AI_NUMERICHOST) else { return nil }
        return found.first.host
    }

    /// The UDP port of a service name, such as 53 for `domain`.
    public static func port(ofService name: String) throws(Failure) -> UInt16 {
        if let port = number(name) {
            guard let port = UInt16(exactly: port) else { throw noSuchService }
            return port
        }
        return try resolve(host: nil, service: name, flags: AI_PASSIVE).first.port
    }

    /// The index of an interface in this namespace.
    public static func interfaceIndex(of name: String) -> UInt32? {
        let index = if_nametoindex(name)
        return index == 0 ? nil : index
    }

    /// The name of an interface in this namespace.
    public static func interfaceName(of index: UInt32) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(IF_NAMESIZE)) { buffer in
            guard let base = buffer.baseAddress, if_indextoname(index, base) != nil else { return nil }
            return String(cString: base)
        }
    }

    /// A host with more addresses is known by its first ones.
    private static let mostAddresses = 32

    private static let noSuchService = Failure(.noSuchService, text: String(cString: gai_strerror(EAI_SERVICE)))

    /// A number as `strtoul` reads one, so that ` 99` and `+98` are ports as they are for the stock tool.
    private static func number(_ text: String) -> UInt64? {
        var digits = Substring(text).drop(while: { $0 == " " || $0 == "\t" })
        if digits.first == "+" { digits = digits.dropFirst() }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt64(digits) ?? .max
    }

    private static func resolve(
        host: String?, service: String?, flags: Int32 = 0
    ) throws(Failure) -> (first: Endpoint, others: [Endpoint]) {
        var error: Int32 = 0
        var code: Int32 = 0
        let found = [clinux_udp_address](unsafeUninitializedCapacity: mostAddresses) { buffer, count in
            code = withOptionalCString(host) { host in
                withOptionalCString(service) { service in
                    clinux_resolve_udp(host, service, flags, buffer.baseAddress, buffer.count, &count, &error)
                }
            }
        }
        let endpoints = found.map(endpoint)
        guard let first = endpoints.first else { throw failure(code, error) }
        return (first, Array(endpoints.dropFirst()))
    }

    private static func endpoint(_ found: clinux_udp_address) -> Endpoint {
        let bytes = withUnsafeBytes(of: found.address) { Array($0) }
        let address = IPAddress(networkBytes: bytes.prefix(found.family == AF_INET ? 4 : 16)) ?? .v4(0)
        return Endpoint(address: address, port: found.port, scopeID: found.scope)
    }

    private static func withOptionalCString(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Int32) -> Int32 {
        guard let text else { return body(nil) }
        return text.withCString(body)
    }

    /// - Parameters:
    ///   - code: of getaddrinfo(3).
    ///   - error: for `EAI_SYSTEM` the error number.
    static func failure(_ code: Int32, _ error: Int32 = 0, timeToLive: UInt32? = nil) -> Failure {
        let reason: Failure.Reason =
            switch code {
            case EAI_AGAIN, EAI_SYSTEM, EAI_MEMORY: .temporary
            case EAI_SERVICE: .noSuchService
            default: .noSuchHost
            }
        let text = code == EAI_SYSTEM ? Errno(rawValue: error).description : String(cString: gai_strerror(code))
        return Failure(reason, text: text, timeToLive: timeToLive)
    }
}

/// Where a host can be reached.
public struct HostAnswer: Hashable, Sendable {
    /// The preferred address.
    public let first: HostAddress
    /// The others, in the order of preference.
    public let others: [HostAddress]
    /// For how many seconds this is so, where the name server tells.
    public let timeToLive: UInt32?

    public init(_ first: HostAddress, others: [HostAddress] = [], timeToLive: UInt32? = nil) {
        self.first = first
        self.others = others
        self.timeToLive = timeToLive
    }

    /// At least one.
    public var addresses: [HostAddress] { [first] + others }
}

/// Where a host is, without a port.
public struct HostAddress: Hashable, Sendable {
    public let address: IPAddress
    /// The interface index of a link-local IPv6 address; 0 for none.
    public let scopeID: UInt32

    public init(address: IPAddress, scopeID: UInt32 = 0) {
        self.address = address
        self.scopeID = scopeID
    }

    public func endpoint(port: UInt16) -> Endpoint { Endpoint(address: address, port: port, scopeID: scopeID) }
}

extension Endpoint {
    fileprivate var host: HostAddress { HostAddress(address: address, scopeID: scopeID) }
}
