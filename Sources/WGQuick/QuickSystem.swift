public import WGConfig
public import WGLinux
public import WGModel
public import WGPlan

/// Everything outside that `up` and `down` look at or change. Belongs to one thread.
///
/// `LiveSystem` is the real one; tests have theirs.
public protocol QuickSystem: AnyObject {
    /// The parts asked for, as they are now.
    func snapshot(_ name: InterfaceName, _ parts: SnapshotParts) throws(QuickError) -> SystemSnapshot

    /// Does it, or throws and has done nothing of it; `Operation.canHalfHappen` tells of the exception.
    func perform(_ operation: Operation) throws(QuickError)

    /// Where this runs.
    func host() throws(QuickError) -> HostIdentity

    /// The process that this is.
    func identity() -> ProcessIdentity

    func isRunning(_ process: ProcessIdentity) -> Bool

    /// What `up` left for this name in this network namespace, if it can be read.
    func record(_ name: InterfaceName) -> TunnelRecord?

    /// The engine to start where the kernel has no link kind of its own.
    func findEngine() throws(QuickError) -> EngineProgram

    /// Whether some socket of this namespace has the UDP port.
    func isPortInUse(_ port: UInt16) -> Bool

    /// The change that `wg addconf` would make, names resolved.
    func resolve(_ config: WireGuardConfig) throws(QuickError) -> DeviceChange
}

/// Where signals that ask to stop come from.
public protocol SignalSource: AnyObject {
    /// The oldest one that nobody has taken yet.
    func next() -> Signal?
}

extension SignalQueue: SignalSource {}

/// Who is told what happens, while it happens.
public protocol QuickReporter: AnyObject {
    /// Just before it is done, or undone.
    func willPerform(_ operation: Operation)
    func willFallBack(to engine: EngineProgram)
    func warn(_ warning: PlanWarning)
    /// The plan goes on without it.
    func couldNotDo(_ operation: Operation, _ error: QuickError)
    /// Undoing goes on after this.
    func couldNotUndo(_ operation: Operation, _ error: QuickError)
}
