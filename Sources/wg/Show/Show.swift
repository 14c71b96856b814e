import WGControl
import WGModel

extension Program {
    func show(_ target: Command.ShowTarget, _ field: ShowField, _ options: ShowOptions) -> ExitStatus {
        switch target {
        case .one(let text):
            printDevice(text) { self.text(of: [named($0, options.showsNames)], field, options, isOneOfMany: false) }
        case .all: showAll(field, options)
        case .names: showNames(options)
        }
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
    private func showAll(_ field: ShowField, _ options: ShowOptions) -> ExitStatus {
        let names: [InterfaceName]
        do {
            names = try host.devices.list()
        } catch {
            return fail(messages.cannotList(error))
        }
        let devices = names.compactMap { readOneOfMany($0, showsNames: options.showsNames) }
        guard names.isEmpty || !devices.isEmpty else { return .failure }
        return print(text(of: devices, field, options, isOneOfMany: true))
    }

    /// `nil` if the device can't be read, which is told.
    func readOneOfMany(_ name: InterfaceName, showsNames: Bool) -> NamedDevice? {
        do {
            return named(try read(name), showsNames)
        } catch {
            host.writeError(messages.cannotAccess(error, isOneOfMany: true))
            return nil
        }
    }

    private func named(_ state: DeviceState, _ showsNames: Bool) -> NamedDevice {
        NamedDevice(state: state, names: showsNames ? peerNames(of: state.name) : nil)
    }

    private func showNames(_ options: ShowOptions) -> ExitStatus {
        do {
            let names = try host.devices.list()
            if options.isJSON { return print(DeviceJSON.text(of: names)) }
            return names.isEmpty ? .success : print(names.map(\.text).joined(separator: " ") + "\n")
        } catch {
            return fail(messages.cannotList(error))
        }
    }

    private func text(
        of devices: [NamedDevice], _ field: ShowField, _ options: ShowOptions, isOneOfMany: Bool
    ) -> String {
        if options.isJSON {
            return DeviceJSON(showsSecrets: options.showsSecrets, scopeName: { host.interfaceName($0) }).text(
                of: devices)
        }
        let texts = devices.map { text(of: $0, field, isOneOfMany: isOneOfMany) }
        return texts.joined(separator: field == .everything ? "\n" : "")
    }

    private func text(of device: NamedDevice, _ field: ShowField, isOneOfMany: Bool) -> String {
        let state = device.state
        if field == .everything {
            return Pretty(style: style, now: host.now, names: device.names, endpointText: endpointText).text(of: state)
        }
        let prefix = isOneOfMany ? "\(state.name)\t" : ""
        let printer = FieldPrinter(endpointText: endpointText, names: device.names)
        return printer.lines(field, of: state).map { prefix + $0 + "\n" }.joined()
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
