import Testing
import WGConfig
import WGModel

@testable import WGPlan

/// The order of things; what they lead to is for the property tests of `TunnelApply`.
struct ApplyPlannerTests {
    private func planner(_ config: QuickConfig, _ record: TunnelRecord = .plain()) -> ApplyPlanner {
        ApplyPlanner(name: wg0, config: config, path: "/conf", record: record, runsHooks: false)
    }

    /// Of a full tunnel for IPv4 whose mark is the number of its table.
    private func fullTunnel(_ mark: UInt32) -> (record: TunnelRecord, snapshot: SystemSnapshot) {
        var record = TunnelRecord.plain()
        record.effects = TunnelEffects(
            mark: mark,
            rules: [
                RuleState(family: .ipv4, priority: 32765, mark: mark, invert: true, table: mark),
                RuleState(family: .ipv4, priority: 32764, table: 254, suppressPrefixLength: 0),
            ], refusals: [.lastResort(.ipv4, table: mark)])
        let kernels = [
            RuleState(family: .ipv4, priority: 0, table: 255), RuleState(family: .ipv4, priority: 32766, table: 254),
        ]
        let snapshot = SystemSnapshot(
            link: link(), device: device(["0.0.0.0/0"], fwmark: mark),
            routes: [RouteState(destination: prefix("0.0.0.0/0"), table: mark)], refusals: record.effects.refusals,
            rules: kernels + record.effects.rules, sysctls: [Sysctl.sourceValidMark: "1"])
        return (record, snapshot)
    }

    private func config(_ allowedIPs: [String], fwmark: UInt32? = nil) -> QuickConfig {
        QuickConfig(
            wireGuard: WireGuardConfig(
                fwmark: fwmark,
                peers: [
                    PeerConfig(
                        publicKey: PublicKey(bytes: KeyBytes(repeating: 7)),
                        allowedIPs: allowedIPs.map { .add(prefix($0)) })
                ]))
    }

    private func change(_ config: QuickConfig) -> DeviceChange {
        DeviceChange(
            fwmark: config.wireGuard.fwmark,
            peers: config.wireGuard.peers.map { peer in
                PeerChange(publicKey: peer.publicKey, replaceAllowedIPs: true, allowedIPs: peer.allowedIPs)
            })
    }

    @Test func withAnotherMarkNothingGoesForAMomentRatherThanAstray() throws {
        let (record, snapshot) = fullTunnel(100)
        let config = config(["0.0.0.0/0"], fwmark: 200)
        var planner = planner(config, record)
        #expect(
            try planner.route(change(config), snapshot).lines == [
                "(update record)", "ip -4 route add unreachable 0.0.0.0/0 table 200 metric 4294967295",
                "ip -4 rule add not fwmark 200 table 200", "ip -4 rule delete not fwmark 100 table 100",
                "wg set wg0 fwmark 200", "ip -4 route add 0.0.0.0/0 dev wg0 table 200",
                "ip -4 route delete 0.0.0.0/0 dev wg0 table 100",
                "ip -4 route delete unreachable 0.0.0.0/0 table 100 metric 4294967295",
            ])
        #expect(planner.record.effects.mark == 200)
    }

    @Test func aFullTunnelThatEndsKeepsItsMarkForLater() throws {
        let (record, snapshot) = fullTunnel(100)
        let config = config(["10.0.0.0/8"])
        var planner = planner(config, record)
        #expect(
            try planner.route(change(config), snapshot).lines == [
                "ip -4 route add 10.0.0.0/8 dev wg0", "ip -4 rule delete not fwmark 100 table 100",
                "ip -4 rule delete table main suppress_prefixlength 0",
                "ip -4 route delete 0.0.0.0/0 dev wg0 table 100",
                "ip -4 route delete unreachable 0.0.0.0/0 table 100 metric 4294967295",
            ])
        #expect(planner.record.effects == TunnelEffects(mark: 100))
    }

    @Test func whatTheDeviceLosesComesLast() throws {
        let config = config(["10.1.0.0/16"])
        var planner = planner(config)
        let before = SystemSnapshot(link: link(), device: device(["10.2.0.0/16"]))
        let first = try planner.configure(change(config), before)
        #expect(first.operations.flatMap { $0.planLines() }.allSatisfy { $0.hasSuffix(" allowed-ips +10.1.0.0/16") })
        let midway = SystemSnapshot(link: link(), device: device(["10.2.0.0/16", "10.1.0.0/16"]))
        let last = try planner.finish(change(config), file: nil, midway)
        #expect(last.operations.flatMap { $0.planLines() }.contains { $0.hasSuffix(" allowed-ips -10.2.0.0/16") })
    }

    @Test func anAddressThatOthersHangOnIsReplacedByThem() throws {
        var record = TunnelRecord.plain()
        record.applied.addresses = [prefix("10.0.0.1/24"), prefix("10.0.0.2/24")]
        var planner = planner(QuickConfig(addresses: [prefix("10.0.0.2/24")]), record)
        let snapshot = SystemSnapshot(
            link: link(), device: device([]), addresses: record.applied.addresses,
            sysctls: [Sysctl.promoteSecondaries(wg0): "0"])
        let change = DeviceChange(peers: device([]).peers.map { PeerChange(publicKey: $0.publicKey) })
        #expect(
            try planner.configure(change, snapshot).lines == [
                "sysctl -q net.ipv4.conf.wg0.promote_secondaries=1", "ip -4 address delete 10.0.0.1/24 dev wg0",
                "sysctl -q net.ipv4.conf.wg0.promote_secondaries=0",
            ])
    }

    /// - Parameters:
    ///   - known: the port of the device's choice, by the record.
    ///   - has: what the device has.
    @Test(arguments: [(known: 40000, has: 40000, asks: false), (40000, 5, true), (nil, 5, true)])
    func aPortOfTheDevicesChoiceIsAskedForOnce(known: UInt16?, has: UInt16, asks: Bool) throws {
        let config = QuickConfig(wireGuard: WireGuardConfig(listenPort: .number(0)))
        let change = DeviceChange(listenPort: 0)
        var record = TunnelRecord.plain()
        record.save.automaticPort = known
        var planner = planner(config, record)
        var snapshot = SystemSnapshot(link: link(), device: device([]))
        snapshot.device?.listenPort = has
        snapshot.device?.peers = []
        #expect(
            try planner.configure(change, snapshot).operations
                == (asks ? [.setDevice(wg0, DeviceChange(listenPort: 0))] : []))
        if asks { snapshot.device?.listenPort = 40001 }
        _ = try planner.finish(change, file: nil, snapshot)
        #expect(planner.record.save.automaticPort == (asks ? 40001 : has))
        #expect(try self.planner(config, planner.record).configured(change, snapshot) == Plan())
    }

    @Test func ofATunnelOfOthersThePortIsTakenToBeOfTheDevicesChoice() throws {
        let config = QuickConfig(wireGuard: WireGuardConfig(listenPort: .number(0)))
        var planner = ApplyPlanner(
            name: wg0, config: config, path: "/conf", host: host, maker: maker, runsHooks: false)
        let snapshot = SystemSnapshot(link: link(), device: DeviceState(name: wg0, listenPort: 40000))
        _ = try planner.begin(snapshot)
        #expect(try planner.configure(DeviceChange(listenPort: 0), snapshot) == Plan())
    }

    @Test func whatWouldLeaveInTheClearChangesNothing() throws {
        let config = config(["::/0"])
        let snapshot = SystemSnapshot(link: link(), device: device([]), hasIPv6: false, hasIPv6Elsewhere: true)
        let leak = PlanError.ipv6Leak(wg0, [prefix("::/0")])
        var planner = planner(config)
        #expect(throws: leak) { try planner.configure(change(config), snapshot) }
        #expect(throws: leak) { try planner.route(change(config), snapshot) }
        #expect(planner.record == .plain())
    }

    @Test func aRouteOfAHookStays() throws {
        let config = config([])
        let foreign = RouteState(destination: prefix("10.9.0.0/16"))
        let snapshot = SystemSnapshot(link: link(), device: device([]), routes: [foreign])
        var planner = planner(config)
        #expect(try planner.route(change(config), snapshot) == Plan())
    }

    @Test func aPlanShowsNoSecrets() {
        let peer = PublicKey(bytes: KeyBytes(repeating: 7))
        let change = DeviceChange(
            privateKey: PrivateKey(bytes: KeyBytes(repeating: 1)), listenPort: 5,
            peers: [
                PeerChange(
                    publicKey: peer, presharedKey: PresharedKey(bytes: KeyBytes(repeating: 2)),
                    endpoint: Endpoint("0.0.0.0:9"), persistentKeepalive: 25, replaceAllowedIPs: true,
                    allowedIPs: [.add(prefix("10.0.0.0/8")), .add(prefix("::/0"))])
            ])
        #expect(
            Operation.setDevice(wg0, change).planLines(names: [peer: EndpointName(host: "example.net", service: "9")])
                == [
                    "wg set wg0 private-key (hidden) listen-port 5 peer \(peer) preshared-key (hidden) "
                        + "endpoint example.net:9 persistent-keepalive 25 allowed-ips 10.0.0.0/8,::/0"
                ])
    }

    @Test func theRecordHasWhatTheFileSaid() {
        var record = TunnelRecord.plain()
        record.applied = AppliedFile(
            table: .number(7), addresses: [prefix("10.0.0.1/24"), prefix("fd00::1/64")],
            adding: [prefix("10.0.0.2/32")],
            endpoints: [
                TunnelRecord.NamedEndpoint(
                    peer: PublicKey(bytes: KeyBytes(repeating: 7)), name: EndpointName(host: "fe80::1%x", service: "9"))
            ])
        #expect(TunnelRecord(text: record.text) == record)
    }
}

extension ApplyPlanner {
    fileprivate func configured(_ change: DeviceChange, _ snapshot: SystemSnapshot) throws -> Plan {
        var planner = self
        return try planner.configure(change, snapshot)
    }
}
