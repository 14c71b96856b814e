import WGLinux

/// Requests and their replies over a transport: sequence numbers, refusals, interrupted dumps.
final class NetlinkConnection {
    private let transport: any NetlinkTransport
    private var lastSequence: UInt32 = 0

    init(_ transport: any NetlinkTransport) { self.transport = transport }

    /// Over a new socket.
    convenience init(_ bus: MnlTransport.Bus) throws(NetlinkError) {
        do throws(Errno) {
            self.init(try MnlTransport(bus))
        } catch {
            throw NetlinkError(operation: .openSocket, errno: error)
        }
    }

    /// What a request was answered with, the closing message aside.
    struct Reply {
        var messages: [NetlinkMessage]
        /// The things changed while the kernel told them, each time that it was asked.
        var wasInterrupted = false
    }

    /// How often a dump is asked for before its last answer is taken as it is.
    static let dumpAttempts = 5

    var nextSequence: UInt32 {
        lastSequence &+= 1
        return lastSequence
    }

    /// Sends a request that carries `NLM_F_ACK`, and reads to the acknowledgement.
    func exchange(
        _ operation: NetlinkError.Operation, _ request: MessageBuilder, sequence: UInt32
    ) throws(NetlinkError) -> Reply {
        guard let bytes = request.finished() else {
            throw NetlinkError(operation: operation, reason: .requestTooLong, errno: .messageTooLong)
        }
        do throws(Errno) {
            try transport.send(bytes)
        } catch {
            throw NetlinkError(operation: operation, errno: error)
        }
        return try receive(operation, sequence)
    }

    /// Sends a request that carries `NLM_F_DUMP`, and reads to the end. An interrupted dump is asked for again, after
    /// 1, 2, 4, 8 ms; the last attempt's answer comes back marked.
    func dump(
        _ operation: NetlinkError.Operation, _ request: (_ sequence: UInt32) -> MessageBuilder
    ) throws(NetlinkError) -> Reply {
        var attempt = 1
        while true {
            let sequence = nextSequence
            let reply = try exchange(operation, request(sequence), sequence: sequence)
            guard reply.wasInterrupted, attempt < Self.dumpAttempts else { return reply }
            transport.pause(milliseconds: 1 << Int32(attempt - 1))
            attempt += 1
        }
    }

    private func receive(
        _ operation: NetlinkError.Operation, _ sequence: UInt32
    ) throws(NetlinkError) -> Reply {
        var reply = Reply(messages: [])
        while true {
            let datagram: [UInt8]
            do throws(Errno) {
                datagram = try transport.receive()
            } catch {
                throw NetlinkError(operation: operation, errno: error)
            }
            guard !datagram.isEmpty, let messages = NetlinkMessage.split(datagram) else {
                throw .malformedReply(operation)
            }
            // An answer to an earlier request that was given up is none of ours.
            for message in messages where message.sequence == sequence {
                if message.flags & MessageFlag.dumpInterrupted != 0 { reply.wasInterrupted = true }
                switch message.type {
                case MessageType.noOperation:
                    continue
                case MessageType.overrun:
                    throw .malformedReply(operation)
                case MessageType.error, MessageType.done:
                    guard let verdict = message.verdict else { throw .malformedReply(operation) }
                    if let errno = verdict.errno {
                        throw NetlinkError(operation: operation, errno: errno, extack: verdict.extack)
                    }
                    return reply
                default:
                    reply.messages.append(message)
                }
            }
        }
    }
}
