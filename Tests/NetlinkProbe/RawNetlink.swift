import Glibc
import WGLinux

/// One attribute, made as the caller says, right or wrong.
struct RawAttribute {
    let bytes: [UInt8]

    init(_ type: Int, _ payload: [UInt8]) {
        var bytes = rawBytes(UInt16(payload.count + 4)) + rawBytes(UInt16(type)) + payload
        while bytes.count % 4 != 0 { bytes.append(0) }
        self.bytes = bytes
    }

    init<Value: FixedWidthInteger>(_ type: Int, _ value: Value) { self.init(type, rawBytes(value)) }
    init(_ type: Int, _ text: String) { self.init(type, Array(text.utf8) + [0]) }

    /// - Parameter marked: with `NLA_F_NESTED`.
    init(_ type: Int, marked: Bool = true, _ inner: [RawAttribute]) {
        self.init(type | (marked ? 0x8000 : 0), inner.flatMap(\.bytes))
    }
}

func rawBytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

/// What the kernel said to one request.
struct RawAnswer: Equatable, CustomStringConvertible {
    var errno: Int32
    /// The extended error text.
    var text: String?

    var description: String { "\(errno == 0 ? "success" : "\(Errno(rawValue: errno))"), \(text ?? "no text")" }
}

/// Generic Netlink without any of our library: the family's own numbers, and the bytes as the caller makes them.
final class RawNetlink {
    private let socket: Int32
    private(set) var family: UInt16 = 16
    private var sequence: UInt32 = 0
    /// The messages of the last answer: what stands after the Generic Netlink header.
    private(set) var messages: [[UInt8]] = []
    /// Some message of it said that things changed meanwhile (`NLM_F_DUMP_INTR`).
    private(set) var wasInterrupted = false

    static let acknowledge: UInt16 = 4
    static let dump: UInt16 = 0x300

    init() throws {
        socket = Glibc.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 16)
        var one: Int32 = 1
        guard socket >= 0, setsockopt(socket, 270, 11, &one, 4) == 0 else { throw ProbeError.noReply }
        _ = try send(command: 3, version: 1, flags: Self.acknowledge, [RawAttribute(2, "wireguard")])
        guard let reply = messages.first, let id = Self.attributes(reply).first(where: { $0.type == 1 }) else {
            throw ProbeError.noReply
        }
        familyReply = reply
        family = UInt16(id.payload[0]) | UInt16(id.payload[1]) << 8
    }

    deinit { close(socket) }

    /// What the controller says of the family.
    private(set) var familyReply: [UInt8] = []

    func get(_ attributes: [RawAttribute], flags: UInt16 = dump) throws -> RawAnswer {
        try send(command: 0, version: 1, flags: flags, attributes)
    }

    func set(_ attributes: [RawAttribute]) throws -> RawAnswer {
        try send(command: 1, version: 1, flags: Self.acknowledge, attributes)
    }

    private func send(command: UInt8, version: UInt8, flags: UInt16, _ attributes: [RawAttribute]) throws -> RawAnswer {
        sequence += 1
        let body: [UInt8] = [command, version, 0, 0] + attributes.flatMap(\.bytes)
        let request =
            rawBytes(UInt32(body.count + 16)) + rawBytes(family) + rawBytes(flags | 1) + rawBytes(sequence)
            + rawBytes(UInt32(0)) + body
        guard Glibc.send(socket, request, request.count, 0) == request.count else { throw ProbeError.noReply }
        messages = []
        wasInterrupted = false
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { throw ProbeError.noReply }
            var offset = 0
            while offset + 16 <= count {
                let length = Int(Self.number(buffer, offset, 4))
                let message = Array(buffer[offset..<(offset + length)])
                offset += (length + 3) & ~3
                if Self.number(message, 6, 2) & 0x10 != 0 { wasInterrupted = true }
                switch Self.number(message, 4, 2) {
                case 2, 3: return Self.answer(message)
                default: messages.append(Array(message.dropFirst(20)))
                }
            }
        }
    }

    private static func answer(_ message: [UInt8]) -> RawAnswer {
        let flags = number(message, 6, 2)
        let errno = -Int32(truncatingIfNeeded: number(message, 16, 4))
        guard flags & 0x200 != 0 else { return RawAnswer(errno: errno) }
        var fixed = 20
        if number(message, 4, 2) == 2 { fixed += flags & 0x100 != 0 ? 16 : Int(number(message, 20, 4)) }
        let text = attributes(Array(message.dropFirst(fixed))).first { $0.type == 1 }
        return RawAnswer(errno: errno, text: text.map { String(decoding: $0.payload.dropLast(), as: UTF8.self) })
    }

    /// The attributes in some bytes, flags masked off.
    static func attributes(_ bytes: [UInt8]) -> [(type: Int, payload: [UInt8])] {
        var found: [(type: Int, payload: [UInt8])] = []
        var offset = 0
        while offset + 4 <= bytes.count {
            let length = Int(number(bytes, offset, 2))
            guard length >= 4, offset + length <= bytes.count else { break }
            found.append((Int(number(bytes, offset + 2, 2) & 0x3fff), Array(bytes[(offset + 4)..<(offset + length)])))
            offset += (length + 3) & ~3
        }
        return found
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> UInt32 {
        (0..<size).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * $1) }
    }
}
