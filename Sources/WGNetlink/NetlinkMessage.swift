import WGLinux

/// One message of a received datagram, which it shares with its neighbours.
struct NetlinkMessage {
    let type: UInt16
    let flags: UInt16
    let sequence: UInt32
    let datagram: [UInt8]
    /// What comes after `struct nlmsghdr`.
    let payload: Range<Int>

    static let headerSize = 16

    /// The attributes after a fixed part of the payload.
    func attributes(after fixed: Int) -> AttributeReader {
        let start = min(payload.lowerBound + (fixed + 3) & ~3, payload.upperBound)
        return AttributeReader(datagram, start..<payload.upperBound)
    }

    /// A field of the payload's fixed part; `nil` if the payload ends before.
    func field<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value? {
        let size = Value.bitWidth / 8
        guard offset >= 0, payload.count >= offset + size else { return nil }
        return datagram.withUnsafeBytes { buffer in
            guard payload.lowerBound + offset + size <= buffer.count else { return nil }
            return buffer.loadUnaligned(fromByteOffset: payload.lowerBound + offset, as: Value.self)
        }
    }

    /// The messages of a datagram; `nil` if a length goes beyond it.
    static func split(_ datagram: [UInt8]) -> [NetlinkMessage]? {
        var messages: [NetlinkMessage] = []
        var offset = 0
        while offset < datagram.count {
            let whole = NetlinkMessage(
                type: 0, flags: 0, sequence: 0, datagram: datagram, payload: offset..<datagram.count)
            guard let length = whole.field(UInt32.self, at: 0), let type = whole.field(UInt16.self, at: 4),
                let flags = whole.field(UInt16.self, at: 6), let sequence = whole.field(UInt32.self, at: 8),
                length >= headerSize, Int(length) <= datagram.count - offset
            else { return nil }
            let end = offset + Int(length)
            messages.append(
                NetlinkMessage(
                    type: type, flags: flags, sequence: sequence, datagram: datagram,
                    payload: (offset + headerSize)..<end))
            offset = (end + 3) & ~3
        }
        return messages
    }
}

extension NetlinkMessage {
    /// What ends a reply: success, or a refusal with its explanation.
    struct Verdict: Equatable {
        /// `nil` for success.
        var errno: Errno?
        var extack: String?
    }

    /// Reads `NLMSG_ERROR` (`struct nlmsgerr`) or `NLMSG_DONE` (an `int`); `nil` if it is cut short.
    var verdict: Verdict? {
        // A done message without a number ends dumps of some old kernels.
        if type == MessageType.done, payload.count < 4 { return Verdict() }
        guard let code = field(Int32.self, at: 0) else { return nil }
        let errno = code == 0 ? nil : Errno(rawValue: Int32(clamping: code.magnitude))
        guard flags & MessageFlag.ackTLVs != 0 else { return Verdict(errno: errno) }
        var fixed = 4
        if type == MessageType.error {
            guard let length = field(UInt32.self, at: 4) else { return nil }
            // The request comes back whole, unless the socket asked for its header alone.
            let echo = flags & MessageFlag.capped != 0 ? Self.headerSize : Int(length)
            guard echo <= payload.count - fixed else { return nil }
            fixed += echo
        }
        var extack: String?
        var reader = attributes(after: fixed)
        while let type = reader.next() {
            if type == 1 { extack = reader.string() }  // NLMSGERR_ATTR_MSG
        }
        return Verdict(errno: errno, extack: extack)
    }
}
