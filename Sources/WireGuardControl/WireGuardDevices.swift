public import WGControl
import WGCrypto
import WGLinux
public import WGModel

/// The WireGuard devices of this system: the kernel's, and those of userspace engines behind their sockets.
///
/// Which of them runs a device is found out with every call: a link of type `wireguard` in this network namespace is the
/// kernel's, otherwise the engine answers that listens at `NAME.sock`.
///
/// Calls are synchronous and may block: an answer of the kernel takes microseconds for a small device and milliseconds
/// for one with thousands of peers, but an engine may be silent for up to 30 seconds. Don't make them in a task; there
/// ``changes(of:every:)`` reads on a thread of its own. They may be made from any thread, several at once. The kernel is
/// asked in the network namespace of the calling thread.
///
/// Root or CAP_NET_ADMIN is needed for the kernel's devices, and the engine's user or root for an engine's.
public struct WireGuardDevices: Sendable {
    private let backend: @Sendable () -> any DeviceBackend

    /// The kernel's devices and those of the engines whose sockets are in one directory.
    ///
    /// - Parameter engineDirectory: where engines put their sockets; `/var/run/wireguard` unless told.
    public init(engineDirectory: String? = nil) {
        let directory = engineDirectory ?? UserspaceBackend.standardDirectory
        self.init {
            BackendRouter(personality: .wg, runDirectory: directory, publicKey: X25519.publicKey(of:))
        }
    }

    /// Devices that a test makes up.
    init(backend: @escaping @Sendable () -> any DeviceBackend) { self.backend = backend }

    /// The names of all devices: the kernel's in the order of their links, then the engines'.
    public func list() throws(ControlError) -> [InterfaceName] { try backend().list() }

    /// Everything that a device reports of itself, its private key included.
    public func state(of name: InterfaceName) throws(ControlError) -> DeviceState { try backend().get(name) }

    /// Changes a device, in the order of the change's parts.
    ///
    /// Not atomic in general: after an error the kernel keeps what came before it.
    public func apply(_ change: DeviceChange, to name: InterfaceName) throws(ControlError) {
        try backend().set(name, change)
    }

    /// Makes a device what a change asks for, and says nothing to it that is so already: `wg syncconf`.
    ///
    /// Peers that stay keep their sessions, and addresses that stay with a peer never are without it meanwhile.
    ///
    /// - Parameters:
    ///   - name: the device.
    ///   - desired: most often one with ``DeviceChange/replacePeers``, as ``ResolvedConfig`` makes it.
    /// - Returns: what was sent; an empty change when there was nothing to do.
    @discardableResult
    public func synchronize(_ name: InterfaceName, to desired: DeviceChange) throws(ControlError) -> DeviceChange {
        let change = StateDiff.change(from: try state(of: name), to: desired)
        if change != DeviceChange() { try apply(change, to: name) }
        return change
    }

    /// A device as it is now, or that there is none of this name, with the time.
    ///
    /// Two readings tell what happened between them: ``DeviceReading/events(since:)``.
    public func reading(of name: InterfaceName) throws(ControlError) -> DeviceReading {
        var state: DeviceState?
        do {
            state = try self.state(of: name)
        } catch {
            guard error.meansAbsence else { throw error }
        }
        return DeviceReading(name: name, state: state, time: WallClock.now())
    }

    /// What happens to one device from now on, found by reading it at intervals: see ``DeviceChanges``.
    ///
    /// - Parameters:
    ///   - name: a device that need not be there yet.
    ///   - interval: the time between two readings.
    public func changes(of name: InterfaceName, every interval: Duration = .seconds(1)) -> DeviceChanges {
        DeviceChanges(interval: interval) { () throws(ControlError) in [try reading(of: name)] }
    }

    /// What happens to all devices from now on, found by reading them at intervals: see ``DeviceChanges``.
    ///
    /// - Parameter interval: the time between two readings.
    public func changes(every interval: Duration = .seconds(1)) -> DeviceChanges {
        DeviceChanges(interval: interval) { () throws(ControlError) in
            try list().map { name throws(ControlError) in try reading(of: name) }
        }
    }
}

extension ControlError {
    /// Whether it says that there is no such device, rather than that something went wrong.
    fileprivate var meansAbsence: Bool {
        switch source {
        case .kernel:
            // Without the module the family is missing; a link of another type has no such operation.
            [.noSuchDevice, .protocolNotSupported, .notSupported].contains(errno)
        case .engine:
            // It ended between the question whether it listens and the answer.
            replyError == .cutShort || [.noSuchFile, .connectionRefused, .connectionReset, .brokenPipe].contains(errno)
        }
    }
}
