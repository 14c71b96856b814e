import Glibc
import Testing
import WGLinux

/// A name server on a loopback address, over UDP and TCP, which answers as a test tells it. It ends with its last owner.
final class FakeNameServer: Sendable {
    /// What to send back for a query: any number of messages.
    typealias Script = @Sendable (_ query: [UInt8], _ overStream: Bool) -> [[UInt8]]

    let port: UInt16
    private let datagrams: Int32
    private let stream: Int32
    private let stop: EventFD
    private let thread: pthread_t

    /// - Parameters:
    ///   - lastByte: of 127.0.0.x.
    ///   - port: 0 for any that is free.
    init(lastByte: UInt32 = 1, port: UInt16 = 0, _ script: @escaping Script) throws {
        let address = 0x7f00_0000 | lastByte
        datagrams = try Self.bound(SOCK_DGRAM, address, port)
        self.port = Self.port(of: datagrams)
        stream = try Self.bound(SOCK_STREAM, address, self.port)
        try #require(listen(stream, 4) == 0)
        stop = try EventFD()
        let body = Unmanaged.passRetained(Body(datagrams, stream, stop.rawValue, script))
        var thread = pthread_t()
        try #require(
            pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    Unmanaged<Body>.fromOpaque(context).takeRetainedValue().serve()
                    return nil
                }, body.toOpaque()) == 0)
        self.thread = thread
    }

    deinit {
        stop.signal()
        pthread_join(thread, nil)
        close(datagrams)
        close(stream)
    }

    private final class Body: Sendable {
        private let datagrams: Int32
        private let stream: Int32
        private let stop: Int32
        private let script: Script

        init(_ datagrams: Int32, _ stream: Int32, _ stop: Int32, _ script: @escaping Script) {
            self.datagrams = datagrams
            self.stream = stream
            self.stop = stop
            self.script = script
        }

        func serve() {
            while true {
                var entries = [datagrams, stream, stop].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                guard poll(&entries, 3, -1) > 0, entries[2].revents == 0 else { return }
                if entries[0].revents != 0 { answerDatagram() }
                if entries[1].revents != 0 { answerStream() }
            }
        }

        private func answerDatagram() {
            var query = [UInt8](repeating: 0, count: 65536)
            var sender = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &sender) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    let count = recvfrom(datagrams, &query, query.count, 0, address, &length)
                    for reply in script(Array(query.prefix(max(0, count))), false) {
                        sendto(datagrams, reply, reply.count, 0, address, length)
                    }
                }
            }
        }

        private func answerStream() {
            let connection = accept(stream, nil, nil)
            defer { close(connection) }
            var query = [UInt8](repeating: 0, count: 65536)
            let count = read(connection, &query, query.count)
            for reply in script(Array(query[..<max(2, count)].dropFirst(2)), true) {
                // Its length goes first, in a segment of its own.
                let length = [UInt8(reply.count >> 8), UInt8(truncatingIfNeeded: reply.count)]
                for part in [length, reply] { _ = write(connection, part, part.count) }
            }
        }
    }

    private static func bound(_ type: __socket_type, _ address: UInt32, _ port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        try #require(descriptor >= 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = address.bigEndian
        let result = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
        return descriptor
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: name.sin_port)
    }
}
