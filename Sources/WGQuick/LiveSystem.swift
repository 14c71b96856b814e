public import WGConfig
public import WGControl
public import WGLinux
public import WGModel
import WGNetlink
public import WGPlan
import WGRoute

/// The system that this process runs on, in the network namespace that it runs in.
public final class LiveSystem: QuickSystem {
    private static let runDirectory = UserspaceBackend.standardDirectory
    /// Whoever can read the run directory can lock it. Others' turns take a few hundredths of a second.
    private static let patience: Duration = .seconds(10)

    private let sockets: RouteSocket
    private let devices: BackendRouter
    private let runner: ProcessRunner
    private let signals: SignalQueue
    private let place: HostIdentity
    private let records: StateFile
    private let environment: ProcessEnvironment
    private let questions: NameQuestions
    private let dnsReport: (DNSNotice) -> Void

    /// The link of the routes that are being added one after the other: a tunnel may have 100 000, and a look-up costs
    /// as much as a route.
    private var routedLink: (name: InterfaceName, index: Int32)?

    /// - Parameters:
    ///   - notice: hears what others did with a tunnel's resolvers.
    ///   - willRetry: hears of each name that has no address yet.
    public init(
        signals: SignalQueue, notice: @escaping (DNSNotice) -> Void = { _ in },
        willRetry: @escaping (EndpointResolution.Retry) -> Void
    ) throws(QuickError) {
        do {
            sockets = try RouteSocket()
        } catch {
            throw .reading(error.errno, extack: error.extack)
        }
        let namespace: NetworkNamespace
        do {
            namespace = try NetworkNamespace.current()
        } catch {
            throw .record(path: "/proc/self/ns/net", error)
        }
        place = try Self.place(in: namespace)
        devices = BackendRouter(personality: .wgQuick, runDirectory: Self.runDirectory)
        records = StateFile(directory: Self.runDirectory, namespaceInode: namespace.inode)
        environment = ProcessEnvironment(
            inherited: CurrentProcess.environment, programDirectory: CurrentProcess.programDirectory)
        runner = ProcessRunner(signals: signals, environment: environment)
        self.signals = signals
        questions = NameQuestions(signals: signals, report: willRetry)
        dnsReport = notice
    }

    public func snapshot(_ name: InterfaceName, _ parts: SnapshotParts) throws(QuickError) -> SystemSnapshot {
        try reader.read(name, parts)
    }

    private var reader: SnapshotReader {
        SnapshotReader(
            sockets: sockets, devices: devices, records: records, filter: FirewallBackend(runner: runner),
            dns: dnsReader)
    }

    private var dnsReader: DNSHostReader { DNSHostReader(environment: environment, bootID: place.bootID) }

    public func paths(to endpoints: [Endpoint], mark: UInt32) throws(QuickError) -> SystemSnapshot {
        try reader.paths(to: Set(endpoints), mark: mark)
    }

    /// As far as can be told without asking for a link: the module is there, or could be loaded.
    public var kernelHasWireGuard: Bool { KernelSettings.hasModule("wireguard") }

    public func observeDNS(_ name: InterfaceName, like state: DNSState) throws(QuickError) -> DNSState? {
        try dnsBackend.observe(name, like: state)
    }

    private var dnsBackend: DNSBackend { DNSBackend(runner: runner, host: place, report: dnsReport) }

    /// Of a tunnel that was up when the host went down, only the resolvers are left, which would be asked in vain for
    /// everything that is looked up from here on.
    public func forgetOtherBoots() { dnsBackend.forgetOtherBoots() }

    public func host() throws(QuickError) -> HostIdentity { place }

    private static func place(in namespace: NetworkNamespace) throws(QuickError) -> HostIdentity {
        let path = "/proc/sys/kernel/random/boot_id"
        do {
            let text = String(decoding: try Files.read(path, limit: 4096), as: UTF8.self)
            return HostIdentity(
                bootID: String(text.prefix { !$0.isWhitespace }), namespaceDevice: namespace.device,
                namespaceInode: namespace.inode)
        } catch {
            throw .record(path: path, error)
        }
    }

    public func identity() -> ProcessIdentity {
        let pid = CurrentProcess.pid
        return ProcessIdentity(pid: pid, startTime: CurrentProcess.startTime(of: pid) ?? 0)
    }

    public func isRunning(_ process: ProcessIdentity) -> Bool {
        CurrentProcess.startTime(of: process.pid) == process.startTime
    }

    public func record(_ name: InterfaceName) -> TunnelRecord? { records.read(name) }

    public func findEngine() throws(QuickError) -> EngineProgram { try launcher.find() }

    public func isPortInUse(_ port: UInt16) -> Bool { UDPPort.isInUse(port) }

    public func resolve(
        _ config: WireGuardConfig, by servers: NameServers?
    ) throws(QuickError) -> EndpointResolution.Resolved {
        try questions.resolve(config, by: servers, retries: Terminal.environment("WG_ENDPOINT_RESOLUTION_RETRIES"))
    }

    public func locate(
        _ names: [EndpointName], by servers: NameServers?
    ) -> [EndpointName: Result<EndpointResolution.Located, EndpointResolution.Failure>] {
        questions.locate(names, by: servers)
    }

    public func resolvers() -> [IPAddress] { dnsReader.resolvers() }

    public func memory(_ name: InterfaceName) -> ReresolveMemory { records.readMemory(name) }

    public func moment() -> ReresolvePlanner.Moment {
        ReresolvePlanner.Moment(wall: WallClock.now(), sinceBoot: UInt64(BootClock.now().components.seconds))
    }

    /// Of the tunnels that are up in this network namespace.
    public func allRecords() -> [TunnelRecord] { records.readAll() }

    public func perform(_ operation: Operation) throws(QuickError) {
        if case .addRoute = operation {} else { routedLink = nil }
        switch operation {
        case .startEngine(let name, let engine): try start(engine, name)
        case .removeDeadSocket(let name): _ = UserspaceBackend(runDirectory: Self.runDirectory).isLive(name)
        case .setDevice(let name, let change):
            do { try devices.set(name, change) } catch { throw .device(error) }
        case .runHook(let stage, let command): try HookRunner(runner: runner).run(stage, command)
        case .writeRecord(let record), .updateRecord(let record): try records.write(record)
        case .removeRecord(let name): try records.remove(name)
        case .remember(let name, let memory): try records.write(memory, of: name)
        case .saveConfig(let file): try write(file)
        case .addRule(let rule), .removeRule(let rule): try change(rule, operation)
        case .setDNS(let name, let from, let to): try dnsBackend.apply(name, from: from, to: to)
        case .setSysctl(let path, _, let value):
            do { try KernelSettings.set(path, to: value) } catch { throw .refused(operation, error, extack: nil) }
        case .setFirewall(_, let from, let to): try FirewallBackend(runner: runner).apply(from: from, to: to)
        case .deleteLink(let name, let runsEngine):
            try request(operation)
            if runsEngine { try waitForEngineToEnd(name) }
        case .createLink, .addAddress, .removeAddress, .setLink, .addRoute, .removeRoute: try request(operation)
        }
    }

    public func addRoutes(_ operations: ArraySlice<Operation>) throws(QuickError) {
        var refused: RouteSocket.Refused?
        do throws(RouteError) {
            var routes: [RouteInfo] = []
            for case .addRoute(let route, let name) in operations { routes.append(try info(route, name)) }
            refused = try sockets.addRoutes(routes)
        } catch {
            throw .refused(operations[operations.startIndex], error.errno, extack: error.extack)
        }
        guard let refused else { return }
        throw .refused(
            operations[operations.startIndex + refused.index], refused.error.errno, extack: refused.error.extack)
    }

    public func inTurn(_ body: () throws(QuickError) -> Void) throws(QuickError) {
        let lock = waitForTurn()
        do {
            try body()
            _ = consume lock
        } catch {
            _ = consume lock
            throw error
        }
    }

    /// `nil` where it comes too late, or a signal comes first, which the next step will find.
    private func waitForTurn() -> DirectoryLock? {
        let deadline = BootClock.now() + Self.patience
        while BootClock.now() < deadline, !signals.isPending {
            do throws(Errno) {
                if let lock = try DirectoryLock.take(Self.runDirectory) { return lock }
            } catch {
                return nil
            }
            signals.wait(milliseconds: 10)
        }
        return nil
    }

    private func change(_ rule: RuleState, _ operation: Operation) throws(QuickError) {
        let request = PolicyRule(
            family: rule.family == .ipv4 ? .ipv4 : .ipv6, priority: rule.priority, fwmark: rule.mark,
            invert: rule.invert, table: rule.table, suppressPrefixLength: rule.suppressPrefixLength)
        do {
            if case .addRule = operation { try PolicyRules.add(request) } else { try PolicyRules.delete(request) }
        } catch {
            throw .refused(operation, error.errno, extack: error.extack)
        }
    }

    /// The operations that are one rtnetlink request each.
    private func request(_ operation: Operation) throws(QuickError) {
        do throws(RouteError) {
            switch operation {
            case .createLink(let name): try sockets.addLink(name: name.text, kind: "wireguard")
            case .deleteLink(let name, _):
                let index = try index(name)
                if !LinkRemoval.remove(index: index) { try sockets.deleteLink(index: index) }
            case .addAddress(let prefix, let name): try sockets.addAddress(prefix, linkIndex: try index(name))
            case .removeAddress(let prefix, let name): try sockets.deleteAddress(prefix, linkIndex: try index(name))
            case .setLink(let name, _, let settings):
                try sockets.setLink(index: try index(name), mtu: settings.mtu, up: settings.isUp)
            case .addRoute(let route, let name): try sockets.addRoute(try info(route, name))
            case .removeRoute(let route, let name): try sockets.deleteRoute(try info(route, name))
            default: break
            }
        } catch {
            if case .createLink = operation, error.errno == .notSupported { throw .linkKindUnsupported }
            throw .refused(operation, error.errno, extack: error.extack)
        }
    }

    private var launcher: EngineLauncher {
        EngineLauncher(
            runner: runner, programDirectory: CurrentProcess.programDirectory,
            override: Terminal.environment(EngineLauncher.overrideVariable))
    }

    private func start(_ engine: EngineProgram, _ name: InterfaceName) throws(QuickError) {
        try launcher.start(engine, name)
        guard try snapshot(name, .link).link != nil else { throw .engineMadeNoLink(engine) }
    }

    /// An engine ends by itself when its link is gone, and takes its socket away last. One that has only just started
    /// may end without doing that (wireguard-go does): a socket where nobody listens any more is removed here.
    private func waitForEngineToEnd(_ name: InterfaceName) throws(QuickError) {
        // One that hangs lets nobody connect once enough have tried.
        let engines = UserspaceBackend(
            runDirectory: Self.runDirectory, patience: EnginePatience(silence: .milliseconds(100)))
        let deadline = BootClock.now() + .seconds(2)
        while BootClock.now() < deadline {
            guard engines.isLive(name) else { return }
            WallClock.sleep(.milliseconds(2))
        }
        throw .engineStillRuns(name)
    }

    private func info(_ route: RouteState, _ name: InterfaceName) throws(RouteError) -> RouteInfo {
        switch route.kind {
        case .link:
            RouteInfo(
                destination: route.destination, table: route.table, linkIndex: try index(name), metric: route.metric)
        case .unreachable:
            RouteInfo(
                destination: route.destination, table: route.table, linkIndex: 0, metric: route.metric,
                scope: RouteInfo.scopeUniverse, type: RouteInfo.typeUnreachable)
        }
    }

    private func index(_ name: InterfaceName) throws(RouteError) -> Int32 {
        if let known = routedLink, known.name == name { return known.index }
        guard let index = Resolver.interfaceIndex(of: name.text).flatMap({ Int32(exactly: $0) }) else {
            throw RouteError(operation: .readLink, errno: .noSuchDevice)
        }
        routedLink = (name, index)
        return index
    }
}
