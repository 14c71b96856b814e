import WGLinux
import WGModel
import WGNetlink
import WGRoute

/// Sets and gets a device of the kernel module.
struct DeviceProbe {
    let name: InterfaceName
    let socket: RouteSocket
    let index: Int32
    var check = Check()

    init() throws {
        name = try InterfaceName("c-wg")
        socket = try RouteSocket()
        try socket.addLink(name: name.text, kind: "wireguard")
        guard let link = try socket.link(named: name.text) else { throw ProbeError.badText(name.text) }
        index = link.index
    }

    mutating func run() throws -> Int {
        defer { try? socket.deleteLink(index: index) }
        try linkKinds()
        try everyField()
        for limit in [1, 300, 1000, 4096, WireGuardFamily.defaultMessageLimit, 65_532] { try manyPeers(limit) }
        try removals()
        try refusals()
        return check.failures
    }

    private mutating func linkKinds() throws {
        check.equal(try LinkList.wireGuardLinks(), [name], "the list of WireGuard links")
        check.expect(try LinkList.kind(of: name) == .some("wireguard"), "the kind of a WireGuard link")
        check.expect(try LinkList.kind(of: InterfaceName("lo")) == .some(nil), "loopback has no kind")
        check.expect(try LinkList.kind(of: InterfaceName("c-none")) == nil, "no link has no kind at all")
    }

    private mutating func everyField() throws {
        let family = try WireGuardFamily()
        let empty = try family.get(name)
        check.expect(empty.privateKey == nil && empty.publicKey == nil && empty.peers.isEmpty, "a new device is empty")
        let change = DeviceChange(
            privateKey: PrivateKey(bytes: Self.keyBytes(1)), listenPort: 51820, fwmark: 0xca6c, replacePeers: true,
            peers: [
                PeerChange(
                    publicKey: PublicKey(bytes: Self.keyBytes(2)),
                    presharedKey: PresharedKey(bytes: Self.keyBytes(3)),
                    endpoint: Endpoint("192.0.2.1:4500"), persistentKeepalive: 25, replaceAllowedIPs: true,
                    allowedIPs: try Self.prefixes(["10.0.0.0/8", "0.0.0.0/0", "::/0"])),
                PeerChange(
                    publicKey: PublicKey(bytes: Self.keyBytes(4)), endpoint: Endpoint("[fe80::1%\(index)]:7")),
            ])
        try family.set(name, change)
        let state = try family.get(name)
        check.equal(state.name, name, "the name comes back")
        check.expect(state.privateKey == PrivateKey(bytes: Self.keyBytes(1)).clamped, "the private key, clamped")
        check.expect(state.publicKey != nil, "a public key that belongs to it")
        check.equal(state.listenPort, 51820, "the port")
        check.equal(state.fwmark, 0xca6c, "the mark")
        guard let first = state.peers.first, let second = state.peers.last, state.peers.count == 2 else {
            return check.expect(false, "both peers", "\(state.peers.count)")
        }
        check.expect(first.presharedKey == PresharedKey(bytes: Self.keyBytes(3)), "the preshared key")
        check.equal(first.endpoint?.description, "192.0.2.1:4500", "the endpoint")
        check.equal(first.persistentKeepalive, 25, "the keepalive")
        check.equal(
            first.allowedIPs.map(\.description).sorted(), ["0.0.0.0/0", "10.0.0.0/8", "::/0"], "the allowed IPs")
        check.expect(first.lastHandshake == nil, "no handshake yet")
        check.expect(second.presharedKey == nil, "no preshared key where none was set")
        check.equal(second.endpoint?.scopeID, UInt32(index), "the scope of a link-local endpoint")
        try family.set(name, DeviceChange(privateKey: .zero, fwmark: 0))
        let after = try family.get(name)
        check.expect(after.privateKey == nil && after.publicKey == nil, "the zero key removes the key")
        check.equal(after.fwmark, 0, "0 removes the mark")
        check.equal(after.peers.count, 2, "and leaves the peers alone")
    }

    /// Far more than one message holds in either direction.
    private mutating func manyPeers(_ limit: Int) throws {
        let peers = (0..<300).map { number in
            PeerChange(
                publicKey: PublicKey(bytes: Self.keyBytes(1000 + number)), replaceAllowedIPs: true,
                allowedIPs: (0..<40).map { entry in
                    .add(IPPrefix(host: .v6(UInt128(0x2001_0db8) << 96 | UInt128(number) << 16 | UInt128(entry))))
                })
        }
        let family = try WireGuardFamily(messageLimit: limit)
        let clock = ContinuousClock()
        let setting = try clock.measure { try family.set(name, DeviceChange(replacePeers: true, peers: peers)) }
        var state: DeviceState?
        let getting = try clock.measure { state = try family.get(name) }
        print("# limit \(limit): set \(setting), get \(getting)")
        let found = state?.peers ?? []
        check.equal(found.map(\.publicKey), peers.map(\.publicKey), "300 peers at limit \(limit), in order")
        check.expect(
            zip(found, peers).allSatisfy { Set($0.allowedIPs) == Set($1.allowedIPs.map(\.prefix)) },
            "each with its 40 allowed IPs at limit \(limit)")
        check.expect(found.allSatisfy { $0.allowedIPs.count == 40 }, "none of them twice at limit \(limit)")
        check.expect(state?.isComplete == true, "the dump is whole")
    }

    private mutating func removals() throws {
        let family = try WireGuardFamily()
        let key = PublicKey(bytes: Self.keyBytes(1007))
        try family.set(name, DeviceChange(peers: [PeerChange(publicKey: key, remove: true)]))
        let state = try family.get(name)
        check.expect(state.peers.count == 299 && !state.peers.contains { $0.publicKey == key }, "one peer is removed")
        let unknown = PublicKey(bytes: Self.keyBytes(9999))
        let many = try Self.prefixes((0..<64).map { "10.9.\($0).0/24" })
        let tiny = try WireGuardFamily(messageLimit: 300)
        try tiny.set(
            name, DeviceChange(peers: [PeerChange(publicKey: unknown, updateOnly: true, allowedIPs: many)]))
        check.expect(
            try !family.get(name).peers.contains { $0.publicKey == unknown },
            "update only makes no peer, in a continuation neither")
        do {
            let owner = PublicKey(bytes: Self.keyBytes(1000))
            guard let first = try family.get(name).peers.first?.allowedIPs.first else { throw ProbeError.noReply }
            try family.set(name, DeviceChange(peers: [PeerChange(publicKey: owner, allowedIPs: [.remove(first)])]))
            check.equal(try family.get(name).peers.first?.allowedIPs.count, 39, "a single allowed IP is removed")
        } catch let error as NetlinkError {
            print("# removing an allowed IP: \(error.errno), \(error.extack ?? "no text")")
            check.equal(error.errno, .invalidArgument, "a kernel before 6.16 refuses to remove a single allowed IP")
        }
    }

    private mutating func refusals() throws {
        let family = try WireGuardFamily()
        let missing = check.failure("no link") { () throws(NetlinkError) in
            _ = try family.get(try! InterfaceName("c-none"))
        }
        check.equal(missing?.errno, .noSuchDevice, "getting no link is ENODEV")
        let other = check.failure("loopback") { () throws(NetlinkError) in
            try family.set(try! InterfaceName("lo"), DeviceChange(fwmark: 1))
        }
        check.equal(other?.errno, .notSupported, "setting another kind of link is EOPNOTSUPP")
        print("# ENODEV: \(missing?.extack ?? "no text"); EOPNOTSUPP: \(other?.extack ?? "no text")")
        check.success("the socket is in step after refusals") { _ = try family.get(name) }
    }

    static func keyBytes(_ seed: Int) -> KeyBytes {
        KeyBytes { index in UInt8(truncatingIfNeeded: (seed &* 2_654_435_761) >> ((index % 4) * 8)) ^ UInt8(index) }
    }

    static func prefixes(_ texts: [String]) throws -> [AllowedIPChange] { try texts.map { .add(try prefix($0)) } }
}
