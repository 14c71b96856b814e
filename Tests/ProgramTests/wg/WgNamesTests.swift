import Testing
import WGLinux
import WGModel

@testable import wg

private let k1 = key(1, PublicKey.self).base64
private let k2 = key(2, PublicKey.self).base64
private let k3 = key(3, PublicKey.self).base64
private let path = "/etc/wireguard/wg0.conf"
private let config = """
    [Peer]
    # friendly_name = laptop
    PublicKey = \(k1)
    ### begin phone ###
    [Peer]
    PublicKey = \(k2)
    ### end phone ###

    """

private func run(_ words: String..., devices: [String] = ["wg0"]) throws -> WgHost {
    let host = WgHost(words: words)
    host.files[path] = config
    host.fakeDevices.states = try devices.map(sampleState)
    #expect(host.run() == .success)
    return host
}

@Suite struct WgNamesTests {
    @Test func theNameIsThePeersFirstLineForPeople() throws {
        let host = try run("show", "--names", "wg0")
        let plain = try run("show", "wg0").output
        let expected =
            plain
            .replacingFirst("peer: \(k1)\n", with: "peer: \(k1)\n  name: laptop\n")
            .replacingFirst("peer: \(k2)\n", with: "peer: \(k2)\n  name: phone\n")
        #expect(host.output == expected)
        #expect(host.output != plain)
        #expect(host.errors.isEmpty)
    }

    @Test func theNameIsTheLastColumnForScripts() throws {
        #expect(try run("show", "wg0", "peers", "--names").output == "\(k3)\t(none)\n\(k1)\tlaptop\n\(k2)\tphone\n")
        let endpoints =
            "wg0\t\(k3)\t(none)\t(none)\nwg0\t\(k1)\t192.0.2.1:7\tlaptop\n"
            + "wg0\t\(k2)\t[fe80::1%eth0]:5\tphone\n"
        #expect(try run("show", "--names", "all", "endpoints").output == endpoints)
        for field in ShowField.allCases where field != .everything {
            let plain = try run("show", "wg0", field.rawValue).output.split(separator: "\n").map(String.init)
            let named = try run("show", "wg0", field.rawValue, "--names").output.split(separator: "\n").map(String.init)
            // The lines of the device itself have no name.
            let ofDevice = plain.count == 3 ? 0 : 1
            let columns = Array(repeating: "", count: ofDevice) + ["\t(none)", "\tlaptop", "\tphone"]
            let expected = zip(plain, columns).map { line, column in line + column }
            #expect(named == expected)
        }
    }

    @Test func theNameIsAMemberOfTheJSON() throws {
        let json = try JSONValue(run("show", "--json", "--names").output)
        let peers = try #require(json["devices"]?[0]?["peers"])
        #expect(peers[0]?["name"] == JSONValue.null)
        #expect(peers[1]?["name"] == JSONValue.string("laptop"))
        #expect(peers[2]?["name"] == JSONValue.string("phone"))
        #expect(try !run("show", "--json").output.contains("laptop"))
    }

    @Test func eachInterfaceHasAFileOfItsOwn() throws {
        let output = try run("show", "all", "peers", "--names", devices: ["wg1", "wg0"]).output
        #expect(output.contains("wg1\t\(k1)\t(none)\n") && output.contains("wg0\t\(k1)\tlaptop\n"))
    }

    @Test func withoutAFileThereAreNoNames() throws {
        let host = try run("show", "wg1", "--names", devices: ["wg1"])
        #expect(host.errors.isEmpty)
        #expect(try host.output == run("show", "wg1", devices: ["wg1"]).output)
    }

    @Test func aFileThatCannotBeReadIsToldOf() throws {
        let host = WgHost("show", "--names")
        host.fakeDevices.states = [try sampleState("wg0")]
        host.fileFailures[path] = .accessDenied
        #expect(host.run() == .success)
        let warning = "Warning: peers have no names here: unable to read `\(path)': Permission denied\n"
        #expect(host.errors == warning)
        #expect(try host.output == run("show").output)
    }

    @Test func theFileIsReadOnlyForNames() throws {
        for words in [["show"], ["show", "wg0", "dump"], ["show", "--json"], ["metrics"]] {
            let host = WgHost(words: words)
            host.fakeDevices.states = [try sampleState("wg0")]
            host.fileFailures[path] = .accessDenied
            #expect(host.run() == .success)
            #expect(host.errors.isEmpty)
        }
    }
}
