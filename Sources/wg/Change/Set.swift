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
            let resolution = try resolution()
            var change = request.change
            if let port = request.listenPort { change.listenPort = try resolution.port(port) }
            let endpoints = try resolution.endpoints(request.endpoints.map(\.name))
            for (peer, name) in request.endpoints { change.peers[peer].endpoint = endpoints[name] }
            return apply(change, to: name)
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
