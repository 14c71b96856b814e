internal import CLinux
import WGModel

extension EndpointRecord {
    /// The destination alone: no source has been learned yet.
    init(_ endpoint: Endpoint) {
        self = .none
        let bytes = endpoint.address.networkBytes
        switch endpoint.address {
        case .v4:
            var socketAddress = sockaddr_in()
            socketAddress.sin_family = sa_family_t(AF_INET)
            socketAddress.sin_port = endpoint.port.bigEndian
            withUnsafeMutableBytes(of: &socketAddress.sin_addr) { $0.copyBytes(from: bytes) }
            withUnsafeMutableBytes(of: &address) { destination in
                withUnsafeBytes(of: socketAddress) { destination.copyMemory(from: $0) }
            }
            addressLength = UInt32(MemoryLayout<sockaddr_in>.size)
        case .v6:
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = endpoint.port.bigEndian
            address.sin6_scope_id = endpoint.scopeID
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
            addressLength = UInt32(MemoryLayout<sockaddr_in6>.size)
        }
    }

    /// `nil` for none.
    var endpoint: Endpoint? {
        if isIPv4 {
            let socketAddress = withUnsafeBytes(of: address) { $0.loadUnaligned(as: sockaddr_in.self) }
            let bytes = withUnsafeBytes(of: socketAddress.sin_addr) { Array($0) }
            return IPAddress(networkBytes: bytes).map {
                Endpoint(address: $0, port: UInt16(bigEndian: socketAddress.sin_port))
            }
        }
        guard addressLength == UInt32(MemoryLayout<sockaddr_in6>.size) else { return nil }
        let bytes = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
        return IPAddress(networkBytes: bytes).map {
            Endpoint(address: $0, port: UInt16(bigEndian: address.sin6_port), scopeID: address.sin6_scope_id)
        }
    }

    /// The same destination, with the source left to the routing table.
    var withoutSource: EndpointRecord {
        var copy = self
        copy.hasSource = false
        copy.source = in6_addr()
        copy.sourceInterface = 0
        return copy
    }
}
