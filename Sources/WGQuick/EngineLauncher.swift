import WGLinux
import WGModel
import WGPlan

/// Finds and starts a userspace engine.
struct EngineLauncher {
    static let overrideVariable = "WG_QUICK_USERSPACE_IMPLEMENTATION"
    static let standardName = "wireguard-swift"

    let runner: ProcessRunner
    /// Where this program lies; an engine that was built or installed with it is preferred to any other.
    let programDirectory: String?
    /// The value of the variable.
    let override: String?

    func find() throws(QuickError) -> EngineProgram {
        if let override, !override.isEmpty {
            guard let path = runner.environment.find(override) else { throw .engineNotFound(override) }
            return EngineProgram(path: path, shownName: override)
        }
        let neighbours = programDirectory.map { ["\($0)", "\($0)/../libexec/swift-wireguard"] } ?? []
        let path =
            neighbours.map { "\($0)/\(Self.standardName)" }.first(where: Files.isExecutable)
            ?? runner.environment.find(Self.standardName)
        guard let path else { throw .engineNotFound(Self.standardName) }
        return EngineProgram(path: path, shownName: Self.standardName)
    }

    /// An engine puts itself into the background once its link and its socket are there, so its end is its readiness.
    func start(_ engine: EngineProgram, _ name: InterfaceName) throws(QuickError) {
        let end = try runner.run(engine.path, [engine.shownName, name.text], interruption: .waits)
        guard end.isSuccess else { throw .engineFailed(engine, end) }
    }
}
