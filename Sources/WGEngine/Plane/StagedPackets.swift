internal import CLinux

/// Packets that wait for a session, as they came from the TUN device: at most 128 of a peer and 4 MiB in all. The
/// oldest one goes when there is no room. Thread T.
///
/// A packet is a chain of fixed blocks. All packets are also in one queue by age, whose head is always the oldest of
/// its own peer too. Places count from 1, so that zeroed memory means "none".
struct StagedPackets {
    /// As the Linux module has it (`MAX_STAGED_PACKETS`).
    private static let maximumPerPeer: Int32 = 128
    private static let blockCount = 2048
    private static let blockSize = 2048
    private static let packetCount = 1024

    private struct Packet {
        var peer: Int32
        var length: Int32
        var firstBlock: Int32
        /// The next younger one of the peer; the next free one when free.
        var nextOfPeer: Int32
        var older: Int32
        var younger: Int32
    }

    private struct Queue {
        var oldest: Int32
        var youngest: Int32
        var count: Int32
    }

    private let queues: UnsafeMutablePointer<Queue>
    private let packets: UnsafeMutablePointer<Packet>
    /// The block after each in its chain, or the next free one.
    private let nextBlock: UnsafeMutablePointer<Int32>
    private let blocks: UnsafeMutableRawPointer
    private let memory: UnsafeMutableRawPointer

    private var freePacket: Int32 = 0
    private var freeBlock: Int32 = 0
    private var freeBlocks = 0
    private var oldest: Int32 = 0
    private var youngest: Int32 = 0

    private static let queueBytes = PeerTable.capacity * MemoryLayout<Queue>.stride
    private static let packetBytes = (packetCount + 1) * MemoryLayout<Packet>.stride
    private static let nextBytes = (blockCount + 1) * MemoryLayout<Int32>.stride
    private static let blockBytes = (blockCount + 1) * blockSize
    private static let totalBytes = queueBytes + packetBytes + nextBytes + blockBytes

    /// `nil` when there is no address space. Memory is used as packets wait.
    init?() {
        guard let memory = clinux_reserve(Self.totalBytes) else { return nil }
        self.memory = memory
        queues = memory.bindMemory(to: Queue.self, capacity: PeerTable.capacity)
        packets = (memory + Self.queueBytes).bindMemory(to: Packet.self, capacity: Self.packetCount + 1)
        nextBlock = (memory + Self.queueBytes + Self.packetBytes).bindMemory(
            to: Int32.self, capacity: Self.blockCount + 1)
        blocks = memory + Self.queueBytes + Self.packetBytes + Self.nextBytes
        for index in 1...Self.packetCount {
            packets[index].nextOfPeer = freePacket
            freePacket = Int32(index)
        }
        for index in 1...Self.blockCount {
            nextBlock[index] = freeBlock
            freeBlock = Int32(index)
        }
        freeBlocks = Self.blockCount
    }

    func deallocate() { _ = clinux_unmap(memory, Self.totalBytes) }

    /// How many packets of a peer wait.
    func count(_ peer: Int32) -> Int { Int(queues[Int(peer)].count) }

    /// Keeps a copy.
    @inline(never)
    mutating func append(_ bytes: UnsafeRawPointer, _ length: Int, peer: Int32) {
        let needed = (length &+ Self.blockSize &- 1) / Self.blockSize
        guard needed > 0, needed <= Self.blockCount else { return }
        if queues[Int(peer)].count >= Self.maximumPerPeer { removeOldest(peer) }
        while freeBlocks < needed || freePacket == 0 { removeOldest(packets[Int(oldest)].peer) }

        let place = freePacket
        freePacket = packets[Int(place)].nextOfPeer
        let first = fillBlocks(bytes, length)
        packets[Int(place)] = Packet(
            peer: peer, length: Int32(truncatingIfNeeded: length), firstBlock: first, nextOfPeer: 0, older: youngest,
            younger: 0)
        if youngest != 0 { packets[Int(youngest)].younger = place } else { oldest = place }
        youngest = place
        let queue = queues + Int(peer)
        if queue.pointee.youngest != 0 {
            packets[Int(queue.pointee.youngest)].nextOfPeer = place
        } else {
            queue.pointee.oldest = place
        }
        queue.pointee.youngest = place
        queue.pointee.count &+= 1
    }

    private mutating func fillBlocks(_ bytes: UnsafeRawPointer, _ length: Int) -> Int32 {
        let first = freeBlock
        var last = first
        var offset = 0
        while offset < length {
            last = freeBlock
            freeBlock = nextBlock[Int(last)]
            freeBlocks &-= 1
            let size = min(Self.blockSize, length &- offset)
            (blocks + Int(last) &* Self.blockSize).copyMemory(from: bytes + offset, byteCount: size)
            offset &+= size
        }
        nextBlock[Int(last)] = 0
        return first
    }

    /// Takes the peer's oldest packet out, into `destination`; its length, or 0 when none waits.
    @inline(never)
    mutating func takeOldest(_ peer: Int32, into destination: UnsafeMutableRawPointer) -> Int {
        let place = queues[Int(peer)].oldest
        guard place != 0 else { return 0 }
        let length = Int(packets[Int(place)].length)
        var block = packets[Int(place)].firstBlock
        var offset = 0
        while block != 0 {
            let size = min(Self.blockSize, length &- offset)
            (destination + offset).copyMemory(from: blocks + Int(block) &* Self.blockSize, byteCount: size)
            offset &+= size
            block = nextBlock[Int(block)]
        }
        removeOldest(peer)
        return length
    }

    /// Drops all packets of a peer.
    mutating func discard(_ peer: Int32) {
        while queues[Int(peer)].oldest != 0 { removeOldest(peer) }
    }

    private mutating func removeOldest(_ peer: Int32) {
        let queue = queues + Int(peer)
        let place = queue.pointee.oldest
        guard place != 0 else { return }
        let packet = packets[Int(place)]
        queue.pointee.oldest = packet.nextOfPeer
        if packet.nextOfPeer == 0 { queue.pointee.youngest = 0 }
        queue.pointee.count &-= 1
        if packet.older != 0 { packets[Int(packet.older)].younger = packet.younger } else { oldest = packet.younger }
        if packet.younger != 0 {
            packets[Int(packet.younger)].older = packet.older
        } else {
            youngest = packet.older
        }
        var block = packet.firstBlock
        while block != 0 {
            let next = nextBlock[Int(block)]
            nextBlock[Int(block)] = freeBlock
            freeBlock = block
            freeBlocks &+= 1
            block = next
        }
        packets[Int(place)].nextOfPeer = freePacket
        freePacket = place
    }
}
