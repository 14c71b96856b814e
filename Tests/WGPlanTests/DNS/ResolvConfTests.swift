import TestSupport
import Testing
import WGModel

@testable import WGPlan

private let wg1 = try! InterfaceName("wg1")

struct ResolvConfTests {
    private static func entry(
        _ name: InterfaceName, _ servers: [String], search: [String] = [], host: HostIdentity = host
    ) -> ResolvConf.Entry {
        ResolvConf.Entry(
            interface: name, host: host,
            state: DNSState(
                backend: .file, servers: servers.compactMap { IPAddress($0) }, searchDomains: search, isDefault: true))
    }

    private static func conf(_ text: String) -> ResolvConf { ResolvConf(bytes: Array(text.utf8)) }

    private static let former =
        "# mine\nnameserver 192.168.1.1\noptions edns0\ndomain lan\nsearch lan home\nsortlist 10.0.0.0"

    /// As a file goes from one run of the program to the next.
    private static func reread(_ conf: ResolvConf) -> ResolvConf { ResolvConf(bytes: conf.bytes) }
    private static func text(_ conf: ResolvConf) -> String { String(decoding: conf.bytes, as: UTF8.self) }

    private func removeAll(
        _ conf: inout ResolvConf, _ names: InterfaceName..., at place: SourceLocation = #_sourceLocation
    ) {
        for name in names {
            let wasThere = conf.remove(name, host)
            #expect(wasThere, sourceLocation: place)
        }
    }

    @Test func theTunnelsLinesComeFirstAndOthersOfTheirKindDontCount() {
        var conf = Self.conf(Self.former)
        conf.set(Self.entry(wg0, ["10.0.0.1", "fd00::1"], search: ["corp.example", "x"]))
        #expect(
            Self.text(conf) == """
                # wg-quick: begin. `wg-quick down' takes this block away; leave it alone until then.
                #: wg0 0d1c 4:4026531840 file default nameserver=10.0.0.1 nameserver=fd00::1 search=corp.example search=x
                nameserver 10.0.0.1
                nameserver fd00::1
                search corp.example x
                # wg-quick: end
                # mine
                #wg-quick: nameserver 192.168.1.1
                options edns0
                #wg-quick: domain lan
                #wg-quick: search lan home
                sortlist 10.0.0.0
                """)
        conf = Self.reread(conf)
        removeAll(&conf, wg0)
        #expect(Self.text(conf) == Self.former)
    }

    @Test func searchDomainsAloneLeaveTheServers() {
        var conf = Self.conf("nameserver 192.168.1.1\nsearch lan\n")
        conf.set(Self.entry(wg0, [], search: ["corp.example"]))
        #expect(ResolvConf.servers(in: conf.bytes) == [IPAddress("192.168.1.1")!])
        #expect(
            Self.text(conf).hasSuffix(
                "\nsearch corp.example\n# wg-quick: end\nnameserver 192.168.1.1\n#wg-quick: search lan\n"))
    }

    @Test(arguments: [false, true]) func downsInAnyOrderEndWithWhatWas(firstFirst: Bool) {
        var conf = Self.conf(Self.former)
        conf.set(Self.entry(wg0, ["10.0.0.1"]))
        conf = Self.reread(conf)
        conf.set(Self.entry(wg1, ["10.1.0.1"]))
        conf = Self.reread(conf)
        #expect(ResolvConf.servers(in: conf.bytes) == [IPAddress("10.1.0.1")!])
        removeAll(&conf, firstFirst ? wg0 : wg1)
        conf = Self.reread(conf)
        #expect(ResolvConf.servers(in: conf.bytes) == [IPAddress(firstFirst ? "10.1.0.1" : "10.0.0.1")!])
        removeAll(&conf, firstFirst ? wg1 : wg0)
        #expect(Self.text(conf) == Self.former)
    }

    @Test func changingATunnelKeepsItsPlace() {
        var conf = Self.conf("")
        conf.set(Self.entry(wg0, ["10.0.0.1"]))
        conf.set(Self.entry(wg1, ["10.1.0.1"]))
        conf.set(Self.entry(wg0, ["10.0.0.2"]))
        #expect(conf.entries.map(\.interface) == [wg0, wg1])
        #expect(ResolvConf.servers(in: conf.bytes) == [IPAddress("10.1.0.1")!])
        #expect(conf.entry(wg0, host)?.state.servers == [IPAddress("10.0.0.2")!])
    }

    @Test func theSameNameInAnotherNamespaceIsAnotherTunnel() {
        var other = host
        other.namespaceInode += 1
        var conf = Self.conf(Self.former)
        conf.set(Self.entry(wg0, ["10.0.0.1"]))
        conf.set(Self.entry(wg0, ["10.1.0.1"], host: other))
        conf = Self.reread(conf)
        removeAll(&conf, wg0)
        #expect(ResolvConf.servers(in: conf.bytes) == [IPAddress("10.1.0.1")!])
    }

    /// With what a tunnel left on another boot.
    private func ofAnotherBoot() -> ResolvConf {
        var earlier = host
        earlier.bootID = "before"
        var conf = Self.conf(Self.former)
        conf.set(Self.entry(wg1, ["10.1.0.1"], host: earlier))
        return Self.reread(conf)
    }

    @Test func whatACrashLeftOfAnotherBootGoesWithTheNextUp() {
        var conf = ofAnotherBoot()
        conf.set(Self.entry(wg0, ["10.0.0.1"]))
        conf = Self.reread(conf)
        #expect(conf.entries.map(\.interface) == [wg0])
        removeAll(&conf, wg0)
        #expect(Self.text(conf) == Self.former)
    }

    @Test func whatIsOfAnotherBootCanGoByItself() {
        var conf = ofAnotherBoot()
        let found = ["before", host.bootID, host.bootID].map { conf.forgetOtherBoots(than: $0) }
        #expect(found == [false, true, false])
        #expect(Self.text(conf) == Self.former)
    }

    @Test func aFileThatOthersWroteHasNothingToTakeAway() {
        var conf = Self.conf(Self.former)
        let wasThere = conf.remove(wg0, host)
        #expect(!wasThere)
        #expect(Self.text(conf) == Self.former)
    }

    @Test func whatOthersAddMeanwhileStays() {
        var conf = Self.conf("nameserver 192.168.1.1\n")
        conf.set(Self.entry(wg0, ["10.0.0.1"]))
        conf = Self.conf(Self.text(conf) + "nameserver 8.8.8.8\noptions rotate\n")
        conf.set(Self.entry(wg1, ["10.1.0.1"]))
        conf = Self.reread(conf)
        #expect(ResolvConf.servers(in: conf.bytes) == [IPAddress("10.1.0.1")!])
        removeAll(&conf, wg0, wg1)
        #expect(Self.text(conf) == "nameserver 192.168.1.1\nnameserver 8.8.8.8\noptions rotate\n")
    }

    @Test(arguments: [ResolvConf.Origin.file, .missing, .link("../run/x y"), .link(""), .link("\u{301}x")])
    func rememberWhatWasThere(origin: ResolvConf.Origin) {
        var conf = Self.conf("")
        conf.origin = origin
        conf.set(Self.entry(wg0, ["10.0.0.1"]))
        conf = Self.reread(conf)
        #expect(conf.origin == origin)
        removeAll(&conf, wg0)
        #expect(conf.bytes.isEmpty)
    }

    @Test func aBlockThatLostItsEndTakesNoForeignLines() {
        var conf = Self.conf("nameserver 192.168.1.1\nsearch lan\n")
        conf.set(Self.entry(wg0, ["10.0.0.1"]))
        conf = Self.conf(
            Self.text(conf).split(separator: "\n").filter { $0 != "# wg-quick: end" }.joined(separator: "\n"))
        removeAll(&conf, wg0)
        #expect(Self.text(conf) == "nameserver 10.0.0.1\nnameserver 192.168.1.1\nsearch lan")
    }

    /// Whatever the file holds and whatever ups and downs come: one that stands has its lines in force, and the last
    /// down leaves the bytes from before.
    @Test func randomFilesAndOrders() throws {
        var random = SeededGenerator(seed: 20)
        let pieces = [
            "nameserver 1.1.1.1", "nameserver\t9.9.9.9 ", "nameserver", " nameserver 2.2.2.2", "nameservers x",
            "search",
            "search a b", "domain lan", "options ndots:2", "#: wg0 x", "; c", "", "\u{fffd}", "# wg-quick: end", "é",
        ]
        let names = try ["wg0", "wg1", "wg2"].map { try InterfaceName($0) }
        for _ in 0..<300 {
            var text = (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                .joined(separator: "\n")
            if Bool.random(using: &random) { text += "\n" }
            let former = Array(text.utf8) + (Bool.random(using: &random) ? [0xff, 0] : [])
            var conf = ResolvConf(bytes: former)
            var order: [InterfaceName] = []
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let name = names.randomElement(using: &random)!
                if order.contains(name) {
                    removeAll(&conf, name)
                    order.removeAll { $0 == name }
                } else {
                    let own = "10.0.0.\(names.firstIndex(of: name)!)"
                    conf.set(Self.entry(name, [own], search: [name.text]))
                    order.append(name)
                }
                conf = Self.reread(conf)
                if let last = order.last {
                    #expect(ResolvConf.servers(in: conf.bytes) == [IPAddress("10.0.0.\(names.firstIndex(of: last)!)")!])
                }
            }
            for name in order.shuffled(using: &random) {
                removeAll(&conf, name)
                conf = Self.reread(conf)
            }
            #expect(conf.bytes == former, "\(text)")
        }
    }

    @Test(arguments: [
        (
            "nameserver 1.1.1.1\nnameserver\t::1 # x\nnameserver fe80::1%eth0\n#nameserver 2.2.2.2\n",
            ["1.1.1.1", "::1"]
        ),
        ("search x\n nameserver 3.3.3.3\nnameserverx 4.4.4.4\nnameserver 5.5.5.5\r\nnameserver", ["5.5.5.5"]),
    ])
    func serversOfAText(text: String, servers: [String]) {
        #expect(ResolvConf.servers(in: Array(text.utf8)) == servers.compactMap { IPAddress($0) })
    }
}
