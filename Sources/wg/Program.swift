import WGControl
import WGLinux

/// One run of `wg`: arguments in, text and a status out.
struct Program {
    let host: any Host
    /// `argv[0]`, as the help texts show it.
    let name: String
    let messages: Messages

    init(host: any Host) {
        self.host = host
        name = host.arguments.first ?? "wg"
        messages = Messages(program: name)
    }

    /// Never returns.
    func runAndExit() -> Never { Terminal.exit(run().rawValue) }

    func run() -> ExitStatus {
        do {
            return try perform(Command(Array(host.arguments.dropFirst())))
        } catch {
            host.writeError(messages.text(error))
            return .failure
        }
    }

    private func perform(_ command: Command) -> ExitStatus {
        switch command {
        case .help: print(Usage.overview(program: name))
        case .version: print(Version.line + "\n")
        case .helpFor(let subcommand): print(Usage.page(subcommand, program: name))
        case .show(let target, let field, let options): show(target, field, options)
        case .watch(let request): watch(request)
        case .showconf(let interface): showconf(interface)
        case .set(let interface, let words): set(interface, words)
        case .setconf(let interface, let file): applyFile(interface, file, .replace)
        case .addconf(let interface, let file): applyFile(interface, file, .add)
        case .syncconf(let interface, let file): applyFile(interface, file, .replace, by: sync)
        case .genkey: genkey()
        case .genpsk: genpsk()
        case .pubkey: pubkey()
        case .metrics(let interfaces, let textfile, let showsNames):
            metrics(interfaces, textfile: textfile, showsNames: showsNames)
        }
    }

    /// All of a command's output, in one write.
    func print(_ text: String) -> ExitStatus {
        do {
            try host.write(text)
            return .success
        } catch {
            return fail(messages.cannotWrite(error))
        }
    }

    func fail(_ text: String) -> ExitStatus {
        host.writeError(text)
        return .failure
    }
}
