import Glibc

@testable import WGEngine

/// Runs the segmenter over a frame, in memory of exactly the frame's size.
func segments(of frame: [UInt8]) -> [[UInt8]]? {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(frame.count, 1), alignment: 1)
    let scratch = UnsafeMutableRawPointer.allocate(byteCount: Segmenter.maximumHeaderLength, alignment: 1)
    defer {
        memory.deallocate()
        scratch.deallocate()
    }
    frame.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory), byteCount: $0.count) }
    var segmenter = Segmenter(scratch: scratch)
    guard segmenter.begin(memory, frame.count) else { return nil }
    var result: [[UInt8]] = []
    while segmenter.next() {
        result.append(Array(UnsafeRawBufferPointer(start: segmenter.packet, count: segmenter.packetLength)))
    }
    return result
}

/// A coalescer that writes to a socket instead of a TUN device.
final class CoalescerHarness {
    private let ends: (read: Int32, write: Int32)
    private let buffers = UnsafeMutableRawPointer.allocate(byteCount: 2 * Coalescer.bufferSize, alignment: 64)
    private let scratch = UnsafeMutableRawPointer.allocate(byteCount: FlowHeader.maximumLength, alignment: 1)
    private var coalescer: Coalescer

    init(joinsUDP: Bool = true) {
        var pair: [Int32] = [0, 0]
        precondition(socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &pair) == 0)
        ends = (pair[0], pair[1])
        var size: Int32 = 4 << 20
        setsockopt(pair[1], SOL_SOCKET, SO_SNDBUFFORCE, &size, 4)
        coalescer = Coalescer(tun: pair[1], joinsUDP: joinsUDP, buffers: buffers, scratch: scratch)
    }

    deinit {
        close(ends.read)
        close(ends.write)
        buffers.deallocate()
        scratch.deallocate()
    }

    /// As the inbound loop does with a packet of that plaintext; padded to 16 bytes with something.
    func receive(_ packet: [UInt8], peer: Int32 = 1) {
        let padded = packet + [UInt8](repeating: 0xee, count: (16 - packet.count % 16) % 16)
        let place = coalescer.place()
        padded.withUnsafeBytes {
            place.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(place), byteCount: $0.count)
        }
        if coalescer.extend(padded.count, peer: peer) { return }
        let length = InnerPacket.length(place, count: padded.count)
        guard length >= 0 else { return coalescer.cancel() }
        coalescer.begin(length, peer: peer)
    }

    /// A packet whose authentication fails after it has been written over the run.
    func receiveForgery(count: Int) {
        let place = coalescer.place()
        place.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        coalescer.cancel()
    }

    /// Ends the batch and gives all frames written since the last call.
    func frames() -> [[UInt8]] {
        coalescer.flush()
        var result: [[UInt8]] = []
        var buffer = [UInt8](repeating: 0, count: 70_000)
        while true {
            let count = read(ends.read, &buffer, buffer.count)
            guard count >= 0 else { return result }
            result.append(Array(buffer[..<count]))
        }
    }
}
