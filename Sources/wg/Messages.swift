import WGCommandLine
import WGConfig
import WGControl
import WGLinux
import WGModel

/// What the program says on standard error. Each text ends its line.
///
/// Where the stock tool has a message, ours begins as its does, so that whatever looks for it finds it.
struct Messages {
    let program: String

    static let clockWentBackwards = "System clock wound backward; connection problems may ensue."

    func text(_ fault: Command.Fault) -> String {
        switch fault {
        case .unknownSubcommand(let word):
            "Invalid subcommand: `\(DiagnosticText.hidingKeys(word))'\n" + Usage.overview(program: program)
        case .wrongOperands(let subcommand): subcommand.usage(program: program)
        case .options(let subcommand, let fault): fault.message + subcommand.usage(program: program)
        case .optionValue(let subcommand, let option, let value):
            "Invalid option: \(option.usage), not `\(value)': \(option.summary)\n"
                + subcommand.usage(program: program)
        case .unknownField(let word):
            "Invalid parameter: `\(DiagnosticText.hidingKeys(word))'\n" + Subcommand.show.usage(program: program)
        case .fieldOfJSON:
            "Invalid option: `\(Option.json.text)' prints whole devices, without a field\n"
                + Subcommand.show.usage(program: program)
        case .secretsWithoutJSON:
            "Invalid option: `\(Option.secrets.text)' belongs to `\(Option.json.text)'\n"
                + Subcommand.show.usage(program: program)
        }
    }

    // MARK: Devices

    func cannotAccess(_ text: String, _ fault: InterfaceName.Fault) -> String {
        "Unable to access interface: \(reason(text, fault))\n"
    }

    func cannotAccess(_ error: ControlError, isOneOfMany: Bool = false) -> String {
        let name = isOneOfMany ? error.name.map { " \($0)" } ?? "" : ""
        return "Unable to access interface\(name): \(reason(error))\n"
    }

    func incomplete(_ name: InterfaceName) -> String {
        "Warning: \(name) kept changing while it was read, so peers may be missing here\n"
    }

    func isGone(_ name: InterfaceName) -> String { "\(name) is gone\n" }

    func isBack(_ name: InterfaceName) -> String { "\(name) is back\n" }

    func cannotModify(_ text: String, _ fault: InterfaceName.Fault) -> String {
        "Unable to modify interface: \(reason(text, fault))\n"
    }

    func cannotModify(_ error: ControlError) -> String { "Unable to modify interface: \(reason(error))\n" }

    func cannotCompare(_ error: ControlError) -> String {
        "Unable to retrieve current interface configuration: \(reason(error))\n"
    }

    func incompleteComparison(_ name: InterfaceName) -> String {
        "Warning: \(name) kept changing while it was compared with the file; it may differ from it now\n"
    }

    func cannotList(_ error: ControlError) -> String { "Unable to list interfaces: \(reason(error))\n" }

    private func reason(_ text: String, _ fault: InterfaceName.Fault) -> String {
        switch fault {
        case .tooLong: "\(Errno.nameTooLong) (`\(text)': at most 15 bytes)"
        case .empty: "\(Errno.invalidArgument) (the name is empty)"
        case .invalidCharacter: "\(Errno.noSuchDevice) (`\(text)' can't be the name of an interface)"
        }
    }

    private func reason(_ error: ControlError) -> String {
        let details = [error.kernelText, hint(error)].compactMap { $0 }
        return details.isEmpty ? "\(error.errno)" : "\(error.errno) (\(details.joined(separator: "; ")))"
    }

    /// What it means here, and what to do about it.
    private func hint(_ error: ControlError) -> String? {
        let name = error.name.map { "`\($0)'" } ?? "the devices"
        if case .engine(let socket) = error.source { return engineHint(error, socket) }
        switch error.errno {
        case .noSuchDevice: return "there is no \(name) in this network namespace"
        case .notSupported where error.operation == .get: return "\(name) is not a WireGuard interface"
        case .notPermitted, .accessDenied: return "\(name): root or CAP_NET_ADMIN is needed in this network namespace"
        case .protocolNotSupported:
            return "\(name): the kernel's wireguard module is not loaded, and no engine has such a socket"
        case .addressInUse: return "another socket has the port that \(name) is to listen on"
        default: return name
        }
    }

    private func engineHint(_ error: ControlError, _ socket: String) -> String {
        switch error.replyError {
        case .lineTooLong: return "the engine at \(socket) answers with an endless line"
        case .missingEquals: return "the engine at \(socket) answers with a line that is not KEY=VALUE"
        case .invalidValue(let key): return "the engine at \(socket) answers with a bad value of \(key)"
        case .cutShort: return "the engine at \(socket) broke off its answer"
        case nil: break
        }
        switch error.errno {
        case .notPermitted, .accessDenied: return "\(socket) belongs to another user; root is needed"
        case .timedOut: return "the engine at \(socket) doesn't answer"
        case .addressInUse: return "the engine at \(socket): another socket has this port"
        default: return "the engine at \(socket)"
        }
    }

    // MARK: Files and names

    var configurationError: String { "Configuration parsing error\n" }

    func cannotRead(_ file: String, _ error: Errno) -> String { "Unable to read `\(file)': \(error)\n" }

    func cannotWrite(_ file: String, _ error: Errno) -> String { "Unable to write `\(file)': \(error)\n" }

    func noNames(_ file: String, _ error: Errno) -> String {
        "Warning: peers have no names here: unable to read `\(file)': \(error)\n"
    }

    func cannotResolve(_ error: EndpointResolution.Failure) -> String {
        "\(error.failure.text): `\(subject(error))'\n"
    }

    /// The same of a file's name, with the peer that stays without an endpoint.
    func cannotResolve(
        _ name: EndpointResolution.Unresolved, _ config: WireGuardConfig, _ places: NamePlaces, _ file: String
    ) -> String {
        let text = "\(name.failure.failure.text): `\(subject(name.failure))'"
        guard let peer = name.peer, let place = places.endpoints[peer] else { return text + "\n" }
        let key = config.peers[peer].publicKey.base64
        return "\(text) (\(file):\(place.line):\(place.column), the endpoint of peer \(key))\n"
    }

    /// A port that is no service, in the shape of the parser's errors.
    func unknownService(_ name: EndpointResolution.Unresolved, _ places: NamePlaces, _ file: String) -> String {
        let place = name.peer.map { places.endpoints[$0] } ?? places.listenPort
        let position = place.map { "\(file):\($0.line):\($0.column)" } ?? file
        let (keyword, service) =
            switch name.failure.subject {
            case .endpoint(let endpoint): (Keyword.endpoint, endpoint.service)
            case .service(let service): (Keyword.listenPort, service)
            }
        let fault = DiagnosticText.explanation(of: .notPort)
        return "\(position): error: \(keyword.name): `\(service)' \(fault)\n"
    }

    func willRetry(_ retry: EndpointResolution.Retry) -> String {
        let hundredths = retry.delay / .milliseconds(10)
        let whole = Int(hundredths) / 100
        let rest = Int(hundredths) % 100
        let delay = "\(whole).\(rest < 10 ? "0" : "")\(rest)"
        return "\(retry.failure.failure.text): `\(subject(retry.failure))'. Trying again in \(delay) seconds...\n"
    }

    func invalidRetries(_ text: String) -> String {
        "Unable to parse \(EnvironmentVariable.endpointRetries.rawValue): `\(text)' is neither a number nor `infinity'\n"
    }

    private func subject(_ error: EndpointResolution.Failure) -> String {
        switch error.subject {
        case .endpoint(let name): name.description
        case .service(let name): name
        }
    }

    // MARK: Arguments of set

    func hostBits(_ prefix: IPPrefix) -> String {
        "Warning: AllowedIP has nonzero host part: \(prefix) (the device makes \(prefix.masked) of it)\n"
    }

    func text(_ fault: SetArguments.Fault) -> String {
        // A key may stand where the file with it is wanted.
        let word = DiagnosticText.hidingKeys(fault.word)
        switch fault.kind {
        case .unexpected(let isAfterPeer):
            let words = SetKeyword.expected(afterPeer: isAfterPeer).map(\.rawValue)
            let expected = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
            return "Invalid argument: \(word) (word \(fault.position) after `set': expected \(expected))\n"
        case .missingValue:
            return "Invalid argument: \(word) (word \(fault.position) after `set': its value is missing)\n"
        case .invalidValue(let keyword, let value):
            let shown = keyword == SetKeyword.peer.rawValue ? fault.word : word
            return "Invalid argument: \(keyword) `\(shown)' (word \(fault.position) after `set')"
                + " \(DiagnosticText.explanation(of: value))\n"
        case .keyFile(let keyword, let file):
            return "Invalid argument: \(keyword) `\(word)' (word \(fault.position) after `set'): \(text(file))\n"
        }
    }

    private func text(_ fault: SetArguments.KeyFileFault) -> String {
        switch fault {
        case .unreadable(let error): "can't read the file: \(error)"
        case .invalid: "the file doesn't begin with a key, 44 characters of base64"
        case .trailingCharacters: "something other than white space follows the key in the file"
        }
    }

    // MARK: Keys

    var outputIsOpenToOthers: String {
        "Warning: writing a key to a file that others have permissions for.\n"
            + "Set the umask to 077 first, and make another key.\n"
    }

    var invalidInputKey: String { "\(program): Key is not the correct length or format\n" }

    var trailingInput: String { "\(program): Trailing characters found after key\n" }

    func cannotReadInput(_ error: Errno) -> String { "\(program): Unable to read standard input: \(error)\n" }

    func cannotWrite(_ error: Errno) -> String { "\(program): Unable to write to standard output: \(error)\n" }
}
