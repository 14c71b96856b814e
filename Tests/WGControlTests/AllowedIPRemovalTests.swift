import TestSupport
import Testing
import WGLinux
import WGModel
import WGNetlink

@testable import WGControl

private let throwAway = PublicKey(bytes: KeyBytes(repeating: 0xee))

private func key(_ byte: UInt8) -> PublicKey { PublicKey(bytes: KeyBytes(repeating: byte)) }

private func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }

private func state(_ peers: (UInt8, [String])...) throws -> DeviceState {
    DeviceState(
        name: try InterfaceName("wg0"),
        peers: try peers.map { PeerState(publicKey: key($0), allowedIPs: try $1.map(prefix)) })
}

/// `+PREFIX` and `-PREFIX`.
private func change(_ peer: UInt8, _ entries: String..., replaces: Bool = false) throws -> PeerChange {
    PeerChange(
        publicKey: key(peer), replaceAllowedIPs: replaces,
        allowedIPs: try entries.map { entry in
            let prefix = try prefix(String(entry.dropFirst()))
            return entry.hasPrefix("-") ? .remove(prefix) : .add(prefix)
        })
}

private func backend(_ kernel: ScriptedKernel) -> KernelBackend {
    KernelBackend(open: { () throws(NetlinkError) in kernel }, randomKey: { throwAway })
}

struct AllowedIPRemovalTests {
    @Test("a kernel that can remove is asked once, and not read")
    func newKernel() throws {
        let kernel = ScriptedKernel(try state((1, ["10.0.0.0/8", "fd00::/64"])), removesAllowedIPs: true)
        let wanted = DeviceChange(peers: [try change(1, "-10.0.0.0/8")])
        try backend(kernel).set(InterfaceName("wg0"), wanted)
        #expect(kernel.changes == [wanted])
        #expect(kernel.reads == 0)
    }

    @Test("an older kernel's prefix goes to a peer that goes away, and the first peer's list is never replaced")
    func oldKernel() throws {
        let kernel = ScriptedKernel(try state((1, ["10.0.0.0/8", "fd00::/64"])), removesAllowedIPs: false)
        let wanted = DeviceChange(peers: [try change(1, "+10.1.0.0/16", "-10.9.9.9/8")])
        try backend(kernel).set(InterfaceName("wg0"), wanted)
        #expect(
            try kernel.changes == [
                wanted,
                DeviceChange(peers: [
                    change(1, "+10.1.0.0/16"),
                    PeerChange(publicKey: throwAway, allowedIPs: [.add(prefix("10.0.0.0/8"))]),
                    PeerChange(publicKey: throwAway, remove: true),
                ]),
            ])
        #expect(
            try kernel.device.peers.mapValues(\.allowedIPs) == [
                key(1): [prefix("10.1.0.0/16"), prefix("fd00::/64")]
            ])
        #expect(kernel.reads == 1)
    }

    @Test("a change without removals is said once, whatever the answer")
    func noRemoval() throws {
        let kernel = ScriptedKernel(
            try state((1, [])), removesAllowedIPs: false, failure: (call: 1, errno: .invalidArgument, peers: 0))
        let error = try #require(throws: ControlError.self) {
            try backend(kernel).set(InterfaceName("wg0"), DeviceChange(peers: [change(1, "+10.0.0.0/8")]))
        }
        #expect(error.errno == .invalidArgument)
        #expect(kernel.changes.count == 1)
        #expect(kernel.reads == 0)
    }

    @Test("another refusal than EINVAL is the answer")
    func otherRefusal() throws {
        let kernel = ScriptedKernel(
            try state((1, ["10.0.0.0/8"])), removesAllowedIPs: true, failure: (call: 1, errno: .notPermitted, peers: 0))
        let error = try #require(throws: ControlError.self) {
            try backend(kernel).set(InterfaceName("wg0"), DeviceChange(peers: [change(1, "-10.0.0.0/8")]))
        }
        #expect(error.errno == .notPermitted)
        #expect(kernel.changes.count == 1)
    }

    @Test(
        "only a prefix that the peer has at that moment is taken, and the list keeps its order",
        arguments: [
            // What is asked of peer 1, which has 10.0.0.0/8 and ::/0; peer 2 has 10.2.0.0/16.
            (["-10.2.0.0/16"], ["10.0.0.0/8", "::/0"], ["10.2.0.0/16"], []),
            (["-10.3.0.0/16"], ["10.0.0.0/8", "::/0"], ["10.2.0.0/16"], []),
            (["+10.2.0.0/16", "-10.2.0.0/16"], ["10.0.0.0/8", "::/0"], [], ["10.2.0.0/16"]),
            (["-10.2.0.0/16", "+10.2.0.0/16"], ["10.0.0.0/8", "10.2.0.0/16", "::/0"], [], []),
            (["-10.0.0.0/8", "+10.0.0.0/8"], ["10.0.0.0/8", "::/0"], ["10.2.0.0/16"], []),
            (["+10.0.0.0/8", "-10.0.0.0/8"], ["::/0"], ["10.2.0.0/16"], ["10.0.0.0/8"]),
            (["-::/0", "-10.0.0.0/8", "-10.0.0.0/8"], [], ["10.2.0.0/16"], ["10.0.0.0/8", "::/0"]),
        ])
    func ownership(entries: [String], first: [String], second: [String], taken: [String]) throws {
        let kernel = ScriptedKernel(
            try state((1, ["10.0.0.0/8", "::/0"]), (2, ["10.2.0.0/16"])), removesAllowedIPs: false)
        var peer = try change(1)
        peer.allowedIPs = try entries.flatMap { try change(1, $0).allowedIPs }
        try backend(kernel).set(InterfaceName("wg0"), DeviceChange(peers: [peer]))
        #expect(
            try kernel.device.peers.mapValues(\.allowedIPs) == [
                key(1): Set(first.map(prefix)), key(2): Set(second.map(prefix)),
            ])
        #expect(try kernel.everHad[throwAway, default: []] == Set(taken.map(prefix)))
    }

    @Test("after any failure the peer that took the prefix is gone", arguments: 0..<4)
    func cleansUp(peers: Int) throws {
        let kernel = ScriptedKernel(
            try state((1, ["10.0.0.0/8"]), (2, ["10.2.0.0/16"])), removesAllowedIPs: false,
            failure: (call: 2, errno: .noMemory, peers: peers))
        let error = try #require(throws: ControlError.self) {
            try backend(kernel).set(
                InterfaceName("wg0"), DeviceChange(peers: [change(1, "-10.0.0.0/8"), change(2, "-10.2.0.0/16")]))
        }
        #expect(error.errno == .noMemory)
        #expect(kernel.device.peers[throwAway] == nil)
        #expect(kernel.changes.last == DeviceChange(peers: [PeerChange(publicKey: throwAway, remove: true)]))
    }

    @Test("a peer that is to be changed only if it is there is not made by a repetition")
    func updateOnlyThenMade() throws {
        var first = try change(5)
        first.updateOnly = true
        first.persistentKeepalive = 25
        let kernel = ScriptedKernel(try state((1, ["10.0.0.0/8"])), removesAllowedIPs: false)
        try backend(kernel).set(
            InterfaceName("wg0"), DeviceChange(peers: [first, change(5, "+10.5.0.0/16"), change(1, "-10.0.0.0/8")]))
        #expect(kernel.device.peers[key(5)]?.keepalive == 0)
        #expect(kernel.changes.count == 1)
    }

    @Test("on an older kernel and on an engine, a change does what it does on a new kernel", arguments: 0..<8)
    func anyChange(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<100 {
            let state = try random.deviceState()
            let change = random.deviceChange()
            var expected = PlainDevice(state)
            if let key = change.privateKey, key != state.privateKey { expected.ownKey = nil }
            var start = state
            start.publicKey = expected.ownKey
            expected.apply(change)
            let kernel = ScriptedKernel(start, removesAllowedIPs: false)
            try backend(kernel).set(InterfaceName("wg0"), change)
            try #require(kernel.device == expected, "seed \(seed), round \(round)")
            let rewritten = AllowedIPRemoval.replacingLists(change, on: start)
            try #require(!rewritten.peers.contains { !$0.remove && $0.allowedIPs.contains(where: \.isRemoval) })
            var engine = PlainDevice(start)
            engine.apply(rewritten)
            try #require(engine == expected, "seed \(seed), round \(round)")
        }
    }

    @Test("an engine that refuses gets the whole list of the peer concerned, and only that")
    func engine() throws {
        let directory = RunDirectory()
        let one = key(1).hex
        let two = key(2).hex
        let answer = """
            public_key=\(one)\nallowed_ip=10.1.0.0/16\nallowed_ip=10.3.0.0/16\npublic_key=\(two)\n\
            allowed_ip=10.2.0.0/16\nerrno=0\n\n
            """
        let engine = try ScriptedEngine("\(directory.path)/d0.sock", answers: ["errno=-22\n\n", answer, "errno=0\n\n"])
        let backend = UserspaceBackend(runDirectory: directory.path)
        try backend.set(
            InterfaceName("d0"),
            DeviceChange(peers: [change(1, "+10.4.0.0/16", "-10.1.0.0/16"), change(2, "+10.5.0.0/16")]))
        #expect(
            engine.requests() == [
                """
                set=1\npublic_key=\(one)\nallowed_ip=10.4.0.0/16\nallowed_ip=-10.1.0.0/16\npublic_key=\(two)\n\
                allowed_ip=10.5.0.0/16\n\n
                """, "get=1\n\n",
                """
                set=1\npublic_key=\(one)\nreplace_allowed_ips=true\nallowed_ip=10.3.0.0/16\nallowed_ip=10.4.0.0/16\n\
                public_key=\(two)\nallowed_ip=10.5.0.0/16\n\n
                """,
            ])
    }
}
