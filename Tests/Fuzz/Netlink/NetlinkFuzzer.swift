import WGLinux
import WGModel

@testable import WGNetlink

// `make fuzz` runs it. What it finds becomes a test. The seeds are the recordings of WGNetlinkTests, each datagram after
// its length in two bytes, the low one first.

/// Any bytes at all in the kernel's place: every parser comes to an end, and a device that was understood survives its
/// own encoding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNetlink(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let datagrams = split(Array(UnsafeBufferPointer(start: start, count: count)))
    func connection() -> NetlinkConnection { NetlinkConnection(ReplayedKernel(datagrams)) }
    guard let name = try? InterfaceName("wg0") else { return 0 }
    _ = try? GenericFamily(resolving: "wireguard", over: connection())
    _ = try? LinkList.links(over: connection())
    _ = try? LinkList.link(named: name, over: connection())
    _ = try? PolicyRules.list(over: connection())
    hear(LinkMonitor(ReplayedKernel(datagrams)))
    if let state = device(name, connection()) { checkRoundTrip(state, limit: count % 700) }
    return 0
}

private func device(_ name: InterfaceName, _ connection: NetlinkConnection) -> DeviceState? {
    guard
        let reply = try? connection.dump(
            .getDevice, { MessageBuilder(type: 0, flags: MessageFlag.request, sequence: $0) })
    else { return nil }
    return merge(reply.messages, name)
}

private func merge(_ messages: [NetlinkMessage], _ name: InterfaceName) -> DeviceState? {
    var merger = DeviceDumpMerger(name: name)
    for message in messages {
        guard merger.merge(message.attributes(after: GenericFamily.headerSize)) else { return nil }
    }
    return merger.state
}

private func hear(_ monitor: LinkMonitor) {
    while (try? monitor.next()) != nil {}
}

/// What a set says of a device is what a dump would say of it.
private func checkRoundTrip(_ state: DeviceState, limit: Int) {
    var plain = state
    plain.publicKey = nil
    for index in plain.peers.indices {
        plain.peers[index].lastHandshake = nil
        plain.peers[index].receivedBytes = 0
        plain.peers[index].sentBytes = 0
    }
    let change = DeviceChange(
        privateKey: plain.privateKey, listenPort: plain.listenPort, fwmark: plain.fwmark,
        peers: plain.peers.map { peer in
            PeerChange(
                publicKey: peer.publicKey, presharedKey: peer.presharedKey, endpoint: peer.endpoint,
                persistentKeepalive: peer.persistentKeepalive, allowedIPs: peer.allowedIPs.map { .add($0) })
        })
    var encoder = DeviceChangeEncoder(family: 20, name: state.name, change: change, limit: limit)
    var messages: [NetlinkMessage] = []
    while let message = encoder.next(sequence: 1) {
        guard let bytes = message.finished(), let split = NetlinkMessage.split(bytes) else {
            preconditionFailure("a message that can't be sent")
        }
        messages += split
    }
    precondition(merge(messages, state.name) == plain, "a device changed on its way")
}

/// Datagrams, each after its length in two bytes.
private func split(_ bytes: [UInt8]) -> [[UInt8]] {
    var datagrams: [[UInt8]] = []
    var offset = 0
    while offset + 2 <= bytes.count {
        let length = min(Int(bytes[offset]) | Int(bytes[offset + 1]) << 8, bytes.count - offset - 2)
        datagrams.append(Array(bytes[(offset + 2)..<(offset + 2 + length)]))
        offset += 2 + length
    }
    return datagrams
}

/// Answers every request with the same datagrams, as answers to it.
private final class ReplayedKernel: NetlinkTransport {
    private let datagrams: [[UInt8]]
    private var sequence: ArraySlice<UInt8> = [0, 0, 0, 0]
    private var position = 0

    init(_ datagrams: [[UInt8]]) { self.datagrams = datagrams }

    func send(_ request: [UInt8]) throws(Errno) {
        sequence = request[8..<12]
        position = 0
    }

    func receive() throws(Errno) -> [UInt8] {
        guard position < datagrams.count else { throw .wouldBlock }
        var datagram = datagrams[position]
        position += 1
        var offset = 0
        while offset + 16 <= datagram.count {
            datagram.replaceSubrange((offset + 8)..<(offset + 12), with: sequence)
            let length = Int(datagram[offset]) | Int(datagram[offset + 1]) << 8
            guard length >= 16 else { break }
            offset += (length + 3) & ~3
        }
        return datagram
    }

    func pause(milliseconds: Int32) {}
}
