import Testing
import WGModel

@testable import WGLinux

@Suite struct HostsFileTests {
    private static let file = HostsFile(
        text: """
            127.0.0.1\tlocalhost
            # 192.0.2.9 two
            192.0.2.1   one.example one # two
            2001:db8::1 One.Example
            fe80::1%eth0 two
            nonsense three
            192.0.2.1 one
            """)

    @Test(arguments: [
        ("one.example", "192.0.2.1 2001:db8::1"), ("ONE", "192.0.2.1"), ("one.example.", "192.0.2.1 2001:db8::1"),
        ("localhost", "127.0.0.1"), ("two", ""), ("three", ""), ("192.0.2.1", ""), ("", ""),
    ])
    func namesAndAliasesAreFound(host: String, addresses: String) {
        #expect(Self.file.addresses(of: host).map(\.description).joined(separator: " ") == addresses)
    }

    @Test func aFileThatIsNotThereHasNoNames() {
        #expect(HostsFile(path: "/nonexistent/hosts").addresses(of: "localhost").isEmpty)
    }
}
