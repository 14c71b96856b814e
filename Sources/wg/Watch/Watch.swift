import WGControl
import WGLinux
import WGModel

/// What `wg watch` was asked for.
struct WatchRequest: Equatable {
    static let intervals = Duration.milliseconds(100)...Duration.seconds(86400)

    /// nil for all devices.
    var interface: String?
    var interval = Duration.seconds(1)
    /// After how many rounds it ends.
    var count: Int?
    var showsNames = false

    /// Seconds with or without a fraction; nil when it is none, too short or too long.
    static func interval(_ text: String) -> Duration? {
        // Digits and one point: Double reads more than people expect.
        guard text.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }), text.utf8.count <= 20,
            let seconds = Double(text)
        else { return nil }
        let interval = Duration.seconds(seconds)
        return intervals.contains(interval) ? interval : nil
    }

    /// A number from 1 on.
    static func count(_ text: String) -> Int? {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(text), count > 0 else { return nil }
        return count
    }
}

extension Program {
    func watch(_ request: WatchRequest) -> ExitStatus {
        do {
            let only = try request.interface.map { text throws(InterfaceName.Fault) in try InterfaceName(text) }
            let first = try observe(only)
            // What is wrong at the beginning is most likely wrong with the command.
            if let only, first.isEmpty { _ = try host.devices.get(only) }
            guard first.isEmpty || first.contains(where: \.isReadable) else {
                for case .unreadable(let error) in first.map(\.outcome) {
                    host.writeError(messages.cannotAccess(error, isOneOfMany: only == nil))
                }
                return .failure
            }
            return try watch(only, request, from: first)
        } catch let error as InterfaceName.Fault {
            return fail(messages.cannotAccess(request.interface ?? "", error))
        } catch let error as ControlError {
            return fail(error.operation == .list ? messages.cannotList(error) : messages.cannotAccess(error))
        } catch let error as Errno {
            // A reader that has seen enough, or a terminal that was closed.
            return error == .brokenPipe || error == .inputOutput ? .success : fail(messages.cannotWrite(error))
        } catch {
            return .failure
        }
    }

    private func watch(
        _ only: InterfaceName?, _ request: WatchRequest, from first: [WatchRound.Device]
    ) throws -> ExitStatus {
        let names = request.showsNames ? WatchNames(read: peerNames) : nil
        let screen = WatchScreen(self, request, names)
        let display: any WatchDisplay = screen ?? WatchLog(self, names)
        let session = try host.watchSession(takesKeys: screen != nil)
        var model = WatchModel()
        try display.begin()
        defer { display.end() }
        var next = session.time
        var rounds = 0
        var devices = first
        while true {
            model.take(WatchRound(time: session.time, now: host.now, devices: devices), forgets: only == nil)
            names?.update(for: model.devices)
            try display.show(model)
            rounds += 1
            if rounds == request.count {
                display.finish()
                return .success
            }
            next = max(next + request.interval, session.time)
            guard try wait(until: next, session, display) else { return .success }
            devices = (try? observe(only)) ?? []
        }
    }

    /// False when the end has come.
    private func wait(
        until deadline: Duration, _ session: any WatchSession, _ display: any WatchDisplay
    ) throws(Errno) -> Bool {
        while true {
            switch session.wait(until: deadline) {
            case .time: return true
            case .end: return false
            case .suspend:
                display.end()
                session.suspend()
                try display.begin()
            }
        }
    }

    /// All devices, or the one if it is there.
    private func observe(_ only: InterfaceName?) throws(ControlError) -> [WatchRound.Device] {
        var devices: [WatchRound.Device] = []
        for name in try host.devices.list() where only == nil || name == only {
            do {
                devices.append(WatchRound.Device(name: name, outcome: .state(try host.devices.get(name))))
            } catch  where error.errno == .noSuchDevice {
                continue
            } catch {
                devices.append(WatchRound.Device(name: name, outcome: .unreadable(error)))
            }
        }
        return devices
    }
}
