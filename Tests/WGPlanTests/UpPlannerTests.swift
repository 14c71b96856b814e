import Testing
import WGConfig
import WGModel

@testable import WGPlan

struct UpPlannerTests {
    private func planner(_ config: QuickConfig = QuickConfig()) -> UpPlanner {
        UpPlanner(name: wg0, config: config, path: "/conf", host: host, maker: maker)
    }

    /// The routes of a configuration without anything else.
    private func route(_ snapshot: SystemSnapshot, _ table: RouteTable = .automatic) throws -> Plan {
        var planner = planner(QuickConfig(table: table))
        return try planner.route(snapshot)
    }

    @Test func theLinkIsTheKernelsOrAnEngines() throws {
        let kernel = try planner().createLink(SystemSnapshot())
        #expect(kernel.lines == ["(write record)", "ip link add dev wg0 type wireguard"])
        let engine = EngineProgram(path: "/opt/bin/wireguard-swift", shownName: "wireguard-swift")
        #expect(planner().startEngine(engine).lines == ["wireguard-swift wg0"])
    }

    @Test func aLinkOfThatNameStopsEverything() {
        #expect(throws: PlanError.interfaceExists(wg0)) {
            try planner().createLink(SystemSnapshot(link: link(kind: "dummy")))
        }
    }

    @Test func theRecordTellsOfHooksBeforeTheyBegin() throws {
        var planner = planner(
            QuickConfig(preUp: ["echo %i%%i", "", "a # b"], postUp: ["z"], preDown: ["x %i"], postDown: ["y"]))
        let plan = try planner.prepare(SystemSnapshot(link: link()))
        #expect(plan.lines == ["(update record)", "echo wg0%wg0", "", "a # b"])
        let hooks = TunnelRecord.Hooks(planner.config)
        #expect(plan.operations.first == .updateRecord(.plain(progress: .preUp, hooks: hooks)))
        let last = planner.finish()
        #expect(last.map(\.lines) == [["(update record)", "z"], ["(update record)"]])
        #expect(last[0].operations.first == .updateRecord(.plain(progress: .postUp, hooks: hooks)))
        #expect(last[1].operations == [.updateRecord(.plain(progress: .up, hooks: hooks))])
    }

    @Test func theRecordHasTheNamesOfEndpoints() {
        let peers = ["host.example:1", "192.0.2.1:2", "[fe80::1%eth0]:3"].enumerated().map { index, endpoint in
            PeerConfig(
                publicKey: PublicKey(bytes: KeyBytes(repeating: UInt8(index))), endpoint: EndpointName(endpoint))
        }
        let record = planner(QuickConfig(wireGuard: WireGuardConfig(peers: peers))).record
        #expect(record.endpoints.map(\.name.host) == ["host.example", "fe80::1%eth0"])
    }

    @Test func addressesFollowTheConfiguration() throws {
        let config = QuickConfig(addresses: [prefix("10.0.0.1/24"), prefix("fd00::1"), prefix("10.0.0.2")])
        #expect(
            try planner(config).configure(DeviceChange(), SystemSnapshot()).lines == [
                "wg addconf wg0 /dev/fd/63", "ip -4 address add 10.0.0.1/24 dev wg0",
                "ip -6 address add fd00::1/128 dev wg0", "ip -4 address add 10.0.0.2/32 dev wg0",
            ])
    }

    @Test func withoutIPv6TheRestIsDone() throws {
        let config = QuickConfig(addresses: [prefix("10.0.0.1/24"), prefix("fd00::1")])
        let plan = try planner(config).configure(DeviceChange(), SystemSnapshot(hasIPv6: false))
        #expect(plan.lines == ["wg addconf wg0 /dev/fd/63", "ip -4 address add 10.0.0.1/24 dev wg0"])
        #expect(plan.warnings == [.noIPv6(wg0, [prefix("fd00::1")])])
        let routes = try route(SystemSnapshot(device: device(["::/0", "10.0.0.0/8"]), hasIPv6: false))
        #expect(routes.lines == ["ip -4 route add 10.0.0.0/8 dev wg0"])
        #expect(routes.warnings == [.noIPv6(wg0, [prefix("::/0")])])
    }

    @Test func whatTheFileHasOfIPv6IsNamedOnce() throws {
        let peer = PeerConfig(
            publicKey: PublicKey(bytes: KeyBytes(repeating: 7)),
            allowedIPs: ["::/0", "10.0.0.0/8"].map { AllowedIPChange.add(prefix($0)) })
        let config = QuickConfig(addresses: [prefix("fd00::1")], wireGuard: WireGuardConfig(peers: [peer]))
        let plan = try planner(config).configure(DeviceChange(), SystemSnapshot(hasIPv6: false))
        #expect(plan.warnings == [.noIPv6(wg0, [prefix("fd00::1"), prefix("::/0")])])
        let live = SystemSnapshot(device: device(["::/0", "10.0.0.0/8", "fd88::/48"]), hasIPv6: false)
        var planner = planner(config)
        #expect(try planner.route(live).warnings == [.noIPv6(wg0, [prefix("fd88::/48")])])
    }

    @Test func whatWouldLeaveInTheClearKeepsTheTunnelDown() throws {
        let addresses = [prefix("10.0.0.1/24"), prefix("fd00::1")]
        let peer = PeerConfig(
            publicKey: PublicKey(bytes: KeyBytes(repeating: 7)),
            allowedIPs: ["fd88::1/48", "10.0.0.0/8"].map { AllowedIPChange.add(prefix($0)) })
        var config = QuickConfig(addresses: addresses, wireGuard: WireGuardConfig(peers: [peer]))
        let snapshot = SystemSnapshot(device: device(["::/0"]), hasIPv6: false, hasIPv6Elsewhere: true)
        #expect(throws: PlanError.ipv6Leak(wg0, [prefix("fd88::/48")])) {
            try self.planner(config).configure(DeviceChange(), snapshot)
        }
        var planner = planner(config)
        #expect(throws: PlanError.ipv6Leak(wg0, [prefix("::/0")])) { try planner.route(snapshot) }
        config.table = .off
        planner = self.planner(config)
        #expect(try planner.configure(DeviceChange(), snapshot).warnings == [.noIPv6(wg0, [prefix("fd00::1")])])
        #expect(try planner.route(snapshot) == Plan())
    }

    @Test(
        arguments: [
            (mtu: 1300, paths: [PathMTU(route: nil, link: 9000)], fallback: nil, expected: 1300),
            (nil, [PathMTU(route: nil, link: 9000), PathMTU(route: 1400, link: 9000)], nil, 1320),
            (nil, [PathMTU(route: 1280, link: 1500)], PathMTU(link: 1000), 1200),
            (nil, [PathMTU()], PathMTU(link: 1492), 1412),
            (nil, [], PathMTU(route: 1450, link: 1500), 1370),
            (nil, [], nil, 1420),
            (nil, [PathMTU(link: 65536)], nil, 65456),
            (nil, [PathMTU(link: 80)], nil, 80),
        ] as [(mtu: Int?, paths: [PathMTU], fallback: PathMTU?, expected: Int)])
    func theMTUIsGivenOrTheSmallestPathLess80(
        mtu: Int?, paths: [PathMTU], fallback: PathMTU?, expected: Int
    ) throws {
        let snapshot = SystemSnapshot(link: link(), endpointRoutes: paths, defaultRoute: fallback)
        let plan = try planner(QuickConfig(mtu: mtu)).bringUp(snapshot)
        #expect(plan.lines == ["ip link set mtu \(expected) up dev wg0"])
    }

    @Test func routesComeLongestPrefixFirstAndOnlyWhereNoneCoversThem() throws {
        let snapshot = SystemSnapshot(
            device: device(["10.0.0.0/8", "10.0.0.7/32", "fd00::/64", "10.9.0.0/16", "192.0.2.0/24", "fd01::/32"]),
            routes: [
                RouteState(destination: prefix("10.0.0.0/24")), RouteState(destination: prefix("fd00::/64")),
                RouteState(destination: prefix("192.0.0.0/16"), table: 100),
            ])
        #expect(
            try route(snapshot).lines == [
                "ip -6 route add fd01::/32 dev wg0", "ip -4 route add 192.0.2.0/24 dev wg0",
                "ip -4 route add 10.9.0.0/16 dev wg0", "ip -4 route add 10.0.0.0/8 dev wg0",
            ])
    }

    @Test func aTableTakesEveryPrefixTheDefaultIncluded() throws {
        let snapshot = SystemSnapshot(
            device: device(["0.0.0.0/0", "10.0.0.7/32", "::/0"]),
            routes: [RouteState(destination: prefix("10.0.0.0/24"))])
        #expect(
            try route(snapshot, .number(200)).lines == [
                "ip -4 route add 10.0.0.7/32 dev wg0 table 200", "ip -6 route add ::/0 dev wg0 table 200",
                "ip -4 route add 0.0.0.0/0 dev wg0 table 200",
            ])
    }

    @Test func noRoutesWithTableOff() throws {
        let snapshot = SystemSnapshot(device: device(["0.0.0.0/0", "10.0.0.7/32"]))
        #expect(try route(snapshot, .off) == Plan())
    }

    @Test func aLinkThatWentAwayMidwayIsSaid() {
        var planner = planner()
        #expect(throws: PlanError.interfaceVanished(wg0)) { try planner.prepare(SystemSnapshot()) }
        #expect(throws: PlanError.interfaceVanished(wg0)) { try planner.bringUp(SystemSnapshot()) }
        #expect(throws: PlanError.interfaceVanished(wg0)) { try planner.route(SystemSnapshot()) }
    }
}
