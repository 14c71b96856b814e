import WGEngine
import WGLinux
import WGModel

/// What the program does with its arguments.
enum Command {
    /// Ends the process with 0, or with 1 after one line on standard error.
    static func run(_ arguments: [String]) -> Never {
        do {
            switch try Options.parse(arguments) {
            case .help: print(Usage.help)
            case .version: print(Usage.version)
            case .run(let name, let foreground): serve(name, foreground: foreground)
            }
        } catch {
            fail(Messages.text(of: error))
        }
        exitProcess(0)
    }

    private static func serve(_ name: InterfaceName, foreground: Bool) {
        let daemon: Daemonize?
        do {
            daemon = foreground ? nil : try Daemonize.begin()
        } catch {
            fail(Messages.cannotFork(error))
        }
        do {
            let engine = try Engine(name: name, clock: .system)
            if let kernel = engine.faultyCipher { warn(Messages.faultyCipher(kernel)) }
            daemon?.ready()
            try engine.run()
        } catch {
            fail(Messages.text(of: error, name: name))
        }
    }

    private static func print(_ text: String) { try? writeDescriptor(1, Array(text.utf8)) }

    private static func warn(_ message: String) {
        try? writeDescriptor(2, Array("wireguard-swift: \(message)\n".utf8))
    }

    private static func fail(_ message: String) -> Never {
        warn(message)
        exitProcess(1)
    }
}
