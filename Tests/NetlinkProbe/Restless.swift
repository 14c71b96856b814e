import WGLinux
import WGModel
import WGNetlink

/// Reads wg0 while somebody else changes it without end.
struct Restless {
    var check = Check()

    mutating func run() throws -> Int {
        let name = try InterfaceName("wg0")
        let family = try WireGuardFamily()
        let stable = (0..<300).map { number in
            PeerChange(
                publicKey: PublicKey(bytes: DeviceProbe.keyBytes(number + 1)),
                allowedIPs: (0..<40).map {
                    .add(IPPrefix(host: .v4(0x0a00_0000 + UInt32(number * 256 + $0))))
                })
        }
        try family.set(name, DeviceChange(peers: stable))
        let keys = Set(stable.map(\.publicKey))
        var marked = 0
        var changes: Set<Int> = []
        for _ in 0..<50 {
            let state = try family.get(name)
            changes.insert(state.peers.count)
            if !state.isComplete {
                marked += 1
                continue
            }
            let found = state.peers.filter { keys.contains($0.publicKey) }
            guard found.count == 300, found.allSatisfy({ $0.allowedIPs.count == 40 }) else {
                check.expect(false, "a dump that is not marked has every peer", "\(found.count)")
                return check.failures
            }
        }
        print("# of 50 reads, \(marked) stayed interrupted; peers counted: \(changes.sorted())")
        let raw = try RawNetlink()
        var dumps = 0
        repeat {
            dumps += 1
            _ = try raw.get([RawAttribute(2, name.text)])
        } while !raw.wasInterrupted && dumps < 500
        check.expect(raw.wasInterrupted, "a dump of a device that changes is marked (NLM_F_DUMP_INTR)", "\(dumps)")
        check.expect(changes.count > 1, "the device changed while it was read")
        check.expect(marked < 50, "some dump was whole, and had every peer with all its allowed IPs")
        return check.failures
    }
}

/// What is refused without `CAP_NET_ADMIN` over the namespace, and what is not.
struct Unprivileged {
    var check = Check()

    mutating func run() throws -> Int {
        let name = try InterfaceName("wg0")
        let family = try WireGuardFamily()
        let get = check.failure("getting a device") { () throws(NetlinkError) in _ = try family.get(name) }
        check.equal(get?.errno, .notPermitted, "getting a device is EPERM")
        let set = check.failure("setting a device") { () throws(NetlinkError) in
            try family.set(name, DeviceChange(fwmark: 1))
        }
        check.equal(set?.errno, .notPermitted, "setting a device is EPERM")
        let rule = check.failure("adding a rule") { () throws(NetlinkError) in
            try PolicyRules.add(PolicyRule(family: .ipv4, table: 7))
        }
        check.equal(rule?.errno, .notPermitted, "adding a rule is EPERM")
        check.equal(try LinkList.wireGuardLinks(), [name], "the links can be listed")
        check.expect(try !PolicyRules.list().isEmpty, "and the rules")
        return check.failures
    }
}
