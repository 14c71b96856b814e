import WGLinux
import WGPlan
import WGQuick

/// What the program ends with.
enum ExitStatus: Hashable {
    case success
    case failure
    /// Of `check`: there are warnings, but no errors.
    case warnings
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
        case .warnings: 2
        case .open: 3
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
