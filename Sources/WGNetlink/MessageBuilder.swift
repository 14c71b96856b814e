import WGModel

/// One netlink message in the making: a header, fixed fields, attributes.
///
/// Integers are in host byte order, as netlink has them. The builder itself knows no limit; who fills it compares
/// `count` with theirs, and takes back to a mark what turned out too long.
struct MessageBuilder {
    private var bytes: [UInt8]
    private(set) var hasOverlongAttribute = false

    /// Starts with `struct nlmsghdr`; the kernel fills in the port.
    init(type: UInt16, flags: UInt16, sequence: UInt32, capacity: Int = 512) {
        bytes = []
        bytes.reserveCapacity(capacity)
        append(UInt32(0))
        append(type)
        append(flags)
        append(sequence)
        append(UInt32(0))
    }

    /// Bytes so far, the padding of the last attribute included.
    var count: Int { bytes.count }

    /// The message with its length filled in; `nil` if an attribute passed 65 535 bytes.
    func finished() -> [UInt8]? {
        guard !hasOverlongAttribute, let length = UInt32(exactly: bytes.count) else { return nil }
        var message = bytes
        Self.store(length, in: &message, at: 0)
        return message
    }

    /// A fixed field, in host byte order.
    mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    mutating func put<Value: FixedWidthInteger>(_ type: UInt16, _ value: Value) {
        putHeader(type, payload: Value.bitWidth / 8)
        append(value)
        pad()
    }

    mutating func put(_ type: UInt16, _ payload: [UInt8]) {
        putHeader(type, payload: payload.count)
        bytes.append(contentsOf: payload)
        pad()
    }

    mutating func put(_ type: UInt16, _ key: some Key) {
        putHeader(type, payload: 32)
        withUnsafeBytes(of: key.bytes) { bytes.append(contentsOf: $0) }
    }

    /// 4 or 16 bytes in network order.
    mutating func put(_ type: UInt16, _ address: IPAddress) {
        switch address {
        case .v4(let value): put(type, value.bigEndian)
        case .v6(let value): put(type, value.bigEndian)
        }
    }

    /// `struct sockaddr_in` (16 bytes) or `struct sockaddr_in6` (28).
    mutating func put(_ type: UInt16, _ endpoint: Endpoint) {
        switch endpoint.address {
        case .v4(let address):
            putHeader(type, payload: 16)
            append(AddressFamily.ipv4)
            append(endpoint.port.bigEndian)
            append(address.bigEndian)
            append(UInt64(0))
        case .v6(let address):
            putHeader(type, payload: 28)
            append(AddressFamily.ipv6)
            append(endpoint.port.bigEndian)
            append(UInt32(0))
            append(address.bigEndian)
            append(endpoint.scopeID)
        }
    }

    /// With the final NUL that `NLA_NUL_STRING` wants.
    mutating func put(_ type: UInt16, _ text: String) {
        put(type, Array(text.utf8) + [0])
    }

    /// An attribute that holds those which the body puts. Marked `NLA_F_NESTED`: strict kernels insist.
    mutating func nest<Failure: Error>(
        _ type: UInt16, _ body: (inout MessageBuilder) throws(Failure) -> Void
    ) throws(Failure) {
        let start = bytes.count
        putHeader(type | Self.nestedFlag, payload: 0)
        try body(&self)
        guard let length = UInt16(exactly: bytes.count - start) else {
            hasOverlongAttribute = true
            return
        }
        Self.store(length, in: &bytes, at: start)
    }

    /// Forgets everything after the mark, which is an earlier `count`.
    mutating func rollBack(to mark: Int) {
        bytes.removeLast(bytes.count - mark)
    }

    private static let nestedFlag: UInt16 = 0x8000

    private mutating func putHeader(_ type: UInt16, payload: Int) {
        let length = UInt16(exactly: payload + 4)
        if length == nil { hasOverlongAttribute = true }
        append(length ?? 0)
        append(type)
    }

    private mutating func pad() {
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    private static func store<Value: FixedWidthInteger>(_ value: Value, in bytes: inout [UInt8], at offset: Int) {
        withUnsafeBytes(of: value) { source in
            for index in source.indices { bytes[offset + index] = source[index] }
        }
    }
}
