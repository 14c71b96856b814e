import Testing
import WGEngine

@testable import wireguard_swift

@Suite struct EngineEnvironmentTests {
    private func read(_ variables: [String: String]) throws -> Environment { try Environment { variables[$0] } }

    @Test func `nothing is asked for by nothing`() throws {
        let environment = try read([:])
        #expect(!environment.foreground && !environment.keepsOutput && environment.logLevel == .error)
        #expect(environment.tun == nil && environment.listener == nil && environment.notifySocket == nil)
    }

    @Test(arguments: [
        ("verbose", EngineLog.Level.verbose, true), ("debug", .verbose, true), ("error", .error, true),
        ("silent", .silent, false), ("other", .error, true), ("", .error, false),
    ])
    func `LOG_LEVEL is that of wireguard-go`(value: String, level: EngineLog.Level, keepsOutput: Bool) throws {
        let environment = try read(["LOG_LEVEL": value])
        #expect(environment.logLevel == level && environment.keepsOutput == keepsOutput)
    }

    @Test func `descriptors are numbers`() throws {
        let environment = try read(["WG_TUN_FD": "3", "WG_UAPI_FD": "4", "WG_PROCESS_FOREGROUND": "1"])
        #expect(environment.tun == 3 && environment.listener == 4 && environment.foreground)
    }

    @Test(arguments: ["x", "-1", "0", "2", "99999999999"]) func `and nothing else`(value: String) {
        #expect(throws: Environment.Fault.notADescriptor("WG_UAPI_FD")) { try read(["WG_UAPI_FD": value]) }
    }
}
