import Testing
import WGConfig
import WGModel

/// `DocumentEditor.setAddresses` and `setAllowedIPs`.
@Suite struct EntriesTests {
    private static let key = publicText

    @Test(arguments: [
        ("Address = 10.0.0.1/24,fd00::1/64 # c\n", "10.0.0.1/24 fd00::1/64", "Address = 10.0.0.1/24,fd00::1/64 # c\n"),
        ("Address = 10.0.0.1/24,fd00::1/64 # c\n", "fd00::1/64", "Address = fd00::1/64 # c\n"),
        (
            "Address = 10.0.0.1/24, fd00::1/64\n", "fd00::1/64 10.0.0.2/24 10.0.0.1/24",
            "Address = 10.0.0.1/24, fd00::1/64, 10.0.0.2/24\n"
        ),
        (
            "Address = 10.0.0.1/24\n# b\naddress=fd00::1 # c\n", "10.0.0.1/24 fd00::1/128 10.0.0.2/24",
            "Address = 10.0.0.1/24\n# b\naddress=fd00::1 # c\naddress=10.0.0.2/24\n"
        ),
        ("Address = 10.0.0.1 10.0.0.2\n", "10.0.0.3/32 10.0.0.2/32 ", "Address = 10.0.0.2 10.0.0.3/32\n"),
        ("Address = 10.0.0.1\n", "10.0.0.1/24", "Address = 10.0.0.1/24\n"),
        ("Address = 10.0.0.1\n# b\nAddress = 10.0.0.2\n", "10.0.0.3/32", "# b\nAddress = 10.0.0.3/32\n"),
        ("Address = 10.0.0.1\nAddress = 10.0.0.2 # c\n", "10.0.0.2/32", "Address = 10.0.0.2 # c\n"),
        ("MTU = 1280\n", "10.0.0.1/32 ::1/128", "MTU = 1280\nAddress = 10.0.0.1/32, ::1/128\n"),
        ("Address = 10.0.0.1 # c\nMTU = 1280\n", "", "MTU = 1280\n"),
    ])
    func addressesStayWhereTheyAre(before: String, wanted: String, after: String) throws {
        var editor = DocumentEditor(Document(text: "[Interface]\n" + before))
        try editor.setAddresses(prefixes(wanted))
        #expect(editor.document.text == "[Interface]\n" + after)
        try editor.setAddresses(prefixes(wanted))
        #expect(editor.document.text == "[Interface]\n" + after)
    }

    @Test(arguments: [
        ("AllowedIPs = 10.0.0.1/8, fd00::/64\n", "fd00::/64 10.0.0.0/8", "AllowedIPs = 10.0.0.1/8, fd00::/64\n"),
        ("AllowedIPs = 10.0.0.1/8, fd00::/64\n", "192.0.2.0/24 10.0.0.0/8", "AllowedIPs = 10.0.0.1/8, 192.0.2.0/24\n"),
        ("AllowedIPs = +10.0.0.0/8, -fd00::/64\n", "fd00::/64", "AllowedIPs = fd00::/64\n"),
        ("allowedips=10.0.0.0/8,10.0.0.0/8 # c\n", "10.0.0.0/8", "allowedips=10.0.0.0/8 # c\n"),
        ("AllowedIPs = 10.0.0.0/8\nAllowedIPs = fd00::/8\n", "", ""),
        ("", "fd00::/8", "AllowedIPs = fd00::/8\n"),
    ])
    func allowedIPsToo(before: String, wanted: String, after: String) throws {
        let head = "[Peer]\nPublicKey = \(Self.key)\n"
        let key = try #require(PublicKey(base64: Self.key))
        var editor = DocumentEditor(Document(text: head + before))
        try editor.setAllowedIPs(prefixes(wanted), ofPeer: key)
        #expect(editor.document.text == head + after)
    }

    @Test func ofSeveralSectionsTheLastOneIsChanged() throws {
        let section = "[Peer]\nPublicKey = \(Self.key)\nAllowedIPs = 10.0.0.0/8\n"
        let key = try #require(PublicKey(base64: Self.key))
        var editor = DocumentEditor(Document(text: section + section))
        try editor.setAllowedIPs(prefixes("10.0.0.0/8 ::/0"), ofPeer: key)
        #expect(editor.document.text == section + section.replacing("/8", with: "/8, ::/0"))
    }

    private func prefixes(_ text: String) throws -> [IPPrefix] {
        try text.split(separator: " ").map { try #require(IPPrefix($0)) }
    }
}
