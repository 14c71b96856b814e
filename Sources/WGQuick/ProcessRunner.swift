import WGLinux

/// Runs programs in the foreground and lets signals reach them.
struct ProcessRunner {
    let signals: SignalQueue
    let environment: ProcessEnvironment

    /// How long a program may take to end once it was asked to.
    private static let graceMilliseconds: Int32 = 5000
    private static let tickMilliseconds: Int32 = 50

    /// What a signal means for the program.
    enum Interruption {
        /// It is told at once.
        case ends
        /// It gets the time to end by itself: one that goes into the background would otherwise leave there what nobody
        /// knows of. The keys of a terminal do not reach it, either.
        case waits
    }

    /// - Throws: `interrupted` when a signal came before the program's end. The program is told, and then killed if it
    ///   doesn't end in time.
    func run(
        _ path: String, _ arguments: [String], interruption: Interruption = .ends
    ) throws(QuickError) -> ProcessEnd {
        do {
            // Where there is a terminal, its foreground group has to stay one, or hooks could not read from it.
            let child = try ChildProcess.start(
                path, arguments, environment: environment.entries,
                ownGroup: interruption == .waits || !CurrentProcess.hasTerminal, signals: signals)
            return try wait(for: child, interruption)
        } catch let error as Errno {
            throw .cannotStart(program: path, error)
        } catch let error as QuickError {
            throw error
        } catch {
            throw .cannotStart(program: path, .inputOutput)
        }
    }

    private func wait(for child: ChildProcess, _ interruption: Interruption) throws -> ProcessEnd {
        var reason: Signal?
        var patience = Self.graceMilliseconds
        let ending = try child.endDescriptor()
        while true {
            let end = try child.reap()
            while let signal = signals.next() {
                reason = reason ?? signal
                if end == nil, interruption == .ends { child.send(signal) }
            }
            if let end {
                if let reason { throw QuickError.interrupted(reason) }
                return end
            }
            guard reason != nil else {
                signals.wait(orReadable: ending.rawValue)
                continue
            }
            signals.wait(milliseconds: Self.tickMilliseconds, orReadable: ending.rawValue)
            patience -= Self.tickMilliseconds
            if patience == Self.graceMilliseconds / 2, interruption == .waits { child.send(.terminate) }
            if patience == 0 { child.send(.kill) }
        }
    }
}

/// What programs are started with.
public struct ProcessEnvironment {
    let entries: [String]
    private let searchPath: [String]

    /// The process's own, with the C locale, and with the running program's directory first in `PATH`: hooks that call
    /// `wg` or `wg-quick` get those that belong to this one.
    public init(inherited: [String], programDirectory: String?) {
        var kept: [String] = []
        var path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        for entry in inherited {
            if entry.hasPrefix("PATH=") {
                path = String(entry.dropFirst(5))
            } else if !entry.hasPrefix("LC_ALL=") {
                kept.append(entry)
            }
        }
        if let programDirectory { path = "\(programDirectory):\(path)" }
        searchPath = path.split(separator: ":").map(String.init)
        entries = kept + ["PATH=\(path)", "LC_ALL=C"]
    }

    /// The first executable file of that name in `PATH`; a name with a slash is a path already.
    public func find(_ program: String) -> String? {
        let candidates = program.contains("/") ? [program] : searchPath.map { "\($0)/\(program)" }
        return candidates.first(where: Files.isExecutable)
    }
}
