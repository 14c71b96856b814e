import WGLinux
import WGPlan
import WGQuick

/// What the program ends with.
enum ExitStatus: Hashable {
    case success
    case failure
    /// Of `check`: there are warnings, but no errors.
    case warnings
    /// Of `plan` and `--dry-run`: there is something to do.
    case pending
    /// Of `apply`: hooks that changed were not run.
    case hooksNotRun
    /// Some endpoint has no address yet.
    case open
    /// The interface is gone, though nobody took the tunnel down.
    case lost
    /// A failing hook's own status, as the stock tool passes it on.
    case hook(Int32)
    /// As a shell reports a program that a signal ended.
    case signal(Signal)

    var code: Int32 {
        switch self {
        case .success: 0
        case .failure: 1
        case .warnings, .pending: 2
        case .open, .hooksNotRun: 3
        case .lost: 4
        case .hook(let code): code
        case .signal(let signal): 128 + signal.rawValue
        }
    }

    init(_ error: QuickError) {
        switch error {
        case .hookFailed(_, _, let end): self = .hook(end.code)
        case .plan(let error) where error.isLoss: self = .lost
        case .interrupted(let signal): self = .signal(signal)
        default: self = .failure
        }
    }
}

extension PlanError {
    fileprivate var isLoss: Bool {
        if case .interfaceLost = self { true } else { false }
    }
}
