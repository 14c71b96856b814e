import Testing
import WGConfig
import WGLinux

@testable import WGQuick

struct RouteTablesTests {
    @Test func theAdministratorsNamesCount() throws {
        let scratch = try Scratch()
        let base = scratch.path
        func write(_ name: String, _ text: String) throws {
            try Files.replace("\(base)/\(name)", Array(text.utf8), permissions: 0o600)
        }
        for directory in ["usr", "etc", "etc/rt_tables.d"] {
            try Files.makeDirectory("\(base)/\(directory)", permissions: 0o700)
        }
        try write("usr/rt_tables", "100\tvpn\n101 other\n")
        try write("etc/rt_tables", "# 7 none\n0x66 vpn # mine\n0 zero\n4294967296 large\n")
        try write("etc/rt_tables.d/a.conf", "103 third")
        try write("etc/rt_tables.d/a.bak", "104 third")
        let names = RouteTables.names(in: ["usr", "lib", "etc"].map { "\(base)/\($0)" })
        func table(_ name: String) -> RouteTable? {
            ConfigParser.parseQuick(Document(text: "[Interface]\nTable = \(name)\n"), tables: names).value?.table
        }
        #expect(table("vpn") == .number(0x66))
        #expect(table("other") == .number(101))
        #expect(table("third") == .number(103))
        for name in ["none", "zero", "large", "VPN", "vpn other", "mine"] { #expect(table(name) == nil) }
        #expect(table("main") == .number(254))
    }
}
