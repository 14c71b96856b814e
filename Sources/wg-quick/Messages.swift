import WGCommandLine
import WGConfig
import WGControl
import WGLinux
import WGModel
import WGPlan
import WGQuick

/// What the program says on standard error, one line each unless it says otherwise.
struct Messages {
    let program: String

    // MARK: Progress

    func trace(_ text: String) -> String { "[#] \(text)\n" }

    func fallingBack(to engine: EngineProgram) -> String {
        "[!] The kernel has no WireGuard module. Falling back to the userspace engine \(engine.shownName).\n"
    }

    func text(_ warning: PlanWarning) -> String {
        switch warning {
        case .noIPv6(let name, let prefixes):
            "[!] `\(name)' has no IPv6 here; left out: \(few(prefixes))\n"
        case .noFirewall(let name):
            "[!] `\(name)' goes without packet filter rules, as there is neither nft nor iptables\n"
        case .edited(let path):
            "[!] `\(path)' was edited while the interface was up; what the interface has counts, the rest is kept\n"
        case .notSaved(let path): "[!] `\(path)' has gone; the state of the interface is not saved\n"
        case .dns(let name, .searchDomainsAlone):
            "[!] `\(name)' has search domains, but no server: resolvconf is not told of them\n"
        case .dns(let name, .routingDomains(let domains)):
            "[!] Domains of `\(name)' that only systemd-resolved understands are left out: "
                + domains.joined(separator: ", ") + "\n"
        case .adopted(let name, []):
            "[!] `\(name)' was brought up by something else: its hooks are taken to have been the file's\n"
        case .adopted(let name, let addresses):
            "[!] `\(name)' was brought up by something else: its hooks are taken to have been the file's, and to be "
                + "others' these addresses: \(addresses.map(\.description).joined(separator: ", "))\n"
        case .linkHasGone(let name): "[!] The link of `\(name)' has gone; making it anew\n"
        case .leftovers(let name): "[!] Taking away what is left of an earlier `\(name)'\n"
        }
    }

    private func few(_ prefixes: [IPPrefix]) -> String {
        let shown = prefixes.prefix(4).map(\.description).joined(separator: ", ")
        return prefixes.count > 4 ? "\(shown) and \(prefixes.count - 4) more" : shown
    }

    func text(_ notice: DNSNotice) -> String {
        switch notice {
        case .fileReplaced(let path):
            "[!] `\(path)' has nothing of the tunnel in it, as if others had replaced it; it stays as it is\n"
        case .otherBootForgotten(let path):
            "[!] `\(path)' still had the resolvers of a tunnel from before a reboot; it is as before that tunnel again\n"
        case .otherBootStays(let path, let error):
            "[!] `\(path)' still has the resolvers of a tunnel from before a reboot, and can't be written: \(error)\n"
        }
    }

    func couldNotDo(_ operation: Operation, _ error: QuickError) -> String {
        "[!] Going on without a step: \(reason(error))\n"
    }

    func couldNotUndo(_ operation: Operation, _ error: QuickError) -> String {
        "\(program): could not undo a step: \(reason(error))\n"
    }

    func willRetry(_ retry: EndpointResolution.Retry) -> String {
        let hundredths = Int(retry.delay / .milliseconds(10))
        let rest = hundredths % 100
        let delay = "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
        return "\(retry.failure.failure.text): `\(subject(retry.failure))'. Trying again in \(delay) seconds...\n"
    }

    /// - Parameter failure: `nil` if the name was not due to be asked for.
    func isOpen(
        _ endpoint: TunnelRecord.NamedEndpoint, of name: InterfaceName, _ failure: Resolver.Failure?
    ) -> String {
        "\(program): `\(endpoint.name)': \(failure?.text ?? "No answer yet"): the peer \(endpoint.peer) has no endpoint; "
            + "`\(program) reresolve \(name)' asks again\n"
    }

    func waits(for count: Int) -> String {
        "\(program): the tunnel is up; waiting for the address\(count == 1 ? "" : "es") of \(count) "
            + "endpoint\(count == 1 ? "" : "s")\n"
    }

    func waitEnded(_ name: InterfaceName) -> String {
        "\(program): the wait was interrupted; the tunnel stays up, and `\(program) reresolve \(name)' asks again\n"
    }

    func text(_ hook: ChangedHook) -> String {
        hook.isNew
            ? "[!] Not run: \(hook.stage.rawValue) `\(hook.command)' is new; `--run-hooks' runs it\n"
            : "[!] Not taken back: \(hook.stage.rawValue) `\(hook.command)' has run, and is not in the file any more\n"
    }

    // MARK: Before anything is done

    var mustBeRoot: String { "\(program): must be run as root\n" }

    var sudoPrompt: String { "\(program) must be run as root. Password for %u: " }

    func text(_ fault: Command.Fault) -> String {
        switch fault {
        case .usage: Usage.overview(program: program)
        case .wrongOperands(let subcommand): subcommand.usage(program: program)
        case .value(let subcommand, let option, let value):
            "Invalid option: `\(option.text)' can't be `\(value)', only \(option.alternatives)\n"
                + subcommand.usage(program: program)
        case .without(let option, let other, let subcommand):
            "Invalid option: `\(option.text)' means nothing without `\(other.text)'\n"
                + subcommand.usage(program: program)
        case .options(let subcommand, let fault): fault.message + subcommand.usage(program: program)
        }
    }

    func text(_ fault: ConfigArgument.Fault) -> String {
        switch fault {
        case .missing(let path): "\(program): `\(path)' does not exist\n"
        case .unreachable(let path, let error): "\(program): `\(path)': \(error)\n"
        case .badFileName(let path):
            "\(program): `\(path)': the config file must be a valid interface name, followed by .conf\n"
        case .nameTooLong(let name): "\(program): `\(name)': an interface name has at most 15 characters\n"
        }
    }

    func text(_ fault: EnvironmentFault) -> String {
        "\(program): \(fault.variable.rawValue) can't be `\(fault.value)', only \(fault.option.alternatives)\n"
    }

    func text(_ fault: CheckedFile.Fault) -> String {
        switch fault {
        case .argument(let fault): text(fault)
        case .unreadable(let path, let error): cannotRead(path, error)
        }
    }

    func isOpenToOthers(_ path: String) -> String {
        "Warning: `\(path)' is accessible to others, and holds a private key\n"
    }

    func cannotRead(_ path: String, _ error: Errno) -> String { "\(program): `\(path)': \(error)\n" }

    func cannotWrite(_ error: Errno) -> String { "\(program): standard output: \(error)\n" }

    func cannotTakeSignals(_ error: Errno) -> String { "\(program): cannot take signals: \(error)\n" }

    // MARK: Failures

    func text(_ error: QuickError) -> String { "\(program): \(reason(error))\n" }

    private func reason(_ error: QuickError) -> String {
        switch error {
        case .plan(let error): reason(error)
        case .refused(.setLink(let name, _, _), .addressInUse, _):
            "`\(name)': its listen port is in use by another socket"
        case .refused(let operation, let errno, let extack):
            "`\(operation.trace ?? "")': \(errno)\(extack.map { ": \($0)" } ?? "")"
        case .reading(let errno, let extack): "reading the network's state: \(errno)\(extack.map { ": \($0)" } ?? "")"
        case .device(let error): reason(error)
        case .resolution(let failures):
            failures.map { "\($0.failure.text): `\(subject($0))'" }.joined(separator: "; ")
        case .invalidRetries(let text):
            "WG_ENDPOINT_RESOLUTION_RETRIES: `\(text)' is neither a number nor `infinity'"
        case .linkKindUnsupported: "the kernel has no WireGuard module"
        case .listenPortInUse(let port): "listen port \(port) is in use by another socket"
        case .engineNotFound(let name):
            "the kernel has no WireGuard module, and the userspace engine `\(name)' was not found"
        case .engineFailed(let engine, let end): "the userspace engine `\(engine.path)' \(reason(end))"
        case .engineMadeNoLink(let engine): "the userspace engine `\(engine.path)' ended without making the interface"
        case .engineStillRuns(let name): "`\(name)' is gone, but its userspace engine still runs"
        case .cannotStart(let path, let errno): "`\(path)': \(errno)"
        case .toolNotFound(let program): "`\(program)' was not found"
        case .toolFailed(let program, let end, let said):
            "`\(program)' \(reason(end))\(said.isEmpty ? "" : ": \(said)")"
        case .toolTookTooLong(let program): "`\(program)' did not end in time, and was killed"
        case .toolSaidTooMuch(let program): "`\(program)' did not stop writing, and was killed"
        case .dns(let obstacle): reason(obstacle)
        case .dnsNotTaken(let name): "systemd-resolved has not taken over the resolvers of `\(name)'"
        case .resolvConf(let path, let errno): "resolvers in `\(path)': \(errno)"
        case .hookFailed(let stage, let command, let end): "\(stage.rawValue) `\(command)' \(reason(end))"
        case .configuration(let path, let diagnostics):
            "`\(path)' can't be read as a configuration, so that the state of the interface is not saved"
                + (diagnostics.isEmpty ? "" : "\n" + DiagnosticText.render(diagnostics, file: path).dropLast())
        case .unsaved(let path, let error): "`\(path)': the state of the interface can't be written: \(reason(error))"
        case .unsteady(let name): "`\(name)' kept changing while it was read; nothing is saved"
        case .record(let path, let errno): "`\(path)': \(errno)"
        case .interrupted(let signal): "interrupted by signal \(signal.rawValue)"
        case .injected(let step): "made to fail at step \(step)"
        }
    }

    private func reason(_ error: PlanError) -> String {
        switch error {
        case .interfaceExists(let name): "`\(name)' already exists"
        case .notWireGuard(let name): "`\(name)' is not a WireGuard interface"
        case .interfaceVanished(let name): "`\(name)' has gone away meanwhile"
        case .interfaceLost(let name): "`\(name)' is up by its record, but its interface is gone"
        case .isBeingBroughtUp(let name, let process):
            "`\(name)' is being brought up by process \(process.pid)"
        case .ipv6Leak(let name, let prefixes):
            "`\(name)' has no IPv6 here, and other interfaces have: what is for \(few(prefixes)) would leave in the clear"
        }
    }

    private func reason(_ obstacle: DNSObstacle) -> String {
        switch obstacle {
        case .noProgram(let program): "`DNS' cannot be followed as asked: `\(program)' was not found"
        case .resolvedDoesNotRun:
            "`DNS' cannot be followed as asked: systemd-resolved does not run in this network namespace"
        }
    }

    private func reason(_ error: ControlError) -> String {
        let subject = error.name.map { "`\($0)'" } ?? "the list of interfaces"
        if error.operation == .set, error.errno == .addressInUse {
            return "\(subject): its listen port is in use by another socket"
        }
        let action =
            switch error.operation {
            case .list: "listing"
            case .get: "reading"
            case .set: "configuring"
            }
        return "\(action) \(subject): \(error.errno)\(error.kernelText.map { ": \($0)" } ?? "")"
    }

    private func reason(_ error: DocumentEditError) -> String {
        switch error {
        case .wrongSection(let key), .notRepeatable(let key): "`\(key.name)' has no place"
        case .invalidValue(let key, let fault):
            "`\(key.name)'" + (fault.map { " " + DiagnosticText.explanation(of: $0) } ?? " can't have this value")
        case .noSuchPeer(let key), .peerExists(let key), .inexpressible(let key): "the peer `\(key)'"
        case .publicKeyNeeded: "a peer without a public key"
        }
    }

    private func reason(_ end: ProcessEnd) -> String {
        switch end {
        case .exited(let code): "failed with exit status \(code)"
        case .ended(let signal): "was ended by signal \(signal.rawValue)"
        }
    }

    private func subject(_ failure: EndpointResolution.Failure) -> String {
        switch failure.subject {
        case .endpoint(let name): name.description
        case .service(let name): name
        }
    }
}
