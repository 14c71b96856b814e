import WGCommandLine
import WGConfig
import WGLinux
import WGModel
import WGPlan
import WGQuick

/// One run of `wg-quick`: arguments in, effects, text and a status out.
struct Program {
    let arguments: [String]
    let name: String
    let messages: Messages
    let reporter: Reporter

    init(arguments: [String]) {
        self.arguments = arguments
        name = arguments.first?.split(separator: "/").last.map(String.init) ?? "wg-quick"
        messages = Messages(program: name)
        reporter = Reporter(messages)
    }

    func runAndExit() -> Never { Terminal.exit(run().code) }

    func run() -> ExitStatus {
        let command: Command
        do {
            command = try Command(Array(arguments.dropFirst()))
        } catch {
            return fail(messages.text(error))
        }
        switch command {
        case .help:
            reporter.say(Usage.overview(program: name))
            return .success
        case .version: return print(Version.line)
        case .helpFor(let subcommand): return print(subcommand.help(program: name))
        case .up(let argument, let options): return asRoot { up(argument, options) }
        case .reresolve(let request): return asRoot { reresolve(request) }
        case .down(let argument, let shows): return asRoot { down(argument, shows: shows) }
        case .save(let argument): return asRoot { save(argument) }
        case .apply(let argument, let options): return asRoot { apply(argument, options) }
        case .strip(let argument): return asRoot { strip(argument) }
        case .check(let arguments, let isJSON): return check(arguments, isJSON: isJSON)
        }
    }

    /// Output that was asked for, as opposed to messages.
    func print(_ text: String) -> ExitStatus { print(Array(text.utf8)) }

    func print(_ bytes: [UInt8]) -> ExitStatus {
        do {
            try writeDescriptor(Terminal.standardOutput, bytes)
            return .success
        } catch {
            return fail(messages.cannotWrite(error))
        }
    }

    func fail(_ text: String) -> ExitStatus {
        reporter.say(text)
        return .failure
    }

    func fail(_ error: QuickError) -> ExitStatus {
        reporter.say(messages.text(error))
        return ExitStatus(error)
    }

    /// Without root, the same command line again under sudo, where there is one.
    private func asRoot(_ body: () -> ExitStatus) -> ExitStatus {
        guard !CurrentProcess.isRoot else { return body() }
        let environment = ProcessEnvironment(inherited: CurrentProcess.environment, programDirectory: nil)
        if let sudo = environment.find("sudo"), let own = try? Files.linkTarget("/proc/self/exe") {
            _ = CurrentProcess.become(
                sudo, ["sudo", "-p", messages.sudoPrompt, "--", own] + arguments.dropFirst(),
                environment: CurrentProcess.environment)
        }
        return fail(messages.mustBeRoot)
    }

    /// The file, or nothing after saying what is wrong with it.
    func loadFile(_ argument: ConfigArgument) -> (bytes: [UInt8], path: String)? {
        let path: String
        do {
            let file = try argument.locate()
            path = file.path
            if file.isOpenToOthers { reporter.say(messages.isOpenToOthers(path)) }
        } catch {
            reporter.say(messages.text(error))
            return nil
        }
        do {
            return (try Files.read(path), path)
        } catch {
            reporter.say(messages.cannotRead(path, error))
            return nil
        }
    }

    /// The configuration, or nothing after saying what is wrong with it.
    func loadConfig(_ argument: ConfigArgument) -> (config: QuickConfig, path: String)? {
        guard let (bytes, path) = loadFile(argument) else { return nil }
        let result = ConfigParser.parseQuick(Document(bytes: bytes), tables: RouteTables.names())
        if !result.diagnostics.isEmpty {
            reporter.say(DiagnosticText.render(result.diagnostics, file: argument.path))
        }
        return result.value.map { ($0, path) }
    }

    /// INT, TERM, HUP and QUIT from here on are values; nothing has been changed before. That nobody reads any more what is
    /// said here is no reason to leave the work half done.
    ///
    /// - Parameter onlyLooks: nothing is to be changed at all.
    func withSystem(
        onlyLooks: Bool = false, _ body: (LiveSystem, SignalQueue) throws(QuickError) -> ExitStatus
    ) -> ExitStatus {
        let signals: SignalQueue
        do {
            signals = try SignalQueue([.interrupt, .terminate, .hangup, .quit], discarding: [.pipe])
        } catch {
            return fail(messages.cannotTakeSignals(error))
        }
        defer { withExtendedLifetime(signals) {} }
        do {
            let system = try LiveSystem(
                signals: signals, notice: { reporter.say(messages.text($0)) },
                willRetry: { reporter.say(messages.willRetry($0)) })
            if !onlyLooks { system.forgetOtherBoots() }
            return try body(system, signals)
        } catch {
            return fail(error)
        }
    }
}
