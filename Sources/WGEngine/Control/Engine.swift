import WGCrypto
import WGLinux
public import WGModel
import WGNetlink
import WGUAPI

/// A userspace WireGuard device: its TUN interface, its UAPI socket and its threads.
///
/// The calling thread is the control thread: it makes the engine, then `run`s it, and starts no other thread before.
public final class Engine {
    /// Where the UAPI sockets are.
    public static var runDirectory: String { UAPISocket.directory }

    /// The name of the code for this processor that failed its test at the start, so that packets go through libsodium,
    /// which is slower. Something is broken there, and somebody should be told.
    public let faultyCipher: String?

    private let tun: TunDevice
    private let wakes: EngineWakes
    private let shared: SharedState
    private let controller: EngineController
    private let loop: ControlLoop
    private let log: EngineLog
    private var plane: DataPlane?

    /// What somebody else has opened for the engine, which then owns it.
    public struct Inherited: Sendable {
        /// A TUN device, made with `IFF_VNET_HDR`.
        public var tun: Int32?
        /// A socket that listens at the device's path.
        public var listener: Int32?

        public init(tun: Int32? = nil, listener: Int32? = nil) {
            self.tun = tun
            self.listener = listener
        }
    }

    /// Makes the interface and listens at its socket: from then on clients can connect, and find an answer once `run`
    /// is called. SIGTERM and SIGINT end the engine; HUP and PIPE are ignored.
    ///
    /// All that needs more rights than `run` does is done here, and with `start`.
    public init(
        name: InterfaceName, clock: EngineClock, log level: EngineLog.Level = .error, inherited: Inherited = Inherited()
    ) throws(EngineError) {
        faultyCipher = TransportCipher.chooseKernel().faultyKernel
        let keysAreLocked = SecretKey.reserve()
        let asked = Self.runDirectory + "/" + UAPISocket.fileName(for: name)
        guard inherited.listener != nil || !UnixListener.isLive(asked) else { throw .socketInUse(path: asked) }
        let signals = try Self.takeSignals()
        tun = try Self.makeLink(name, inherited.tun)
        // Of a pattern like `wg%d` the kernel has made a name.
        let name = tun.name
        let socketName = UAPISocket.fileName(for: name)
        let path = Self.runDirectory + "/" + socketName
        let link = try Self.watchLink(tun)
        wakes = try EngineWakes()
        let shared = SharedState(
            clock: clock, controlWake: wakes.control.rawValue, outboundWake: wakes.outbound.rawValue,
            inboundWake: wakes.inbound.rawValue, filtersInKernel: true)
        guard let shared else { throw .failed(.allocateMemory, .noMemory) }
        self.shared = shared
        log = EngineLog(level, name: name)
        let network = KernelNetwork(filter: shared.handshakeFilter.program)
        controller = EngineController(
            name: name, shared: shared, network: network, wallClock: { WallClock.now() }, log: log)
        if !keysAreLocked || !controller.arena.isLocked {
            log.note(.error, "keys-not-locked", now: clock.now(), [("reason", "the limit on locked memory")])
        }
        let listener = try Self.listen(socketName, path: path, inherited.listener)
        let server = try Self.serve(listener)
        loop = ControlLoop(shared: shared, controller: controller, server: server, link: link, signals: signals)
    }

    /// The interface's name; not the one that was asked for if that was a pattern.
    public var name: InterfaceName { tun.name }

    /// Starts the threads that carry the traffic. No other is started after that.
    ///
    /// - Parameter workers: for each direction, and always at work, for tests; `nil` for as many as the processors allow
    ///   that the process may run on, which work under load.
    public func start(workers: Int? = nil) throws(EngineError) {
        let policy: OutboundTurn.Policy =
            workers.map { .always(workers: $0) } ?? .fitting(processors: Processors.usable)
        do throws(Errno) {
            plane = try DataPlane.start(shared: shared, tun: tun, policy: policy)
        } catch {
            throw .failed(.startThread, error)
        }
    }

    /// Carries traffic until the link is deleted, the socket is removed, or a signal says to end. Nothing is left of it
    /// once the engine has gone. Call `start` before.
    public func run() throws(EngineError) {
        log.note(.verbose, "started", now: shared.clock.now())
        var failure: Errno?
        do throws(Errno) {
            let ending = try loop.run()
            log.note(.verbose, "ending", now: shared.clock.now(), [("reason", "\(ending)")])
        } catch {
            failure = error
        }
        stop()
        if let failure { throw .failed(.wait, failure) }
    }

    /// Ends what `start` began.
    public func stop() {
        plane.take()?.stop()
        controller.shutDown()
    }

    /// What a WireGuard packet leaves of 1500 bytes over IPv6: the MTU that the kernel module gives its devices.
    private static let defaultMTU = 1420

    private static func makeLink(_ name: InterfaceName, _ inherited: Int32?) throws(EngineError) -> TunDevice {
        do throws(Errno) {
            if let inherited { return try TunDevice(adopting: inherited) }
        } catch {
            throw .failed(.adoptLink, error)
        }
        do throws(Errno) {
            let tun = try TunDevice(name: name)
            try tun.setMTU(defaultMTU)
            return tun
        } catch {
            // The driver says "invalid" for a link of another kind.
            let exists = Resolver.interfaceIndex(of: name.text) != nil
            throw .failed(.createLink, exists && error == .invalidArgument ? .exists : error)
        }
    }

    private static func takeSignals() throws(EngineError) -> TerminationSignals {
        do throws(Errno) {
            return try TerminationSignals()
        } catch {
            throw .failed(.takeSignals, error)
        }
    }

    private static func watchLink(_ tun: borrowing TunDevice) throws(EngineError) -> LinkWatch {
        do throws(NetlinkError) {
            return try LinkWatch(index: tun.index, tun: tun.rawValue)
        } catch {
            throw .failed(.watchLink, error.errno)
        }
    }

    private static func serve(_ listener: UnixListener) throws(EngineError) -> UAPIServer {
        do throws(Errno) {
            return try UAPIServer(listener: listener)
        } catch {
            throw .failed(.listenOnSocket, error)
        }
    }

    private static func listen(
        _ name: String, path: String, _ inherited: Int32?
    ) throws(EngineError) -> UnixListener {
        do throws(UnixListener.Failure) {
            if let inherited { return try UnixListener(adopting: inherited, path: path) }
            return try UnixListener(directory: runDirectory, name: name)
        } catch {
            switch error {
            case .inUse: throw .socketInUse(path: path)
            case .system(.createDirectory, let errno): throw .failed(.createSocketDirectory, errno)
            case .system(.removeStale, let errno): throw .failed(.removeStaleSocket, errno)
            case .system(.listen, let errno): throw .failed(.listenOnSocket, errno)
            case .system(.watch, let errno): throw .failed(.watchSocket, errno)
            }
        }
    }
}

/// What wakes each of the three threads.
struct EngineWakes: ~Copyable {
    let control: EventFD
    let outbound: EventFD
    let inbound: EventFD

    init() throws(EngineError) {
        let control = try Self.make()
        let outbound = try Self.make()
        let inbound = try Self.make()
        self.control = control
        self.outbound = outbound
        self.inbound = inbound
    }

    private static func make() throws(EngineError) -> EventFD {
        do throws(Errno) {
            return try EventFD()
        } catch {
            throw .failed(.allocateMemory, error)
        }
    }
}
