public import WGConfig
public import WGControl
public import WGLinux
public import WGModel
public import WGPlan

/// Everything outside that `up` and `down` look at or change. Belongs to one thread.
///
/// `LiveSystem` is the real one; tests have theirs.
public protocol QuickSystem: AnyObject {
    /// The parts asked for, as they are now.
    func snapshot(_ name: InterfaceName, _ parts: SnapshotParts) throws(QuickError) -> SystemSnapshot

    /// `endpointRoutes` and `defaultRoute`, for packets with a mark.
    func paths(to endpoints: [Endpoint], mark: UInt32) throws(QuickError) -> SystemSnapshot

    /// Does it, or throws and has done nothing of it; `Operation.canHalfHappen` tells of the exception.
    func perform(_ operation: Operation) throws(QuickError)

    /// As `perform` for each, all of them routes over one tunnel's link to be added, which is faster together.
    ///
    /// - Throws: for the first that was refused. Those behind it may be there or not: they go with the link.
    func addRoutes(_ operations: ArraySlice<Operation>) throws(QuickError)

    /// Runs the body while no other process does the same: rules have to be planned and made before another plans its
    /// own, or both would take the same places. Not for hooks, which may start such another.
    ///
    /// Nobody can hold it up for ever, so it is no more than a courtesy.
    func inTurn(_ body: () throws(QuickError) -> Void) throws(QuickError)

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

    /// What the back end of the given state has of the tunnel; `nil` for nothing.
    func observeDNS(_ name: InterfaceName, like state: DNSState) throws(QuickError) -> DNSState?

    /// The change that `wg addconf` would make, names resolved as far as they have addresses now. With
    /// `WG_ENDPOINT_RESOLUTION_RETRIES` one that has none is an error.
    ///
    /// - Parameter servers: who is asked; `nil` asks in the host's own way.
    func resolve(
        _ config: WireGuardConfig, by servers: NameServers?
    ) throws(QuickError) -> EndpointResolution.Resolved

    /// The name servers that the host has now.
    func resolvers() -> [IPAddress]

    /// All addresses of the names.
    ///
    /// - Parameter servers: who is asked; `nil` asks in the host's own way.
    func locate(
        _ names: [EndpointName], by servers: NameServers?
    ) -> [EndpointName: Result<EndpointResolution.Located, EndpointResolution.Failure>]

    /// What `reresolve` has left for this name.
    func memory(_ name: InterfaceName) -> ReresolveMemory

    func moment() -> ReresolvePlanner.Moment

    /// Of a configuration file; `nil` if there is none.
    func contents(of path: String) throws(QuickError) -> [UInt8]?

    /// Whether the file's mode gives anybody but its owner any right.
    func isOpenToOthers(_ path: String) -> Bool
}

extension QuickSystem {
    public func addRoutes(_ operations: ArraySlice<Operation>) throws(QuickError) {
        for operation in operations { try perform(operation) }
    }
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
    /// As `willPerform` for each in turn.
    func willPerformAll(_ operations: ArraySlice<Operation>)
    func willFallBack(to engine: EngineProgram)
    /// The peer is there, without an endpoint: its name has no address yet.
    func isOpen(_ endpoint: TunnelRecord.NamedEndpoint, of name: InterfaceName, _ failure: Resolver.Failure)
    func warn(_ warning: PlanWarning)
    /// The plan goes on without it.
    func couldNotDo(_ operation: Operation, _ error: QuickError)
    /// Undoing goes on after this.
    func couldNotUndo(_ operation: Operation, _ error: QuickError)
}

extension QuickReporter {
    public func willPerformAll(_ operations: ArraySlice<Operation>) { operations.forEach(willPerform) }
}
