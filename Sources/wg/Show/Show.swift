import WGControl
import WGModel

extension Program {
    func show(_ target: Command.ShowTarget, _ field: ShowField, _ options: ShowOptions) -> ExitStatus {
        switch target {
        case .one(let text):
            showOne(text, field, options)
        case .all: showAll(field, options)
        case .names: showNames(options)
        }
    }

    private func showOne(_ text: String, _ field: ShowField, _ options: ShowOptions) -> ExitStatus {
        withDevice(text) { show([named($0, options.showsNames)], field, options, isOneOfMany: false) }
    }

    /// Reads a device for `body`, or tells why it can't be read.
    func withDevice(_ text: String, _ body: (DeviceState) -> ExitStatus) -> ExitStatus {
        do {
            return body(try read(InterfaceName(text)))
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
        return show(devices, field, options, isOneOfMany: true)
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

    private func show(
        _ devices: [NamedDevice], _ field: ShowField, _ options: ShowOptions, isOneOfMany: Bool
    ) -> ExitStatus {
        if options.isJSON {
            let printer = DeviceJSON(showsSecrets: options.showsSecrets, scopeName: { host.interfaceName($0) })
            return print(printer.text(of: devices))
        }
        return printInPieces { text, pause in
            for (index, device) in devices.enumerated() {
                if field == .everything, index > 0 { text.append("\n") }
                write(device, field, isOneOfMany, to: &text, pause: pause)
            }
        }
    }

    private func write(
        _ device: NamedDevice, _ field: ShowField, _ isOneOfMany: Bool, to text: inout TextBuffer,
        pause: (inout TextBuffer) -> Void
    ) {
        if field == .everything {
            let pretty = Pretty(style: style, now: host.now, names: device.names, endpointText: endpointText)
            return pretty.write(device.state, to: &text, pause: pause)
        }
        let prefix = isOneOfMany ? "\(device.state.name)\t" : ""
        let printer = FieldPrinter(endpointText: endpointText, names: device.names, prefix: prefix)
        printer.write(field, of: device.state, to: &text, pause: pause)
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
