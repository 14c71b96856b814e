import WGLinux

@testable import WGNetlink

/// A kernel that answers each request with the next answer of a script.
final class ScriptedTransport: NetlinkTransport {
    enum Step {
        /// Datagrams, whose sequence numbers are made those of the request.
        case answer([[UInt8]])
        /// The socket fails with this when read.
        case failure(Errno)
    }

    private(set) var requests: [[UInt8]] = []
    private(set) var pauses: [Int32] = []
    private var script: [Step]
    private var queue: [Step] = []
    private let reply: (([UInt8]) -> [[UInt8]])?

    init(_ script: [Step]) {
        self.script = script
        reply = nil
    }

    /// A kernel that thinks for itself.
    init(reply: @escaping ([UInt8]) -> [[UInt8]]) {
        script = []
        self.reply = reply
    }

    func send(_ request: [UInt8]) throws(Errno) {
        requests.append(request)
        if let reply {
            queue = [.answer(reply(request))]
        } else {
            guard !script.isEmpty else { throw .connectionRefused }
            queue = [script.removeFirst()]
        }
    }

    func receive() throws(Errno) -> [UInt8] {
        guard !queue.isEmpty else { throw .wouldBlock }
        switch queue.removeFirst() {
        case .failure(let errno):
            throw errno
        case .answer(var datagrams):
            guard !datagrams.isEmpty else { throw .wouldBlock }
            let first = datagrams.removeFirst()
            if !datagrams.isEmpty { queue.insert(.answer(datagrams), at: 0) }
            return Self.copySequence(of: requests.last ?? [], into: first)
        }
    }

    func pause(milliseconds: Int32) { pauses.append(milliseconds) }

    /// Every message of the datagram becomes an answer to the request.
    private static func copySequence(of request: [UInt8], into datagram: [UInt8]) -> [UInt8] {
        guard request.count >= 16 else { return datagram }
        var result = datagram
        var offset = 0
        while offset + 16 <= result.count {
            let length = Int(result[offset]) | Int(result[offset + 1]) << 8 | Int(result[offset + 2]) << 16
            for index in 8..<12 { result[offset + index] = request[index] }
            guard length >= 16 else { break }
            offset += (length + 3) & ~3
        }
        return result
    }
}

/// Datagrams as the kernel makes them.
enum Datagram {
    /// The controller's answer: the family has the number 0x1c; then the acknowledgement.
    static let wireGuardFamily: [[UInt8]] = [
        message(0x10, 0, [1, 2, 0, 0, 6, 0, 1, 0, 0x1c, 0, 0, 0]), acknowledgement,
    ]

    static let acknowledgement = message(2, 0x100, [0, 0, 0, 0] + [UInt8](repeating: 0, count: 16))
    static let done = message(3, 2, [0, 0, 0, 0])

    static func message(_ type: UInt16, _ flags: UInt16, _ payload: [UInt8]) -> [UInt8] {
        bytes(UInt32(16 + payload.count)) + bytes(type) + bytes(flags) + bytes(UInt32(0)) + bytes(UInt32(0)) + payload
    }

    /// A refusal with the kernel's text.
    static func refusal(_ errno: Int32, _ text: String? = nil) -> [UInt8] {
        var payload = bytes(-errno) + [UInt8](repeating: 0, count: 16)
        guard let text else { return message(2, 0x100, payload) }
        var string = Array(text.utf8) + [0]
        payload += bytes(UInt16(string.count + 4)) + bytes(UInt16(1))
        while string.count % 4 != 0 { string.append(0) }
        return message(2, 0x300, payload + string)
    }

    static func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
