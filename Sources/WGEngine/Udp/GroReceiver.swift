internal import CLinux

/// Receives up to eight messages by one `recvmmsg`, each of up to 64 KB: datagrams of one sender and one size that
/// the kernel has joined (`UDP_GRO`). Thread U.
struct GroReceiver {
    static let batchSize = clinux_udp_batch_size
    private static let placeSize = 65_536
    /// Bytes of memory to give.
    static let bufferSize = batchSize * placeSize

    private let batch: UnsafeMutablePointer<clinux_udp_batch>

    /// - Parameter buffer: `bufferSize` bytes, for as long as the receiver is used.
    init(buffer: UnsafeMutableRawPointer) {
        batch = .allocate(capacity: 1)
        clinux_udp_batch_prepare(batch, buffer, Self.placeSize)
    }

    func deallocate() { batch.deallocate() }

    /// The number of messages; 0 when nothing waits or the socket is in trouble.
    @inline(__always)
    func receive(_ descriptor: Int32) -> Int { max(Int(clinux_udp_batch_receive(descriptor, batch)), 0) }

    /// Message `index` of the last batch. False for one that is to be ignored.
    @inline(__always)
    func message(_ index: Int, _ message: inout clinux_udp_message) -> Bool {
        clinux_udp_batch_message(batch, Int32(truncatingIfNeeded: index), &message) != 0
    }
}
