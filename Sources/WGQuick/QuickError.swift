public import WGConfig
public import WGControl
public import WGLinux
public import WGModel
public import WGPlan

/// Why `up` or `down` did not do what it was asked.
public enum QuickError: Error, Equatable, Sendable {
    case plan(PlanError)
    /// The kernel refused an operation of the plan.
    case refused(Operation, Errno, extack: String?)
    /// The system's state could not be read.
    case reading(Errno, extack: String?)
    case device(ControlError)
    /// Names that have no number, at least one.
    case resolution([EndpointResolution.Failure])
    /// The value of `WG_ENDPOINT_RESOLUTION_RETRIES`.
    case invalidRetries(String)
    /// The kernel has no link of kind `wireguard`.
    case linkKindUnsupported
    /// Some other socket has the port already.
    case listenPortInUse(UInt16)
    /// Neither the kernel nor a userspace engine. The name is what was looked for.
    case engineNotFound(String)
    case engineFailed(EngineProgram, ProcessEnd)
    /// It ended well, but without making the link.
    case engineMadeNoLink(EngineProgram)
    /// Its link is gone; it has not gone within the time it had.
    case engineStillRuns(InterfaceName)
    case cannotStart(program: String, Errno)
    /// A program that this one needs is not in `PATH`.
    case toolNotFound(String)
    /// The first line that it wrote to its standard error, if it did.
    case toolFailed(String, ProcessEnd, said: String)
    /// It was killed.
    case toolTookTooLong(String)
    /// Its output is beyond all measure.
    case toolSaidTooMuch(String)
    /// The back end that was asked for is not there.
    case dns(DNSObstacle)
    /// systemd-resolved was told the link's servers, and does not have them.
    case dnsNotTaken(InterfaceName)
    /// A file that resolvers stand in.
    case resolvConf(path: String, Errno)
    case hookFailed(HookStage, String, ProcessEnd)
    case record(path: String, Errno)
    /// A configuration file that can't be saved to: it has errors, or has gone.
    case configuration(path: String, [Diagnostic])
    /// The state of the tunnel can't be written into its file.
    case unsaved(path: String, DocumentEditError)
    /// The device keeps changing while it is read.
    case unsteady(InterfaceName)
    case interrupted(Signal)
    /// A test made the step of this number fail.
    case injected(Int)
}

extension QuickError {
    /// Whether a back end for resolvers may have failed like this.
    var concernsDNS: Bool {
        switch self {
        case .dns, .dnsNotTaken, .resolvConf, .cannotStart, .toolNotFound, .toolFailed, .toolTookTooLong,
            .toolSaidTooMuch:
            true
        default: false
        }
    }
}
