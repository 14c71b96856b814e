internal import WGModel

/// What a host is asked for: its addresses of one family.
struct DNSQuestion: Hashable, Sendable {
    enum Kind: UInt16, Sendable {
        case a = 1
        case aaaa = 28
    }

    let name: DNSName
    let kind: Kind

    /// The query that asks it, for a server that asks others on its own.
    func query(id: UInt16) -> [UInt8] {
        var bytes = DNSHeader.query(id: id)
        bytes += name.bytes
        for value in [kind.rawValue, DNSHeader.internetClass] {
            bytes += [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
        }
        return bytes
    }
}

/// What a server says to a `DNSQuestion` (RFC 1035, and RFC 2308 for what there isn't).
enum DNSReply: Hashable, Sendable {
    /// In the server's order; at least one. The time is that of the shortest-lived record on the way to them.
    case addresses([IPAddress], timeToLive: UInt32)
    /// The name exists, but has no address of this family. The time is `nil` where the server tells none.
    case noAddress(timeToLive: UInt32?)
    case noSuchHost(timeToLive: UInt32?)
    /// The answer didn't fit: to be asked for over TCP.
    case truncated
    /// The server can't or won't tell: another may.
    case refused

    /// Reads a message. `nil` if it isn't the answer to this query, or breaks off, or contradicts itself: whoever sent it,
    /// the true answer may still come.
    init?(_ message: [UInt8], to question: DNSQuestion, id: UInt16) {
        var reader = DNSReader(message)
        guard let header = DNSHeader(&reader), header.id == id, header.isReply, header.questions == 1,
            reader.name() == question.name, reader.number16() == question.kind.rawValue,
            reader.number16() == DNSHeader.internetClass
        else { return nil }
        if header.isTruncated {
            self = .truncated
            return
        }
        guard header.code == .none || header.code == .noSuchName else {
            self = .refused
            return
        }
        var answers = DNSAnswers()
        for _ in 0..<header.answers {
            guard let record = reader.record(), answers.add(record, kind: question.kind) else { return nil }
        }
        var negative: UInt32?
        for _ in 0..<header.authorities {
            guard let record = reader.record() else { return nil }
            guard record.type == DNSRecord.startOfAuthority else { continue }
            guard let minimum = record.minimum else { return nil }
            negative = min(record.timeToLive, minimum, negative ?? .max)
        }
        if let found = answers.addresses(of: question.name) {
            self = .addresses(found.addresses, timeToLive: found.timeToLive)
        } else if header.code == .noSuchName {
            self = .noSuchHost(timeToLive: negative)
        } else if header.isReferral {
            self = .refused
        } else {
            self = .noAddress(timeToLive: negative)
        }
    }
}

/// The first 12 bytes of a message.
private struct DNSHeader {
    static let internetClass: UInt16 = 1
    private static let recursionDesired: UInt16 = 0x0100

    enum Code {
        case none
        case noSuchName
        case other
    }

    let id: UInt16
    private let flags: UInt16
    let questions: UInt16
    let answers: UInt16
    let authorities: UInt16

    init?(_ reader: inout DNSReader) {
        guard let id = reader.number16(), let flags = reader.number16(), let questions = reader.number16(),
            let answers = reader.number16(), let authorities = reader.number16(), reader.number16() != nil
        else { return nil }
        self.id = id
        self.flags = flags
        self.questions = questions
        self.answers = answers
        self.authorities = authorities
    }

    static func query(id: UInt16) -> [UInt8] {
        [id, recursionDesired, 1, 0, 0, 0].flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }

    /// A reply to a standard query.
    var isReply: Bool { flags & 0xf800 == 0x8000 }
    var isTruncated: Bool { flags & 0x0200 != 0 }
    var code: Code {
        switch flags & 0xf {
        case 0: .none
        case 3: .noSuchName
        default: .other
        }
    }
    /// From a server that neither knows nor asks others: no answer at all.
    var isReferral: Bool { flags & 0x0480 == 0 }
}

/// One resource record.
private struct DNSRecord {
    static let alias: UInt16 = 5
    static let startOfAuthority: UInt16 = 6

    let owner: DNSName
    let type: UInt16
    let isInternet: Bool
    /// Seconds.
    let timeToLive: UInt32
    let data: ArraySlice<UInt8>
    /// The whole message: names in the data may point into it.
    let message: [UInt8]

    /// The name that the data is, and nothing else.
    var target: DNSName? {
        guard let target = DNSName.read(message, at: data.startIndex), target.end == data.endIndex else { return nil }
        return target.name
    }

    /// How long it is true that something doesn't exist: the last number of a start of authority, in seconds.
    var minimum: UInt32? {
        guard let server = DNSName.read(message, at: data.startIndex),
            let mailbox = DNSName.read(message, at: server.end), mailbox.end + 20 == data.endIndex
        else { return nil }
        return data.suffix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// The answer section.
private struct DNSAnswers {
    private var aliases: [DNSName: (target: DNSName, timeToLive: UInt32)] = [:]
    private var addresses: [DNSName: (addresses: [IPAddress], timeToLive: UInt32)] = [:]

    /// False for a record that can't be what it says.
    mutating func add(_ record: DNSRecord, kind: DNSQuestion.Kind) -> Bool {
        guard record.isInternet else { return true }
        switch record.type {
        case kind.rawValue:
            guard let address = IPAddress(networkBytes: record.data), address.isIPv4 == (kind == .a) else {
                return false
            }
            addresses[record.owner, default: ([], .max)].addresses.append(address)
            let known = addresses[record.owner]?.timeToLive ?? .max
            addresses[record.owner]?.timeToLive = min(record.timeToLive, known)
        case DNSRecord.alias:
            guard let target = record.target else { return false }
            aliases[record.owner] = aliases[record.owner] ?? (target, record.timeToLive)
        default: break
        }
        return true
    }

    func addresses(of name: DNSName) -> (addresses: [IPAddress], timeToLive: UInt32)? {
        var name = name
        var timeToLive = UInt32.max
        // More steps than there are aliases would go in a circle.
        for _ in 0...aliases.count {
            if let found = addresses[name] { return (found.addresses, min(timeToLive, found.timeToLive)) }
            guard let alias = aliases[name] else { return nil }
            name = alias.target
            timeToLive = min(timeToLive, alias.timeToLive)
        }
        return nil
    }
}

/// Reads a message from front to back. Every read fails beyond the end.
private struct DNSReader {
    private let message: [UInt8]
    private var offset = 0

    init(_ message: [UInt8]) { self.message = message }

    mutating func number16() -> UInt16? { bytes(2).map { $0.reduce(0) { $0 << 8 | UInt16($1) } } }

    mutating func number32() -> UInt32? { bytes(4).map { $0.reduce(0) { $0 << 8 | UInt32($1) } } }

    mutating func name() -> DNSName? {
        guard let read = DNSName.read(message, at: offset) else { return nil }
        offset = read.end
        return read.name
    }

    mutating func record() -> DNSRecord? {
        guard let owner = name(), let type = number16(), let group = number16(), let timeToLive = number32(),
            let count = number16(), let data = bytes(Int(count))
        else { return nil }
        // The highest bit is no part of the time: RFC 2181, 8.
        return DNSRecord(
            owner: owner, type: type, isInternet: group == DNSHeader.internetClass,
            timeToLive: timeToLive >> 31 == 0 ? timeToLive : 0, data: data, message: message)
    }

    private mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= message.count - offset else { return nil }
        defer { offset += count }
        return message[offset..<offset + count]
    }
}
