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
            /// Anything else: it may work later.
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

    /// The first address of a host with the port of a service. A port number out of range is `noSuchService`.
    public static func endpoint(of name: EndpointName) throws(Failure) -> Endpoint {
        if let port = number(name.service) {
            guard let port = UInt16(exactly: port) else { throw noSuchService }
            if let address = IPAddress(name.host) { return Endpoint(address: address, port: port) }
            return try resolve(host: name.host, service: String(port))
        }
        return try resolve(host: name.host, service: name.service)
    }

    /// The UDP port of a service name, such as 53 for `domain`.
    public static func port(ofService name: String) throws(Failure) -> UInt16 {
        if let port = number(name) {
            guard let port = UInt16(exactly: port) else { throw noSuchService }
            return port
        }
        return try resolve(host: nil, service: name).port
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

    private static func resolve(host: String?, service: String) throws(Failure) -> Endpoint {
        var found = clinux_udp_address()
        var error: Int32 = 0
        let code =
            if let host {
                clinux_resolve_udp(host, service, &found, &error)
            } else {
                clinux_resolve_udp(nil, service, &found, &error)
            }
        guard code == 0 else { throw failure(code, error) }
        let bytes = withUnsafeBytes(of: found.address) { Array($0) }
        let address = IPAddress(networkBytes: bytes.prefix(found.family == AF_INET ? 4 : 16)) ?? .v4(0)
        return Endpoint(address: address, port: found.port, scopeID: found.scope)
    }

    private static func failure(_ code: Int32, _ error: Int32) -> Failure {
        let reason: Failure.Reason =
            switch code {
            case EAI_NONAME, EAI_FAIL, EAI_NODATA, EAI_ADDRFAMILY, EAI_FAMILY: .noSuchHost
            case EAI_SERVICE: .noSuchService
            default: .temporary
            }
        let text = code == EAI_SYSTEM ? Errno(rawValue: error).description : String(cString: gai_strerror(code))
        return Failure(reason, text: text)
    }
}
