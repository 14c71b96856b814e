import WGConfig
import WGControl
import WGLinux
import WGModel

extension Program {
    /// A configuration of this size has a million peers.
    static var fileLimit: Int { 256 << 20 }

    /// - Parameter act: what to do with the change that the file stands for; to apply it, if nil.
    func applyFile(
        _ interface: String, _ file: String, _ application: EndpointResolution.Application,
        by act: ((DeviceChange, InterfaceName) -> ExitStatus)? = nil
    ) -> ExitStatus {
        let name: InterfaceName
        do {
            name = try InterfaceName(interface)
        } catch {
            return fail(messages.cannotModify(interface, error))
        }
        let bytes: [UInt8]
        do {
            bytes = try host.readFile(file, limit: Self.fileLimit)
        } catch {
            return fail(messages.cannotRead(file, error))
        }
        guard bytes.count <= Self.fileLimit else { return fail(messages.cannotRead(file, .messageTooLong)) }
        let result = ConfigParser.parseWireGuard(Document(bytes: bytes))
        if !result.diagnostics.isEmpty { host.writeError(DiagnosticText.render(result.diagnostics, file: file)) }
        guard let config = result.value else { return fail(messages.configurationError) }
        let change: DeviceChange
        do {
            change = try resolution().change(for: config, application)
        } catch {
            return fail(error.text)
        }
        return (act ?? apply)(change, name)
    }

    func apply(_ change: DeviceChange, to name: InterfaceName) -> ExitStatus {
        do {
            try host.devices.set(name, change)
            return .success
        } catch {
            return fail(messages.cannotModify(error))
        }
    }

    /// Why nothing was sent to the device, as text.
    struct Refusal: Error {
        let text: String
    }

    /// Resolves names as the environment says, and tells of every wait.
    func resolution() throws(Refusal) -> Resolution {
        var policy = ResolutionPolicy.standard
        if let text = host.environment(.endpointRetries) {
            guard let given = ResolutionPolicy(environment: text) else {
                throw Refusal(text: messages.invalidRetries(text))
            }
            policy = given
        }
        return Resolution(
            messages: messages,
            inner: EndpointResolution(policy: policy, resolver: host.resolver) { retry in
                host.writeError(messages.willRetry(retry))
            })
    }

    /// `EndpointResolution` with failures as text.
    struct Resolution {
        let messages: Messages
        let inner: EndpointResolution

        func change(
            for config: WireGuardConfig, _ application: EndpointResolution.Application
        ) throws(Refusal) -> DeviceChange {
            try told { () throws(EndpointResolution.Failure) in try inner.change(for: config, application) }
        }

        func port(_ name: PortName) throws(Refusal) -> UInt16 {
            try told { () throws(EndpointResolution.Failure) in try inner.port(name) }
        }

        func endpoints(_ names: [EndpointName]) throws(Refusal) -> [EndpointName: Endpoint] {
            try told { () throws(EndpointResolution.Failure) in try inner.endpoints(names) }
        }

        private func told<Value>(_ work: () throws(EndpointResolution.Failure) -> Value) throws(Refusal) -> Value {
            do {
                return try work()
            } catch {
                throw Refusal(text: messages.cannotResolve(error))
            }
        }
    }
}
