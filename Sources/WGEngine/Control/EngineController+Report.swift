import Synchronization
import WGModel
import WGProtocol
import WGUAPI

/// How far a report has come.
struct ReportCursor: Equatable {
    fileprivate var hasDevice = false
    /// The last peer that has been told of: its serial number.
    fileprivate var peer: UInt64 = 0
    /// The peer that is under way, and the moment of its last allowed IP that has been told.
    fileprivate var unfinished: Unfinished?
    var isFinished = false

    fileprivate struct Unfinished: Equatable {
        var slot: Int32
        var serial: UInt64
        var moment: UInt64
    }
}

extension EngineController {
    /// The device as clients see it, peers in the order in which they were added.
    func report() -> DeviceState {
        var state = deviceState
        for (slot, serial) in peerOrder.entries {
            guard let peer = peers[slot], peer.serial == serial else { continue }
            var report = report(peer)
            report.allowedIPs = allowedIPs.prefixes(of: slot)
            state.peers.append(report)
        }
        return state
    }

    /// Writes the next part of the answer to `get=1`, of about `limit` bytes.
    ///
    /// A device that needs several parts may change between them: each peer is told as it is when its turn comes.
    func writeReport(to text: inout TextBuffer, _ cursor: inout ReportCursor, limit: Int) {
        if !cursor.hasDevice {
            text.appendUAPI(device: deviceState)
            cursor.hasDevice = true
        }
        if let unfinished = cursor.unfinished {
            cursor.unfinished = nil
            let isSame = peers[unfinished.slot]?.serial == unfinished.serial
            if isSame, !writeAllowedIPs(to: &text, unfinished, &cursor, limit: limit) { return }
        }
        for (slot, serial) in peerOrder.entries(after: cursor.peer) {
            guard text.bytes.count < limit else { return }
            guard let peer = peers[slot], peer.serial == serial else { continue }
            cursor.peer = serial
            text.appendUAPI(peer: report(peer))
            let start = ReportCursor.Unfinished(slot: slot, serial: serial, moment: 0)
            guard writeAllowedIPs(to: &text, start, &cursor, limit: limit) else { return }
        }
        text.appendUAPIEnd()
        cursor.isFinished = true
    }

    /// False when some are left for the next part.
    private func writeAllowedIPs(
        to text: inout TextBuffer, _ start: ReportCursor.Unfinished, _ cursor: inout ReportCursor, limit: Int
    ) -> Bool {
        var place = start
        for (prefix, moment) in allowedIPs.prefixes(of: start.slot, after: start.moment) {
            guard text.bytes.count < limit else {
                cursor.unfinished = place
                return false
            }
            text.appendUAPI(allowedIP: prefix)
            place.moment = moment
        }
        return true
    }

    private var deviceState: DeviceState {
        DeviceState(
            name: name, privateKey: identity?.privateKey, publicKey: identity?.publicKey, listenPort: listenPort,
            fwmark: fwmark)
    }

    /// Without allowed IPs.
    private func report(_ peer: PeerRecord) -> PeerState {
        let slot = shared.peers[peer.slot]
        let presharedKey = peer.presharedKey
        return PeerState(
            publicKey: peer.publicKey, presharedKey: presharedKey.isZero ? nil : presharedKey,
            endpoint: peer.endpoint.endpoint,
            lastHandshake: peer.lastHandshake,
            receivedBytes: slot.pointee.receivedBytes.load(ordering: .relaxed),
            sentBytes: slot.pointee.sentBytes.load(ordering: .relaxed),
            persistentKeepalive: peer.persistentKeepalive)
    }
}
