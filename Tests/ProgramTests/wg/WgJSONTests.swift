import TestSupport
import Testing
import WGCommandLine
import WGControl
import WGLinux
import WGModel

@testable import wg

private let k1 = key(1, PublicKey.self).base64
private let k2 = key(2, PublicKey.self).base64
private let k3 = key(3, PublicKey.self).base64
private let psk = key(9, PresharedKey.self).base64
private let privateText = key(0x70, PrivateKey.self).base64
private let publicText = key(0x71, PublicKey.self).base64

private func run(_ words: String..., states: [DeviceState]) -> WgHost {
    let host = WgHost(words: words)
    host.fakeDevices.states = states
    #expect(host.run() == .success)
    #expect(host.errors.isEmpty)
    return host
}

@Suite struct WgJSONTests {
    @Test func aDeviceIsOneLine() throws {
        let expected = """
            {"schema":1,"devices":[{"name":"wg0","publicKey":"\(publicText)","hasPrivateKey":true,"listenPort":51820,\
            "fwmark":51820,"isComplete":true,"peers":[{"publicKey":"\(k3)","hasPresharedKey":false,"endpoint":null,\
            "allowedIPs":["1.2.3.4/32"],"latestHandshake":null,"receivedBytes":0,"sentBytes":0,\
            "persistentKeepalive":null},{"publicKey":"\(k1)","hasPresharedKey":true,"endpoint":{"text":"192.0.2.1:7",\
            "address":"192.0.2.1","scope":null,"port":7},"allowedIPs":["10.0.0.0/8","fd00::/64"],\
            "latestHandshake":{"seconds":1799999000,"nanoseconds":5},"receivedBytes":1024,"sentBytes":1023,\
            "persistentKeepalive":25},{"publicKey":"\(k2)","hasPresharedKey":false,"endpoint":{\
            "text":"[fe80::1%eth0]:5","address":"fe80::1","scope":"eth0","port":5},"allowedIPs":[],\
            "latestHandshake":{"seconds":1799999990,"nanoseconds":0},"receivedBytes":7,"sentBytes":0,\
            "persistentKeepalive":null}]}]}

            """
        let states = [try sampleState("wg0")]
        #expect(run("show", "--json", "wg0", states: states).output == expected)
        #expect(run("show", "wg0", "--json", states: states).output == expected)
        #expect(run("show", "--json", states: states).output == expected)
        #expect(run("show", "all", "--json", states: states).output == expected)
    }

    @Test func whatIsAbsentIsNull() throws {
        let host = run("show", "--json", "--secrets", states: [DeviceState(name: try InterfaceName("wg0"))])
        let expected = """
            {"schema":1,"devices":[{"name":"wg0","publicKey":null,"hasPrivateKey":false,"privateKey":null,\
            "listenPort":null,"fwmark":null,"isComplete":true,"peers":[]}]}

            """
        #expect(host.output == expected)
        #expect(run("show", "--json", states: []).output == "{\"schema\":1,\"devices\":[]}\n")
    }

    @Test func secretsAppearOnlyWhenAskedFor() throws {
        let states = [try sampleState("wg0")]
        let without = run("show", "--json", "--names", states: states).output
        #expect(!without.contains(privateText) && !without.contains(psk))
        let json = try JSONValue(run("show", "--json", "--secrets", states: states).output)
        let device = try #require(json["devices"]?[0])
        #expect(device["privateKey"] == .string(privateText))
        #expect(device["peers"]?[0]?["presharedKey"] == .null)
        #expect(device["peers"]?[1]?["presharedKey"] == .string(psk))
    }

    @Test func theNamesOfInterfacesAreAList() throws {
        let states = [try sampleState("wg0"), try sampleState("wg1")]
        let host = run("show", "interfaces", "--json", states: states)
        #expect(host.output == "{\"schema\":1,\"interfaces\":[\"wg0\",\"wg1\"]}\n")
        #expect(run("show", "--json", "interfaces", states: []).output == "{\"schema\":1,\"interfaces\":[]}\n")
    }

    @Test func anUnreadableDeviceIsLeftOutAndToldOf() throws {
        let host = WgHost("show", "--json")
        host.fakeDevices.states = [try sampleState("wg0"), try sampleState("wg1")]
        let name = try InterfaceName("wg0")
        host.fakeDevices.failures[name] = ControlError(.get, name, .kernel, .noSuchDevice)
        #expect(host.run() == .success)
        #expect(host.output.hasPrefix("{\"schema\":1,\"devices\":[{\"name\":\"wg1\""))
        #expect(host.errors.hasPrefix("Unable to access interface wg0: No such device"))
        let one = WgHost("show", "wg0", "--json")
        #expect(one.run() == .failure)
        #expect(one.output.isEmpty)
    }

    @Test func anIncompleteDeviceSaysSo() throws {
        let host = WgHost("show", "--json")
        host.fakeDevices.states = [DeviceState(name: try InterfaceName("wg0"), isComplete: false)]
        #expect(host.run() == .success)
        #expect(host.output.contains("\"isComplete\":false"))
    }

    @Test func aStringKeepsItsCharacters() throws {
        let text = "\u{0}\u{1}\t\n\r\u{1b}\" \\ / \u{7f}\u{9b}\u{e4}\u{2028}\u{1f4f1}"
        var json = JSONWriter()
        json.string(text)
        let escaped = #""\u0000\u0001\u0009\u000a\u000d\u001b\" \\ / \u007f\u009b"# + "\u{e4}\u{2028}\u{1f4f1}\""
        #expect(json.text == escaped)
        #expect(try JSONValue(json.text) == .string(text))
    }

    @Test func theValidatorRefusesWhatIsNoJSON() {
        let broken = [
            "", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "01", "\"\n\"", "nul", "[1 2]", "{} {}", "\"\\x\"",
        ]
        for text in broken {
            #expect(throws: JSONValue.Malformed.self) { try JSONValue(text) }
        }
    }
}

/// Any state at all becomes JSON that says the same.
@Suite struct WgRandomJSONTests {
    @Test func everyStateBecomesJSONOfTheSameShape() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<200 {
            let states = try (0..<Int.random(in: 0...3, using: &random)).map { _ in try Self.state(&random) }
            let names: [PublicKey: String]? = Bool.random(using: &random) ? [key(1): "a\"\u{1}\u{e4}"] : nil
            let showsSecrets = Bool.random(using: &random)
            let printer = DeviceJSON(showsSecrets: showsSecrets, scopeName: { $0 == 2 ? "e\\th\u{1b}" : nil })
            let text = printer.text(of: states.map { NamedDevice(state: $0, names: names) })
            #expect(text.hasSuffix("}\n") && !text.dropLast().contains("\n"))
            let json = try JSONValue(text)
            #expect(json.names == ["schema", "devices"])
            for (index, state) in states.enumerated() {
                let device = try #require(json["devices"]?[index])
                expect(device, isLike: state, showsSecrets)
                for (index, peer) in state.peers.enumerated() {
                    expect(try #require(device["peers"]?[index]), isLike: peer, showsSecrets, names)
                }
                #expect(device["peers"]?[state.peers.count] == nil)
            }
            #expect(json["devices"]?[states.count] == nil)
        }
    }

    private func expect(_ json: JSONValue, isLike state: DeviceState, _ showsSecrets: Bool) {
        let names: Set = ["name", "publicKey", "hasPrivateKey", "listenPort", "fwmark", "isComplete", "peers"]
        #expect(json.names == names.union(showsSecrets ? ["privateKey"] : []))
        #expect(json["name"] == .string(state.name.text))
        #expect(json["publicKey"] == string(state.publicKey?.base64))
        #expect(json["hasPrivateKey"] == .bool(state.privateKey != nil))
        #expect(json["listenPort"] == nonZero(state.listenPort))
        #expect(json["fwmark"] == nonZero(state.fwmark))
    }

    private func expect(
        _ json: JSONValue, isLike peer: PeerState, _ showsSecrets: Bool, _ peerNames: [PublicKey: String]?
    ) {
        var names: Set = [
            "publicKey", "hasPresharedKey", "endpoint", "allowedIPs", "latestHandshake", "receivedBytes", "sentBytes",
            "persistentKeepalive",
        ]
        if showsSecrets { names.insert("presharedKey") }
        if peerNames != nil { names.insert("name") }
        #expect(json.names == names)
        #expect(json["publicKey"] == .string(peer.publicKey.base64))
        if let peerNames { #expect(json["name"] == string(peerNames[peer.publicKey])) }
        #expect(json["hasPresharedKey"] == .bool(peer.presharedKey != nil))
        #expect(json["endpoint"]?["address"] == peer.endpoint.map { string("\($0.address)") })
        #expect(json["endpoint"]?["port"] == peer.endpoint.map { number($0.port) })
        #expect(json["allowedIPs"] == .array(peer.allowedIPs.map { string("\($0)") }))
        #expect(json["latestHandshake"]?["seconds"] == peer.lastHandshake.map { number($0.seconds) })
        #expect(json["latestHandshake"]?["nanoseconds"] == peer.lastHandshake.map { number($0.nanoseconds) })
        #expect(json["receivedBytes"] == number(peer.receivedBytes))
        #expect(json["sentBytes"] == number(peer.sentBytes))
        #expect(json["persistentKeepalive"] == nonZero(peer.persistentKeepalive))
    }

    private func string(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
    private func number(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }
    private func nonZero(_ value: some BinaryInteger) -> JSONValue { value == 0 ? .null : number(value) }

    private static func state(_ random: inout SeededGenerator) throws -> DeviceState {
        let nameCharacters = Array("wg0.\"\\\u{1}\u{1b}\u{7f}\u{e4}%+")
        let text = String((0..<7).map { _ in nameCharacters.randomElement(using: &random)! })
        return DeviceState(
            name: try InterfaceName(text), privateKey: maybe(PrivateKey(bytes: random.key()), &random),
            publicKey: maybe(PublicKey(bytes: random.key()), &random), listenPort: edge(&random), fwmark: edge(&random),
            peers: (0..<Int.random(in: 0...4, using: &random)).map { _ in peer(&random) },
            isComplete: Bool.random(using: &random))
    }

    private static func peer(_ random: inout SeededGenerator) -> PeerState {
        let v6 = IPAddress.v6(UInt128(random.next()) << 64 | UInt128(random.next()))
        let address: IPAddress = Bool.random(using: &random) ? v6 : .v4(edge(&random))
        let scope: UInt32 = address.isIPv4 ? 0 : [0, 2, 7].randomElement(using: &random)!
        let endpoint = Endpoint(address: address, port: edge(&random), scopeID: scope)
        let time = HandshakeTime(seconds: max(1, edge(&random)), nanoseconds: edge(&random))
        return PeerState(
            publicKey: Bool.random(using: &random) ? key(1) : PublicKey(bytes: random.key()),
            presharedKey: maybe(PresharedKey(bytes: random.key()), &random),
            endpoint: maybe(endpoint, &random), lastHandshake: maybe(time, &random), receivedBytes: edge(&random),
            sentBytes: edge(&random), persistentKeepalive: edge(&random),
            allowedIPs: (0..<Int.random(in: 0...3, using: &random)).map { _ in IPPrefix(host: address) })
    }

    /// Nothing, the largest, or anything between.
    private static func edge<Value: FixedWidthInteger>(_ random: inout SeededGenerator) -> Value {
        [0, .max, Value(truncatingIfNeeded: random.next())].randomElement(using: &random)!
    }
    /// The value, or none.
    private static func maybe<Value>(_ value: Value, _ random: inout SeededGenerator) -> Value? {
        Bool.random(using: &random) ? value : nil
    }
}
