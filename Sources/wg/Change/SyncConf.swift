import WGControl
import WGModel

extension Program {
    /// Makes a device what a change asks for, without saying to it what is so already.
    func sync(_ desired: DeviceChange, to name: InterfaceName) -> ExitStatus {
        let state: DeviceState
        do {
            state = try host.devices.get(name)
        } catch {
            // For a file without peers the stock tool doesn't look at the device first.
            return fail(desired.peers.isEmpty ? messages.cannotModify(error) : messages.cannotCompare(error))
        }
        if !state.isComplete { host.writeError(messages.incompleteComparison(name)) }
        let change = StateDiff.change(from: state, to: desired)
        return change == DeviceChange() ? .success : apply(change, to: name)
    }
}
