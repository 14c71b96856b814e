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

        public init(_ reason: Reason, text: String) {
            self.reason = reason
            self.text = text
        }

        /// Whether the same question can have no other answer a little later.
        public var isPermanent: Bool { reason != .temporary }
    }

    /// The first address of a host. May take as long as its name servers do.
    public static func address(of host: String) throws(Failure) -> HostAddress {
        let found = try resolve(host: host, service: nil)
        return HostAddress(address: found.address, scopeID: found.scopeID)
    }

    /// The address that a text is by itself, be it in a form that only the system reads (`1.2`, `fe80::1%eth0`). Asks
    /// no name server.
    public static func literal(_ host: String) -> HostAddress? {
        if let address = IPAddress(host) { return HostAddress(address: address) }
        guard let found = try? resolve(host: host, service: nil, flags: AI_NUMERICHOST) else { return nil }
        return HostAddress(address: found.address, scopeID: found.scopeID)
    }

    /// The UDP port of a service name, such as 53 for `domain`.
    public static func port(ofService name: String) throws(Failure) -> UInt16 {
        if let port = number(name) {
            guard let port = UInt16(exactly: port) else { throw noSuchService }
            return port
        }
        return try resolve(host: nil, service: name, flags: AI_PASSIVE).port
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
    ) throws(Failure) -> Endpoint {
        var found = clinux_udp_address()
        var error: Int32 = 0
        let code = withOptionalCString(host) { host in
            withOptionalCString(service) { service in clinux_resolve_udp(host, service, flags, &found, &error) }
        }
        guard code == 0 else { throw failure(code, error) }
        let bytes = withUnsafeBytes(of: found.address) { Array($0) }
        let address = IPAddress(networkBytes: bytes.prefix(found.family == AF_INET ? 4 : 16)) ?? .v4(0)
        return Endpoint(address: address, port: found.port, scopeID: found.scope)
    }

    private static func withOptionalCString(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Int32) -> Int32 {
        guard let text else { return body(nil) }
        return text.withCString(body)
    }

    private static func failure(_ code: Int32, _ error: Int32) -> Failure {
        let reason: Failure.Reason =
            switch code {
            case EAI_AGAIN, EAI_SYSTEM, EAI_MEMORY: .temporary
            case EAI_SERVICE: .noSuchService
            default: .noSuchHost
            }
        let text = code == EAI_SYSTEM ? Errno(rawValue: error).description : String(cString: gai_strerror(code))
        return Failure(reason, text: text)
    }
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
