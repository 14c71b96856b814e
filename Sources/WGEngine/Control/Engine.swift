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

    /// Makes the interface and listens at its socket: from then on clients can connect, and find an answer once `run`
    /// is called. SIGTERM and SIGINT end the engine; HUP and PIPE are ignored.
    public init(name: InterfaceName, clock: EngineClock) throws(EngineError) {
        faultyCipher = TransportCipher.chooseKernel().faultyKernel
        let socketName = UAPISocket.fileName(for: name)
        let path = Self.runDirectory + "/" + socketName
        guard !UnixListener.isLive(path) else { throw .socketInUse(path: path) }
        let signals = try Self.takeSignals()
        tun = try Self.makeLink(name)
        let link = try Self.watchLink(tun)
        wakes = try EngineWakes()
        let shared = SharedState(
            clock: clock, controlWake: wakes.control.rawValue, outboundWake: wakes.outbound.rawValue,
            inboundWake: wakes.inbound.rawValue)
        guard let shared else { throw .failed(.allocateMemory, .noMemory) }
        self.shared = shared
        controller = EngineController(
            name: name, shared: shared, network: KernelNetwork(), wallClock: { WallClock.now() })
        let server = try Self.serve(try Self.listen(socketName, path: path))
        loop = ControlLoop(shared: shared, controller: controller, server: server, link: link, signals: signals)
    }

    /// Carries traffic until the link is deleted, the socket is removed, or a signal says to end. Nothing is left of it
    /// once the engine has gone.
    public func run() throws(EngineError) {
        let plane = try startThreads()
        var failure: Errno?
        do throws(Errno) {
            _ = try loop.run()
        } catch {
            failure = error
        }
        plane.stop()
        controller.shutDown()
        if let failure { throw .failed(.wait, failure) }
    }

    private func startThreads() throws(EngineError) -> DataPlane {
        do throws(Errno) {
            return try DataPlane.start(shared: shared, tun: tun)
        } catch {
            throw .failed(.startThread, error)
        }
    }

    /// What a WireGuard packet leaves of 1500 bytes over IPv6: the MTU that the kernel module gives its devices.
    private static let defaultMTU = 1420

    private static func makeLink(_ name: InterfaceName) throws(EngineError) -> TunDevice {
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

    private static func listen(_ name: String, path: String) throws(EngineError) -> UnixListener {
        do throws(UnixListener.Failure) {
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
