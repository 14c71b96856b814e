import Synchronization
import WGControl
import WGModel

@testable import WireGuardControl

/// Devices that a script gives: one answer for each reading, and the last one for ever.
final class ScriptedDevices: DeviceBackend, Sendable {
    typealias Answer = Result<[DeviceState], ControlError>

    private struct Progress {
        var readings = 0
        var changes: [DeviceChange] = []
    }

    private let answers: [Answer]
    private let progress = Mutex(Progress())

    init(_ answers: [Answer]) { self.answers = answers }

    var devices: WireGuardDevices { WireGuardDevices { self } }
    var readings: Int { progress.withLock(\.readings) }
    var changes: [DeviceChange] { progress.withLock(\.changes) }

    private func answer(isReading: Bool) -> Answer {
        let index = progress.withLock { progress in
            defer { if isReading { progress.readings += 1 } }
            return progress.readings
        }
        return answers[min(index, answers.count - 1)]
    }

    func list() throws(ControlError) -> [InterfaceName] { try answer(isReading: false).get().map(\.name) }

    func get(_ name: InterfaceName) throws(ControlError) -> DeviceState {
        let states = try answer(isReading: true).get()
        guard let state = states.first(where: { $0.name == name }) else {
            throw ControlError(.get, name, .kernel, .noSuchDevice)
        }
        return state
    }

    func set(_ name: InterfaceName, _ change: DeviceChange) throws(ControlError) {
        progress.withLock { $0.changes.append(change) }
    }
}
