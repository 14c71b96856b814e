import WGCommandLine
import WGControl
import WGLinux
import WGModel

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
        case .helpFor(let subcommand): print(subcommand.help(program: name))
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

    /// Output that may be long, and is not held as a whole: `body` writes it to the buffer, and calls the function that it
    /// gets whenever the buffer may be emptied.
    func printInPieces(_ body: (inout TextBuffer, (inout TextBuffer) -> Void) -> Void) -> ExitStatus {
        var text = TextBuffer()
        var failure: Errno?
        func flush(_ text: inout TextBuffer) {
            do throws(Errno) {
                if failure == nil { try host.write(text.bytes) }
            } catch {
                failure = error
            }
            text.removeAll()
        }
        body(&text) { if $0.bytes.count >= Self.pieceSize { flush(&$0) } }
        flush(&text)
        return failure.map { fail(messages.cannotWrite($0)) } ?? .success
    }

    private static let pieceSize = 32 << 10

    func fail(_ text: String) -> ExitStatus {
        host.writeError(text)
        return .failure
    }
}
