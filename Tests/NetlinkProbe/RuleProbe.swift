import WGLinux
import WGNetlink
import WGRoute

/// Policy rules and link events.
struct RuleProbe {
    var check = Check()

    mutating func run() throws -> Int {
        try rules()
        try events()
        return check.failures
    }

    private mutating func rules() throws {
        let before = try PolicyRules.list()
        check.equal(before.filter { $0.family == .ipv4 }.map(\.table), [255, 254, 253], "the rules of a new namespace")
        for family in PolicyRule.Family.allCases {
            let marked = PolicyRule(family: family, fwmark: 51820, invert: true, table: 51820)
            let suppressing = PolicyRule(family: family, table: 254, suppressPrefixLength: 0)
            try PolicyRules.add(marked)
            try PolicyRules.add(suppressing)
            let added = try PolicyRules.list().filter { $0.family == family && !before.contains($0) }
            var expected = [suppressing, marked]
            expected[0].priority = 32_764
            expected[1].priority = 32_765
            expected[1].mask = 0xffff_ffff
            check.equal(added, expected, "\(family): the rules of a full tunnel, each above the one before")
            // Without a priority the kernel takes a rule of the same kind for a new one.
            let again = check.failure("\(family): the same rule with its priority is refused") {
                () throws(NetlinkError) in try PolicyRules.add(expected[1])
            }
            check.equal(again?.errno, .exists, "\(family): and that is EEXIST")
            for rule in added { try PolicyRules.delete(rule) }
            check.equal(try PolicyRules.list(), before, "\(family): rules as listed can be deleted")
            let gone = check.failure("\(family): a rule that is gone") { () throws(NetlinkError) in
                try PolicyRules.delete(marked)
            }
            check.equal(gone?.errno, .noSuchFile, "\(family): deleting it is ENOENT")
        }
        let refusal = check.failure("an IPv6 rule without a table") { () throws(NetlinkError) in
            try PolicyRules.add(PolicyRule(family: .ipv6, table: 0))
        }
        check.equal(refusal?.errno, .invalidArgument, "an IPv6 rule without a table is EINVAL")
        check.equal(refusal?.extack, "Invalid table", "and the kernel's text comes with it")
    }

    private mutating func events() throws {
        let monitor = try LinkMonitor()
        check.expect(monitor.descriptor >= 0, "the monitor can be polled")
        check.expect(try monitor.next() == nil, "nothing is heard while nothing happens")
        let socket = try RouteSocket()
        try socket.addLink(name: "c-seen", kind: "wireguard")
        guard let link = try socket.link(named: "c-seen") else { throw ProbeError.noReply }
        try socket.setLink(index: link.index, mtu: 1380, up: true)
        try socket.setLink(index: link.index, up: false)
        try socket.deleteLink(index: link.index)
        var events: [LinkEvent] = []
        while let event = try monitor.next() { events.append(event) }
        check.expect(
            events.contains(.changed(index: link.index, isUp: true, mtu: 1380)), "up and the MTU are heard",
            "\(events)")
        check.expect(events.contains(.changed(index: link.index, isUp: false, mtu: 1380)), "down is heard")
        check.equal(events.last, .deleted(index: link.index), "in the end the deletion")
    }
}
