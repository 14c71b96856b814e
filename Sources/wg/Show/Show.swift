import WGControl
import WGModel

extension Program {
    func show(_ target: Command.ShowTarget, _ field: ShowField) -> ExitStatus {
        switch target {
        case .one(let text): showOne(text, field)
        case .all: showAll(field)
        case .names: showNames()
        }
    }

    private func showOne(_ text: String, _ field: ShowField) -> ExitStatus {
        printDevice(text) { self.text(of: $0, field, isOneOfMany: false) }
    }

    /// Reads a device and prints what `body` makes of it.
    func printDevice(_ text: String, _ body: (DeviceState) -> String) -> ExitStatus {
        do {
            return print(body(try read(InterfaceName(text))))
        } catch let error as InterfaceName.Fault {
            return fail(messages.cannotAccess(text, error))
        } catch let error as ControlError {
            return fail(messages.cannotAccess(error))
        } catch {
            return .failure
        }
    }

    private func read(_ name: InterfaceName) throws(ControlError) -> DeviceState {
        let state = try host.devices.get(name)
        if !state.isComplete { host.writeError(messages.incomplete(name)) }
        return state
    }

    /// Devices that can't be read are told of and left out; the command fails only if all of them are.
    private func showAll(_ field: ShowField) -> ExitStatus {
        let names: [InterfaceName]
        do {
            names = try host.devices.list()
        } catch {
            return fail(messages.cannotList(error))
        }
        var texts: [String] = []
        for name in names {
            do {
                texts.append(text(of: try read(name), field, isOneOfMany: true))
            } catch {
                host.writeError(messages.cannotAccess(error, isOneOfMany: true))
            }
        }
        guard names.isEmpty || !texts.isEmpty else { return .failure }
        return print(texts.joined(separator: field == .everything ? "\n" : ""))
    }

    private func showNames() -> ExitStatus {
        do {
            let names = try host.devices.list()
            return names.isEmpty ? .success : print(names.map(\.text).joined(separator: " ") + "\n")
        } catch {
            return fail(messages.cannotList(error))
        }
    }

    private func text(of state: DeviceState, _ field: ShowField, isOneOfMany: Bool) -> String {
        if field == .everything {
            return Pretty(style: style, now: host.now, endpointText: endpointText).text(of: state)
        }
        let prefix = isOneOfMany ? "\(state.name)\t" : ""
        return FieldPrinter(endpointText: endpointText).lines(field, of: state).map { prefix + $0 + "\n" }.joined()
    }

    private var style: Pretty.Style {
        Pretty.Style(usesColor: usesColor, hidesKeys: host.environment(.hideKeys) != "never")
    }

    var usesColor: Bool {
        switch host.environment(.colorMode) {
        case "always": true
        case "never": false
        default: (host.environment(.noColor) ?? "").isEmpty && host.outputIsTerminal
        }
    }

    /// With the scope of a link-local address by name, as `getnameinfo` has it.
    func endpointText(_ endpoint: Endpoint) -> String {
        endpoint.description(scopeName: { host.interfaceName($0) })
    }
}
