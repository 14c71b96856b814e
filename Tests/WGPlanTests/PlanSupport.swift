import WGConfig
import WGModel

@testable import WGPlan

let wg0 = try! InterfaceName("wg0")
let host = HostIdentity(bootID: "0d1c", namespaceDevice: 4, namespaceInode: 4_026_531_840)

func prefix(_ text: String) -> IPPrefix { IPPrefix(text)! }

func device(_ allowedIPs: [String], fwmark: UInt32 = 0) -> DeviceState {
    DeviceState(
        name: wg0, fwmark: fwmark,
        peers: [PeerState(publicKey: PublicKey(bytes: KeyBytes(repeating: 7)), allowedIPs: allowedIPs.map(prefix))])
}

func link(_ index: Int32 = 9, kind: String? = "wireguard") -> LinkState {
    LinkState(name: wg0, index: index, kind: kind, mtu: 1420, isUp: false)
}

let maker = ProcessIdentity(pid: 3, startTime: 4)

extension TunnelRecord {
    /// Of a tunnel that is up.
    static func plain(index: Int32 = 9, progress: Progress = .up, hooks: Hooks = Hooks()) -> TunnelRecord {
        TunnelRecord(
            interface: wg0, host: WGPlanTests.host, linkIndex: index, progress: progress, maker: WGPlanTests.maker,
            configPath: "/conf",
            hooks: hooks)
    }
}

extension Plan {
    /// What `[#]` shows, one line an operation; book-keeping in brackets.
    var lines: [String] { operations.map(\.line) }
}

extension Operation {
    var line: String {
        switch self {
        case .writeRecord: "(write record)"
        case .updateRecord: "(update record)"
        case .removeRecord: "(remove record)"
        default: trace ?? "?"
        }
    }
}
