import WGLinux
import WGUAPI

/// One client of the UAPI socket. Control thread only.
final class UAPIConnection {
    private static let readSize = 64 * 1024

    private let socket: FileDescriptor
    /// A scope may be an interface's name or its index.
    private var parser = UAPIRequestParser(scopes: { UInt32($0) ?? Resolver.interfaceIndex(of: $0) })
    private var output: ArraySlice<UInt8> = []
    /// The client has said its last.
    private var hasEnded = false
    /// The stream has lost its frame.
    private var isBroken = false
    private(set) var isFinished = false

    /// Takes a non-blocking stream socket.
    init(_ socket: consuming FileDescriptor) { self.socket = socket }

    var descriptor: Int32 { socket.rawValue }

    /// A client that hasn't taken its reply is only written to.
    var interest: PollSet.Interest { output.isEmpty ? .reading : .writing }

    /// Does what can be done without waiting.
    func serve(handler: UAPIServer.Handler) {
        do {
            if output.isEmpty {
                try take()
            } else {
                try send()
            }
            while output.isEmpty, let reply = nextReply(handler) {
                output = reply[...]
                try send()
            }
        } catch {
            isFinished = true
        }
        if hasEnded || isBroken, output.isEmpty { isFinished = true }
    }

    private func take() throws(Errno) {
        do {
            let bytes = try socket.read(upTo: Self.readSize)
            if bytes.isEmpty { hasEnded = true }
            parser.append(bytes[...])
        } catch {
            guard error == .wouldBlock else { throw error }
        }
    }

    private func nextReply(_ handler: UAPIServer.Handler) -> [UInt8]? {
        guard !isBroken else { return nil }
        do {
            return try parser.next().map(handler)
        } catch {
            isBroken = error.closesConnection
            return UAPIEncoder.reply(to: error)
        }
    }

    private func send() throws(Errno) {
        let sent = try sendAvailable(descriptor, output)
        output = output.dropFirst(sent)
    }
}
