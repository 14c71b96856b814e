import WGControl
import WGModel

extension Program {
    /// Devices that can't be read are told of, and have a metric that says so: everything else gets written, and the
    /// command fails.
    ///
    /// - Parameters:
    ///   - interfaces: empty for all.
    ///   - path: where to write the metrics; `nil` for standard output.
    func metrics(_ interfaces: [String], textfile path: String?, showsNames: Bool) -> ExitStatus {
        var names: [InterfaceName] = []
        do {
            if interfaces.isEmpty { names = try host.devices.list() }
        } catch {
            return fail(messages.cannotList(error))
        }
        for text in interfaces {
            do {
                let name = try InterfaceName(text)
                if !names.contains(name) { names.append(name) }
            } catch {
                return fail(messages.cannotAccess(text, error))
            }
        }
        let sources = names.map {
            MetricsPrinter.Source(interface: $0, device: readOneOfMany($0, showsNames: showsNames))
        }
        let text = MetricsPrinter(endpointText: endpointText).text(of: sources)
        let status = path.map { write(text, to: $0) } ?? print(text)
        return sources.contains { $0.device == nil } ? .failure : status
    }

    private func write(_ text: String, to path: String) -> ExitStatus {
        do {
            try host.replaceFile(path, text)
            return .success
        } catch {
            return fail(messages.cannotWrite(path, error))
        }
    }
}
