import Glibc
import WGModel
import WGNetlink
import WGRoute

/// What the module answers to requests that our library never makes, and what is on the device afterwards; for each kernel
/// its own answer. These are the facts that the library's code and ARCHITECTURE.md rest on.
struct KernelFacts {
    /// An answer, and how many allowed IPs each of the device's peers then has.
    struct Outcome: Equatable, CustomStringConvertible {
        var answer: RawAnswer
        var peers: [Int]

        static func success(_ peers: [Int] = []) -> Outcome { Outcome(answer: RawAnswer(errno: 0), peers: peers) }
        static func refusal(_ errno: Int32, _ text: String? = nil, _ peers: [Int] = []) -> Outcome {
            Outcome(answer: RawAnswer(errno: errno, text: text), peers: peers)
        }
        var description: String { "\(answer), peers with allowed IPs: \(peers)" }
    }

    /// A request beside the device's name, and what comes of it on a device without peers.
    struct Fact {
        let text: String
        let request: [RawAttribute]
        let older: Outcome
        let newer: Outcome

        init(_ text: String, _ request: [RawAttribute], _ outcome: Outcome) {
            self.init(text, request, older: outcome, newer: outcome)
        }

        init(_ text: String, _ request: [RawAttribute], older: Outcome, newer: Outcome) {
            (self.text, self.request, self.older, self.newer) = (text, request, older, newer)
        }
    }

    let name: InterfaceName
    let socket: RouteSocket
    let index: Int32
    let raw: RawNetlink
    let family: WireGuardFamily
    /// Since 6.19 the kernel checks a request by a policy made of its specification; single allowed IPs can be removed
    /// since 6.16. The cases run on 6.1 and on one that has both.
    let isNewer: Bool
    var check = Check()

    init() throws {
        name = try InterfaceName("f-wg")
        socket = try RouteSocket()
        try socket.addLink(name: name.text, kind: "wireguard")
        guard let link = try socket.link(named: name.text) else { throw ProbeError.badText(name.text) }
        index = link.index
        raw = try RawNetlink()
        family = try WireGuardFamily()
        isNewer = try Self.kernelVersion() >= (6, 19)
    }

    mutating func run() throws -> Int {
        defer { try? socket.deleteLink(index: index) }
        try whichDevice()
        for fact in Self.deviceFacts + Self.peerFacts + Self.endpointFacts + Self.allowedIPFacts + Self.lateFaults {
            let answer = try raw.set([RawAttribute(2, name.text)] + fact.request)
            let outcome = Outcome(answer: answer, peers: try family.get(name).peers.map(\.allowedIPs.count))
            check.equal(outcome, isNewer ? fact.newer : fact.older, fact.text)
            try empty()
        }
        try halfDone()
        try dumps()
        return check.failures
    }

    private func empty() throws { _ = try raw.set([RawAttribute(2, name.text), RawAttribute(5, UInt32(1))]) }

    private mutating func whichDevice() throws {
        let byIndex = RawAttribute(1, UInt32(index))
        let cases: [(String, [RawAttribute], RawAnswer)] = [
            ("no device named: EBADR", [], RawAnswer(errno: EBADR)),
            ("a device named twice: EBADR", [byIndex, RawAttribute(2, name.text)], RawAnswer(errno: EBADR)),
            ("no such name: ENODEV", [RawAttribute(2, "f-none")], RawAnswer(errno: ENODEV)),
            ("no such index: ENODEV", [RawAttribute(1, UInt32(99_999))], RawAnswer(errno: ENODEV)),
            ("another kind of link: EOPNOTSUPP", [RawAttribute(2, "lo")], RawAnswer(errno: EOPNOTSUPP)),
            ("15 bytes of name are looked up", [RawAttribute(2, "abcdefghijklmno")], RawAnswer(errno: ENODEV)),
            (
                "16 bytes of name: EINVAL, not ENAMETOOLONG", [RawAttribute(2, "abcdefghijklmnop")],
                RawAnswer(errno: EINVAL, text: "Attribute failed policy validation")
            ),
        ]
        for (text, request, answer) in cases {
            check.equal(try raw.set(request), answer, "set: \(text)")
            check.equal(try raw.get(request), answer, "get: \(text)")
        }
        check.equal(try raw.get([byIndex]), RawAnswer(errno: 0), "the index alone will do")
        check.equal(
            try raw.get([byIndex], flags: RawNetlink.acknowledge), RawAnswer(errno: EOPNOTSUPP),
            "get is a dump or nothing: EOPNOTSUPP")
        let controller = RawNetlink.attributes(raw.familyReply).map(\.type)
        check.expect(
            controller.contains(6) && !controller.contains(7), "the family has operations and no multicast group")
    }

    /// What comes before the fault in the same message.
    private mutating func halfDone() throws {
        let bad = RawAttribute(8, [Self.peer(Self.key(1), [RawAttribute(9, [Self.ip(1, length: 200)])])])
        _ = try raw.set([RawAttribute(2, name.text), RawAttribute(7, UInt32(78)), bad])
        check.equal(
            try family.get(name).fwmark, 78, "the mark is set although a peer after it is refused by the module")
        let reserved = RawAttribute(8, [Self.peer(Self.key(1), [RawAttribute(3, UInt32(8))])])
        _ = try raw.set([RawAttribute(2, name.text), RawAttribute(7, UInt32(79)), reserved])
        check.equal(
            try family.get(name).fwmark, isNewer ? 78 : 79,
            isNewer ? "but not when the policy refuses a peer" : "and when a peer has a bad flag, too")
        try empty()
    }

    private mutating func dumps() throws {
        try fill([10, 3000])
        check.equal(try raw.get([RawAttribute(2, name.text)]), RawAnswer(errno: 0), "a long dump succeeds")
        let later = raw.messages.map { RawNetlink.attributes($0).map(\.type) }
        check.expect(
            later.count > 1 && later[0].contains(2) && later.dropFirst().allSatisfy { $0 == [8] },
            "the second peer overflows: only the first message has the device's attributes", "\(later)")
        try empty()
        try fill([3000])
        _ = try raw.get([RawAttribute(2, name.text)])
        let types = raw.messages.map { RawNetlink.attributes($0).map(\.type) }
        check.expect(
            types.count > 2 && types.allSatisfy { $0.contains(2) && $0.last == 8 },
            "the first peer overflows: each message has the device's attributes", "\(types)")
        let peers = raw.messages.map { message in
            RawNetlink.attributes(message).first { $0.type == 8 }.map { RawNetlink.attributes($0.payload) } ?? []
        }
        check.expect(
            peers.count > 1 && peers.allSatisfy { $0.count == 1 },
            "the first peer overflows: each message goes on with it", "\(peers.map(\.count))")
        check.equal(
            RawNetlink.attributes(peers.last?.first?.payload ?? []).map(\.type), [1, 9],
            "a peer that is continued has its key and allowed IPs alone")
        try empty()
    }

    /// Peers with that many allowed IPs each.
    private func fill(_ counts: [Int]) throws {
        try family.set(
            name,
            DeviceChange(
                replacePeers: true,
                peers: counts.enumerated().map { number, count in
                    PeerChange(
                        publicKey: PublicKey(bytes: DeviceProbe.keyBytes(number + 1)),
                        allowedIPs: (0..<count).map {
                            .add(IPPrefix(host: .v4(0x0a00_0000 + UInt32(number * 10_000 + $0))))
                        })
                }))
    }

    private static func kernelVersion() throws -> (Int, Int) {
        var names = utsname()
        guard uname(&names) == 0 else { throw ProbeError.noReply }
        let release = withUnsafeBytes(of: names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        guard numbers.count == 2 else { throw ProbeError.badText(release) }
        return (numbers[0], numbers[1])
    }
}
