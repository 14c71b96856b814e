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
        guard let wanted = wantedChange(of: file, application) else { return .failure }
        let status = (act ?? apply)(wanted.change, name)
        return wanted.isWhole ? status : .failure
    }

    /// Holds one piece of the file at a time.
    private func parse(_ file: String) throws(Errno) -> ParseResult<WireGuardConfig> {
        var parser = WireGuardConfigParser(expectedBytes: min(host.sizeOfFile(file), Self.fileLimit))
        var size = 0
        try host.readFile(file) { (piece) throws(Errno) in
            size += piece.count
            guard size <= Self.fileLimit else { throw .messageTooLong }
            parser.append(piece)
        }
        return parser.finish()
    }

    func apply(_ change: DeviceChange, to name: InterfaceName) -> ExitStatus {
        do {
            try host.devices.set(name, change)
            return .success
        } catch {
            return fail(messages.cannotModify(error))
        }
    }

    /// The change that a file stands for, or nothing after telling why there is none.
    ///
    /// It is not whole when some peer's endpoint has no address. Each of these has been told then, and the peer is
    /// there without an endpoint.
    func wantedChange(
        of file: String, _ application: EndpointResolution.Application
    ) -> (change: DeviceChange, isWhole: Bool)? {
        guard let (config, places) = readConfig(file) else { return nil }
        let resolution: EndpointResolution
        do {
            resolution = try self.resolution(.forEach)
        } catch {
            host.writeError(error.text)
            return nil
        }
        do {
            let resolved = try resolution.change(for: config, application)
            for name in resolved.unresolved { host.writeError(messages.cannotResolve(name, config, places, file)) }
            return (resolved.change, resolved.unresolved.isEmpty)
        } catch {
            for name in error.names { host.writeError(messages.unknownService(name, places, file)) }
            host.writeError(messages.configurationError)
            return nil
        }
    }

    /// The file's configuration, or nothing after telling what is wrong with it.
    private func readConfig(_ file: String) -> (WireGuardConfig, NamePlaces)? {
        let result: ParseResult<WireGuardConfig>
        do {
            result = try parse(file)
        } catch {
            host.writeError(messages.cannotRead(file, error))
            return nil
        }
        if !result.diagnostics.isEmpty { host.writeError(DiagnosticText.render(result.diagnostics, file: file)) }
        if result.value == nil { host.writeError(messages.configurationError) }
        return result.value.map { ($0, result.places) }
    }

    /// Why nothing was sent to the device, as text.
    struct Refusal: Error {
        let text: String
    }

    /// Resolves names as the environment says, and tells of every wait.
    func resolution(_ patience: EndpointResolution.Patience) throws(Refusal) -> EndpointResolution {
        var policy = ResolutionPolicy.standard
        if let text = host.environment(.endpointRetries) {
            guard let given = ResolutionPolicy(environment: text) else {
                throw Refusal(text: messages.invalidRetries(text))
            }
            policy = given
        }
        return EndpointResolution(policy: policy, patience: patience, resolver: host.resolver) { retry in
            host.writeError(messages.willRetry(retry))
        }
    }
}
