internal import CLinux
import WGLinux
import WGModel

/// An open TUN device whose packets travel with a `VirtioHeader`, so that the kernel hands over and takes TCP and UDP
/// super-packets of up to 64 KB. Owned by the controller; T reads it, U writes it.
struct TunDevice: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    /// The kernel's choice where a pattern like `wg%d` was asked for.
    let name: InterfaceName
    /// The interface's index.
    let index: Int32
    /// Whether UDP super-packets are taken as well (Linux 6.2).
    let acceptsUdpSuperPackets: Bool

    /// Non-blocking. Valid as long as the owner lives.
    var rawValue: Int32 { descriptor.rawValue }

    /// Makes the device and asks for all offloads that the kernel knows. Needs CAP_NET_ADMIN.
    ///
    /// The device goes away with its owner. `busy` when another process has it.
    init(name: InterfaceName) throws(Errno) {
        var text = InlineArray<16, CChar>(repeating: 0)
        for (place, byte) in name.text.utf8.prefix(15).enumerated() { text[place] = CChar(bitPattern: byte) }
        let opened = withUnsafeMutableBytes(of: &text) { bytes in
            clinux_tun_open(bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        guard opened >= 0 else { throw Errno(rawValue: -opened) }
        try self.init(FileDescriptor(owning: opened), text)
    }

    /// Takes the descriptor of a device that somebody else has made, with an `IFF_VNET_HDR`; else `invalidArgument`.
    init(adopting opened: Int32) throws(Errno) {
        var text = InlineArray<16, CChar>(repeating: 0)
        let adopted = withUnsafeMutableBytes(of: &text) { bytes in
            clinux_tun_adopt(opened, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        guard adopted == 0 else { throw Errno(rawValue: -adopted) }
        try self.init(FileDescriptor(owning: opened), text)
    }

    /// The index of a link of the calling thread's network namespace, without the Unix socket that libc would make.
    static func linkIndex(of name: String) -> UInt32? {
        let index = clinux_link_index(name)
        return index > 0 ? UInt32(index) : nil
    }

    private init(_ descriptor: consuming FileDescriptor, _ text: InlineArray<16, CChar>) throws(Errno) {
        let opened = descriptor.rawValue
        let given = withUnsafeBytes(of: text) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard let givenName = try? InterfaceName(given) else { throw .invalidArgument }

        let plain = clinux_tun_checksum | clinux_tun_tcp
        let acceptsUdp = clinux_tun_set_offload(opened, plain | clinux_tun_udp) == 0
        if !acceptsUdp {
            let result = clinux_tun_set_offload(opened, plain)
            guard result == 0 else { throw Errno(rawValue: -result) }
        }
        let index = clinux_link_index(given)
        guard index > 0 else { throw Errno(rawValue: -index) }
        self.acceptsUdpSuperPackets = acceptsUdp
        self.index = index
        self.name = givenName
        self.descriptor = descriptor
    }

    /// Bytes; what the interface has now.
    func mtu() throws(Errno) -> Int {
        let result = clinux_link_mtu(name.text)
        guard result >= 0 else { throw Errno(rawValue: -result) }
        return Int(result)
    }

    /// Equals: `ip link set dev NAME mtu BYTES`.
    func setMTU(_ bytes: Int) throws(Errno) {
        let result = clinux_link_set_mtu(name.text, Int32(clamping: bytes))
        guard result == 0 else { throw Errno(rawValue: -result) }
    }
}
