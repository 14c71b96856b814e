import WGLinux

/// The clock, the keys and the signals of `wg watch`.
protocol WatchSession: AnyObject {
    /// Since some fixed moment; never goes backwards.
    var time: Duration { get }
    func wait(until deadline: Duration) -> WatchWakeup
    /// Stops the process until it is to go on.
    func suspend()
}

/// What ended a wait.
enum WatchWakeup {
    case time
    /// A key or a signal asks to end.
    case end
    /// The terminal's suspend key.
    case suspend
}

/// The process's own.
final class ProcessWatchSession: WatchSession {
    private let signals: SignalQueue
    private let takesKeys: Bool
    private var keyboard: KeyboardMode?

    /// - Parameter takesKeys: whether standard input is a keyboard to listen to.
    init(takesKeys: Bool) throws(Errno) {
        // A reader that goes away shows itself by the error of the write.
        signals = try SignalQueue([.interrupt, .terminate, .hangup, .quit, .suspend, .pipe])
        self.takesKeys = takesKeys
        if takesKeys { keyboard = try? KeyboardMode(Terminal.standardInput) }
    }

    /// What nobody has taken would strike once the signals are no longer blocked.
    deinit { while signals.next() != nil {} }

    var time: Duration { BootClock.now() }

    func wait(until deadline: Duration) -> WatchWakeup {
        while true {
            switch signals.next() {
            case .suspend?: return .suspend
            case .pipe?: continue
            case .some: return .end
            case nil: break
            }
            let rest = deadline - time
            guard rest > .zero else { return .time }
            let milliseconds = Int32(clamping: Int64(rest / .milliseconds(1)) + 1)
            signals.wait(milliseconds: milliseconds, orReadable: takesKeys ? Terminal.standardInput : -1)
            if takesKeys, isEndKeyPressed() { return .end }
        }
    }

    func suspend() {
        keyboard = nil
        Terminal.suspendProcess()
        if takesKeys { keyboard = try? KeyboardMode(Terminal.standardInput) }
    }

    /// `q`, or the terminal's own end.
    private func isEndKeyPressed() -> Bool {
        guard Terminal.isReadable(Terminal.standardInput) else { return false }
        guard let keys = try? readDescriptor(Terminal.standardInput, upTo: 64), !keys.isEmpty else { return true }
        return keys.contains(UInt8(ascii: "q")) || keys.contains(UInt8(ascii: "Q"))
    }
}
