import TestSupport
import WGModel
import WGUAPI

// `make fuzz` runs it. What it finds becomes a seed, or a test. WGUAPITests replays the seeds.

/// Any bytes at all, in pieces of a size that the first byte gives: an engine's parser and a client's come to the same
/// result as in one piece, and what they accept survives being written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzUAPI(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let piece = Int(bytes.first ?? 0) + 1
    let outcomes = requestOutcomes(bytes, piece: piece)
    precondition(outcomes == requestOutcomes(bytes, piece: max(1, bytes.count)), "pieces change the requests")
    for case .success(.set(let change)) in outcomes {
        // A peer that is to be removed is written without its other lines.
        guard !change.peers.contains(where: \.remove) else { continue }
        let again = requestOutcomes(UAPIEncoder.setRequest(change), piece: 4096)
        precondition(again == [.success(.set(change))], "a change is read differently")
    }
    let answer = reply(bytes, piece: piece)
    precondition(answer == reply(bytes, piece: max(1, bytes.count)), "pieces change the reply")
    if case .success(let reply?) = answer, let device = comparable(reply.device) {
        let again = Result { try read(UAPIEncoder.getReply(device), piece: 4096) }
        precondition((try? again.get())?.device == device, "a device is read differently")
    }
    return 0
}

private func read(_ bytes: [UInt8], piece: Int) throws(UAPIReplyError) -> UAPIReply? {
    guard let name = try? InterfaceName("wg0") else { return nil }
    var parser = UAPIReplyParser(name: name, now: HandshakeTime(seconds: 1_800_000_000, nanoseconds: 0))
    for start in stride(from: 0, to: bytes.count, by: piece) {
        parser.append(bytes[start..<min(start + piece, bytes.count)])
        if let reply = try parser.next() { return reply }
    }
    return nil
}

private func reply(_ bytes: [UInt8], piece: Int) -> Result<UAPIReply?, UAPIReplyError> {
    do {
        return .success(try read(bytes, piece: piece))
    } catch {
        return .failure(error)
    }
}

/// The device as the encoder can say it: without the public key, and with handshakes that have not gone negative.
private func comparable(_ device: DeviceState) -> DeviceState? {
    var device = device
    device.publicKey = nil
    let isSayable = device.peers.allSatisfy { ($0.lastHandshake?.seconds ?? 0) >= 0 }
    return isSayable ? device : nil
}
