import WGControl
import WGLinux
import WGModel
import WGPlan
import WGQuick

extension Program {
    func reresolve(_ request: Command.Reresolve) -> ExitStatus {
        withSystem { system, signals throws(QuickError) in
            var worst = ExitStatus.success
            if request.operands.isEmpty {
                for record in system.allRecords() where record.progress == .up {
                    let executor = executor(record.interface, system, signals)
                    let reresolve = TunnelReresolve(record: record, system: system, executor: executor)
                    worst = max(worst, try look(reresolve, record.interface, request))
                }
            }
            for text in request.operands { worst = max(worst, try look(text, request, system, signals)) }
            return worst
        }
    }

    /// By the record that `up` left; without one, by the file.
    private func look(
        _ text: String, _ request: Command.Reresolve, _ system: LiveSystem, _ signals: SignalQueue
    ) throws(QuickError) -> ExitStatus {
        let argument: ConfigArgument
        do {
            argument = try ConfigArgument(text)
        } catch {
            return fail(messages.text(error))
        }
        let executor = executor(argument.name, system, signals)
        let reresolve: TunnelReresolve
        do {
            if let record = try TunnelDown.record(of: argument.name, in: system) {
                if request.onlyDue, record.progress == .goingDown { return .success }
                reresolve = TunnelReresolve(record: record, system: system, executor: executor)
            } else {
                // Somebody took it down while the timer goes on.
                if request.onlyDue, try system.snapshot(argument.name, .link).link == nil { return .success }
                guard let file = loadConfig(argument) else { return .failure }
                reresolve = TunnelReresolve(
                    name: argument.name, config: file.config, system: system, executor: executor)
            }
        } catch {
            return fail(error)
        }
        return try look(reresolve, argument.name, request)
    }

    /// One tunnel's error does not keep the next from its turn, but a signal does.
    private func look(
        _ reresolve: TunnelReresolve, _ name: InterfaceName, _ request: Command.Reresolve
    ) throws(QuickError) -> ExitStatus {
        do {
            let open = try reresolve.run(onlyDue: request.onlyDue)
            for peer in open { reporter.say(messages.isOpen(peer.endpoint, of: name, peer.failure)) }
            return open.isEmpty ? .success : .open
        } catch .interrupted(let signal) {
            throw .interrupted(signal)
        } catch {
            return fail(error)
        }
    }

    private func executor(_ name: InterfaceName, _ system: LiveSystem, _ signals: SignalQueue) -> PlanExecutor {
        PlanExecutor(name: name, system: system, reporter: reporter, signals: signals)
    }

    /// Looks again and again, less and less often, until every peer has an endpoint. A signal ends it and leaves the
    /// tunnel up.
    func wait(
        for reresolve: TunnelReresolve, _ record: TunnelRecord, _ signals: SignalQueue
    ) throws(QuickError) {
        let policy = ResolutionPolicy(retries: nil)
        var retry = 0
        do {
            while case let open = try reresolve.run(onlyDue: false), !open.isEmpty {
                if retry == 0 { reporter.say(messages.waits(for: open.count)) }
                retry += 1
                let delay = policy.delay(beforeRetry: retry) ?? ResolutionPolicy.greatestDelay
                signals.wait(milliseconds: Int32(delay / .milliseconds(1)))
            }
        } catch .interrupted {
            reporter.say(messages.waitEnded(record.interface))
        }
    }
}

/// By how bad they are.
private func max(_ one: ExitStatus, _ other: ExitStatus) -> ExitStatus {
    let order: [ExitStatus] = [.success, .open, .lost]
    let places = [one, other].map { order.firstIndex(of: $0) ?? order.count }
    return places[1] > places[0] ? other : one
}
