import WGConfig
import WGControl
import WGModel

extension Program {
    func showconf(_ text: String) -> ExitStatus {
        do {
            let state = try host.devices.get(InterfaceName(text))
            return print(ConfigPrinter.showconf(state, endpointText: endpointText))
        } catch let error as InterfaceName.Fault {
            return fail(messages.cannotAccess(text, error))
        } catch let error as ControlError {
            return fail(messages.cannotAccess(error))
        } catch {
            return .failure
        }
    }
}
