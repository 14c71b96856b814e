import WGLinux
public import WGModel
import WGUAPI

/// Userspace engines, each behind a socket `NAME.sock` in one directory (the UAPI of wireguard-go and others).
public struct UserspaceBackend: DeviceBackend, Sendable {
    /// Where engines put their sockets unless told otherwise.
    public static var standardDirectory: String { UAPISocket.directory }

    /// Derives a public key: the protocol reports the private key alone.
    public typealias KeyDerivation = @Sendable (PrivateKey) -> PublicKey

    private let runDirectory: String
    private let patience: EnginePatience
    private let publicKey: KeyDerivation?

    /// - Parameters:
    ///   - runDirectory: where engines put their sockets.
    ///   - patience: how long an engine may take, and how much it may say.
    ///   - publicKey: without it, a device's public key is `nil` unless the engine reports it.
    public init(
        runDirectory: String = UserspaceBackend.standardDirectory, patience: EnginePatience = EnginePatience(),
        publicKey: KeyDerivation? = nil
    ) {
        self.runDirectory = runDirectory
        self.patience = patience
        self.publicKey = publicKey
    }

    public func socketPath(_ name: InterfaceName) -> String { "\(runDirectory)/\(UAPISocket.fileName(for: name))" }

    /// Whether an engine listens for this device. A socket that nobody listens to any more is removed.
    ///
    /// A socket that this user may not use, or that is busy, counts as live: whoever uses it next learns why not.
    public func isLive(_ name: InterfaceName) -> Bool {
        let path = socketPath(name)
        guard Directory.isSocket(path) else { return false }
        do {
            _ = try UnixSocket.connect(path, timeoutMilliseconds: patience.silenceMilliseconds)
            return true
        } catch .connectionRefused {
            try? Directory.unlink(path)
            return false
        } catch {
            return error != .noSuchFile
        }
    }

    /// The devices with a live socket, in the directory's order. No directory means no devices.
    public func list() throws(ControlError) -> [InterfaceName] {
        let entries: [String]
        do {
            entries = try Directory.names(in: runDirectory)
        } catch .noSuchFile {
            return []
        } catch {
            throw ControlError(.list, nil, .engine(socket: runDirectory), error)
        }
        return entries.compactMap { entry in
            guard entry.hasSuffix(".sock"), let name = try? InterfaceName(entry.dropLast(5)), isLive(name) else {
                return nil
            }
            return name
        }
    }

    public func get(_ name: InterfaceName) throws(ControlError) -> DeviceState {
        var state = try exchange(.get, name, CollectionOfOne(UAPIEncoder.getRequest())).device
        if state.publicKey == nil, let publicKey { state.publicKey = state.privateKey.map(publicKey) }
        return state
    }

    /// For engines that can't take a single allowed IP from a peer, the peer's list is replaced.
    public func set(_ name: InterfaceName, _ change: DeviceChange) throws(ControlError) {
        try AllowedIPRemoval.apply(
            change,
            get: { () throws(ControlError) in try get(name) },
            set: { (change: DeviceChange) throws(ControlError) in
                _ = try exchange(.set, name, UAPIEncoder.SetRequest(change))
            },
            rewrite: AllowedIPRemoval.replacingLists)
    }

    /// - Parameter request: in pieces, which are sent as they are made.
    private func exchange(
        _ operation: ControlError.Operation, _ name: InterfaceName, _ request: some Sequence<[UInt8]>
    ) throws(ControlError) -> UAPIReply {
        func failure(_ errno: Errno, _ replyError: ControlError.ReplyFault? = nil) -> ControlError {
            ControlError(operation, name, .engine(socket: socketPath(name)), errno, replyError: replyError)
        }
        let parser = UAPIReplyParser(name: name, now: WallClock.now(), scopes: scopeIndex)
        let reply: UAPIReply?
        do {
            let socket = try UnixSocket.connect(
                socketPath(name), timeoutMilliseconds: patience.silenceMilliseconds)
            var exchange = EngineExchange(socket, patience)
            reply = try exchange.run(request, parser)
        } catch let error as Errno {
            throw failure(error == .wouldBlock ? .timedOut : error)
        } catch let error as UAPIReplyError {
            throw failure(.protocolError, ControlError.ReplyFault(error))
        } catch {
            throw failure(.inputOutput)
        }
        guard let reply else { throw failure(.protocolError, .cutShort) }
        guard reply.errno == 0 else { throw failure(Errno(rawValue: reply.errno)) }
        return reply
    }
}

/// A scope by number or by the name of an interface in this namespace.
private let scopeIndex: ScopeResolver = { UInt32($0) ?? Resolver.interfaceIndex(of: $0) }
