import TestSupport
import WGLinux
import WGModel
import WGNetlink

@testable import WGControl

/// A kernel with one device, of either age, that fails when told to.
final class ScriptedKernel: KernelDevices, @unchecked Sendable {
    private(set) var device: PlainDevice
    /// What was asked, in order.
    private(set) var changes: [DeviceChange] = []
    private(set) var reads = 0
    /// Every prefix that each peer ever had, for a peer that is gone again.
    private(set) var everHad: [PublicKey: Set<IPPrefix>] = [:]
    private let removesAllowedIPs: Bool
    /// Which `set` fails, from 1, with which error, and after how many peers.
    private let failure: (call: Int, errno: Errno, peers: Int)?

    init(_ state: DeviceState, removesAllowedIPs: Bool, failure: (call: Int, errno: Errno, peers: Int)? = nil) {
        device = PlainDevice(state)
        self.removesAllowedIPs = removesAllowedIPs
        self.failure = failure
    }

    func get(_ name: InterfaceName) throws(NetlinkError) -> DeviceState {
        reads += 1
        var random = SeededGenerator(seed: UInt64(reads))
        do {
            return try device.state(using: &random)
        } catch {
            throw NetlinkError(operation: .getDevice, errno: .noSuchDevice)
        }
    }

    func set(_ name: InterfaceName, _ change: DeviceChange) throws(NetlinkError) {
        changes.append(change)
        var beginning = change
        beginning.peers = []
        device.apply(beginning)
        for (index, peer) in change.peers.enumerated() {
            if let failure, failure.call == changes.count, failure.peers == index {
                throw NetlinkError(operation: .setDevice, errno: failure.errno)
            }
            try apply(peer)
        }
    }

    /// As the kernel: entry by entry, the keepalive after the allowed IPs, and nothing of a peer that isn't there and
    /// isn't made.
    private func apply(_ change: PeerChange) throws(NetlinkError) {
        var rest = change
        rest.allowedIPs = []
        rest.persistentKeepalive = nil
        device.apply(rest)
        guard !change.remove, device.peers[change.publicKey] != nil else { return }
        for entry in change.allowedIPs {
            if case .remove = entry, !removesAllowedIPs {
                throw NetlinkError(operation: .setDevice, errno: .invalidArgument)
            }
            device.apply(PeerChange(publicKey: change.publicKey, updateOnly: true, allowedIPs: [entry]))
            everHad[change.publicKey, default: []].formUnion(device.peers[change.publicKey]?.allowedIPs ?? [])
        }
        device.apply(
            PeerChange(publicKey: change.publicKey, updateOnly: true, persistentKeepalive: change.persistentKeepalive))
    }
}
