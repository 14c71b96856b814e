internal import CNlRoute
import WGModel

extension IPPrefix {
    /// Reads a libnl address. libnl has no bytes for a default route, so the family comes from outside.
    init?(libnl address: OpaquePointer?, family: Int32) {
        let width: Int
        switch family {
        case AF_INET: width = 4
        case AF_INET6: width = 16
        default: return nil
        }
        var bytes = [UInt8](repeating: 0, count: width)
        var length = 0
        if let address {
            let count = Int(nl_addr_get_len(address))
            if count > 0 {
                guard count == width, let source = nl_addr_get_binary_addr(address) else { return nil }
                bytes = Array(UnsafeRawBufferPointer(start: source, count: count))
            }
            length = Int(nl_addr_get_prefixlen(address))
        }
        guard let value = IPAddress(networkBytes: bytes) else { return nil }
        self.init(address: value, length: length)
    }

    /// A new libnl address, which the caller puts back with `nl_addr_put`; `nil` when memory is short.
    func makeLibnl() -> OpaquePointer? {
        let bytes = address.networkBytes
        let made = bytes.withUnsafeBytes { nl_addr_build(family, $0.baseAddress, $0.count) }
        if let made { nl_addr_set_prefixlen(made, Int32(length)) }
        return made
    }

    /// `AF_INET` or `AF_INET6`.
    var family: Int32 { address.isIPv4 ? AF_INET : AF_INET6 }
}
