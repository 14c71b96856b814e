import TestSupport
import Testing
import WGModel

@testable import wg

/// The man page lists the members of the JSON, and the metrics, that the program prints, and no others.
@Suite struct SchemaTests {
    /// The words of the lists in a section.
    private func words(inSection title: String) -> Set<String> {
        let lines = SourceTree.lines(of: "Man/wg.8").drop { $0 != ".Sh \(title)" }.dropFirst()
        return Set(
            lines.prefix { !$0.hasPrefix(".Sh ") }.compactMap { line in
                line.hasPrefix(".It Va ") ? String(line.dropFirst(7)) : nil
            })
    }

    @Test func theMembersOfTheJSON() throws {
        let host = WgHost("show", "--json", "--secrets", "--names")
        host.fakeDevices.states = [try sampleState("wg0")]
        #expect(host.run() == .success)
        let device = try #require(JSONValue(host.output)["devices"]?[0])
        let peer = try #require(device["peers"]?[0])
        #expect(words(inSection: "JSON") == device.names.union(peer.names))
    }

    @Test func theMetrics() throws {
        let host = WgHost("metrics")
        host.fakeDevices.states = [try sampleState("wg0")]
        #expect(host.run() == .success)
        let types = host.output.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
        #expect(words(inSection: "METRICS") == Set(types.map { String($0.split(separator: " ")[2]) }))
    }
}
