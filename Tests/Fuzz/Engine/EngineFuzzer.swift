import Glibc
import WGModel

@testable import WGEngine
@testable import WGProtocol

// `make fuzz` runs it. What it finds becomes a test.

/// The first byte chooses what the others are: a frame of the TUN device, decrypted packets, a handshake message, a cookie
/// or steps of a live engine.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzEngine(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    guard let choice = bytes.first else { return 0 }
    let rest = Array(bytes.dropFirst())
    switch choice % 5 {
    case 0: cut(rest)
    case 1: join(rest, joinsUDP: choice & 0x80 != 0)
    case 2: shakeHands(rest)
    case 3: bake(rest)
    default:
        var engine = LiveEngine()
        engine?.run(rest)
    }
    return 0
}

/// A frame in memory of just its size: every segment lies inside it, and all payload comes out once.
private func cut(_ frame: [UInt8]) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(frame.count, 1), alignment: 1)
    let scratch = UnsafeMutableRawPointer.allocate(byteCount: Segmenter.maximumHeaderLength, alignment: 1)
    defer {
        memory.deallocate()
        scratch.deallocate()
    }
    memory.copyMemory(from: frame, byteCount: frame.count)
    var segmenter = Segmenter(scratch: scratch)
    guard segmenter.begin(memory, frame.count) else { return }
    var given = 0
    while segmenter.next() {
        let offset = segmenter.packet - memory
        precondition(offset >= VirtioHeader.size && segmenter.packetLength > 0)
        precondition(offset + segmenter.packetLength <= frame.count)
        given += 1
    }
    precondition(given == segmenter.count)
}

private let sink = open("/dev/null", O_WRONLY)

/// Packets, each after its length in two bytes, as the inbound loop has them after authentication. The highest bit of
/// the length stands for one that fails it.
private func join(_ bytes: [UInt8], joinsUDP: Bool) {
    let buffers = UnsafeMutableRawPointer.allocate(byteCount: 2 * Coalescer.bufferSize, alignment: 64)
    let scratch = UnsafeMutableRawPointer.allocate(byteCount: FlowHeader.maximumLength, alignment: 1)
    defer {
        buffers.deallocate()
        scratch.deallocate()
    }
    var coalescer = Coalescer(tun: sink, joinsUDP: joinsUDP, buffers: buffers, scratch: scratch)
    var rest = bytes[...]
    while let low = rest.popFirst(), let high = rest.popFirst() {
        let packet = Array(rest.prefix(Int(low) | Int(high & 0x7f) << 8))
        rest = rest.dropFirst(packet.count)
        let place = coalescer.place()
        place.copyMemory(from: packet, byteCount: packet.count)
        guard high & 0x80 == 0, !packet.isEmpty else {
            coalescer.cancel()
            continue
        }
        if coalescer.extend(packet.count, peer: 1) { continue }
        let length = InnerPacket.length(place, count: packet.count)
        if length < 0 { coalescer.cancel() } else { coalescer.begin(length, peer: 1) }
    }
    coalescer.flush()
    precondition(coalescer.lost == 0)
}

private let identity = LocalIdentity(privateKey: PrivateKey(bytes: KeyBytes(repeating: 7)))
private let checker = MacChecker(publicKey: identity.publicKey)
private let mac = Mac1(recipient: identity.publicKey)

/// A message from anybody, as it is and with the first MAC made right: nothing but a genuine one is taken.
private func shakeHands(_ message: [UInt8]) {
    _ = checker.isValid(message)
    precondition(NoiseHandshake.consumeInitiation(message, local: identity) == nil)
    guard MessageLayout.kind(of: message) != nil, message.count > 32 else { return }
    var marked = Array(message.dropLast(32))
    mac.append(to: &marked)
    _ = checker.isValid(marked)
    precondition(NoiseHandshake.consumeInitiation(marked, local: identity) == nil)
}

private let here = HandshakeSource(ipv4: 0xc000_0201, port: 9)

/// 16 bytes are a mac2, all of them a cookie reply: nothing but genuine ones are taken.
private func bake(_ bytes: [UInt8]) {
    var message = [1, 0, 0, 0] + [UInt8](repeating: 5, count: 112)
    mac.append(to: &message)
    var baker = CookieBaker(publicKey: identity.publicKey)
    var jar = CookieJar(recipient: identity.publicKey)
    jar.mark(&message, now: 1)
    guard let reply = baker.reply(to: message.span, from: here, now: 1, random: { KeyBytes(repeating: 3) }) else {
        preconditionFailure("an initiation is answered")
    }
    precondition(!jar.take(bytes.span, now: 1) || bytes == reply)
    var changed = reply
    for (index, byte) in bytes.prefix(reply.count).enumerated() { changed[index] ^= byte }
    let isTaken = jar.take(changed.span, now: 1)
    // The receiver's index isn't sealed.
    precondition(!isTaken || changed[8...] == reply[8...])
    var forged = Array(message.dropLast(16)) + bytes.prefix(16)
    forged += [UInt8](repeating: 0, count: 148 - forged.count)
    precondition(!baker.hasValidMac2(forged.span, from: here, now: 1))
    jar.mark(&message, now: 1)
    precondition(baker.hasValidMac2(message.span, from: here, now: 1) == isTaken)
}
