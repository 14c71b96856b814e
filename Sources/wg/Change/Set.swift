import WGConfig
import WGControl
import WGModel

extension Program {
    func set(_ interface: String, _ words: [String]) -> ExitStatus {
        do {
            let name = try InterfaceName(interface)
            var arguments = SetArguments(words, files: readKey)
            let request = try arguments.parse()
            for change in request.change.peers.flatMap(\.allowedIPs) where change.prefix.hasHostBits {
                host.writeError(messages.hostBits(change.prefix))
            }
            return apply(try resolved(request), to: name)
        } catch let error as InterfaceName.Fault {
            return fail(messages.cannotModify(interface, error))
        } catch let error as SetArguments.Fault {
            return fail(messages.text(error))
        } catch let error as Refusal {
            return fail(error.text)
        } catch {
            return .failure
        }
    }

    /// The change with all names resolved; else every name that has no number is told.
    private func resolved(_ request: SetArguments.Request) throws(Refusal) -> DeviceChange {
        let resolution = try resolution(.untilOneFails)
        var change = request.change
        do {
            if let port = request.listenPort { change.listenPort = try resolution.port(port) }
        } catch {
            throw Refusal(text: messages.cannotResolve(error))
        }
        let endpoints = resolution.resolve(request.endpoints.map(\.name))
        var refusals: [String] = []
        for (peer, name) in request.endpoints {
            do throws(EndpointResolution.Failure) {
                change.peers[peer].endpoint = try endpoints[name]?.get()
            } catch {
                let text = messages.cannotResolve(error)
                if !refusals.contains(text) { refusals.append(text) }
            }
        }
        guard refusals.isEmpty else { throw Refusal(text: refusals.joined()) }
        return change
    }

    /// A key from a file; an empty file is the key of zeros, which means none.
    private func readKey(_ path: String) throws(SetArguments.KeyFileFault) -> KeyBytes {
        let bytes: [UInt8]
        do {
            bytes = try host.readFile(path, limit: KeyText.limit)
        } catch {
            throw .unreadable(error)
        }
        switch KeyText.parse(PrivateKey.self, bytes) {
        case .key(let key): return key.bytes
        case .empty: return PrivateKey.zero.bytes
        case .invalid: throw .invalid
        case .trailingCharacters: throw .trailingCharacters
        }
    }
}
