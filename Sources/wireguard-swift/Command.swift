import WGEngine
import WGLinux
import WGModel
import WGSandbox

/// What the program does with its arguments.
enum Command {
    /// Ends the process with 0, or with 1 after one line on standard error.
    static func run(_ arguments: [String]) -> Never {
        do {
            switch try Options.parse(arguments) {
            case .help: print(Usage.help)
            case .version: print(Usage.version)
            case .run(let run): serve(run)
            }
        } catch {
            fail(Messages.text(of: error))
        }
        exitProcess(0)
    }

    private static func serve(_ run: Options.Run) {
        let environment: Environment
        do throws(Environment.Fault) {
            environment = try Environment(Terminal.environment)
        } catch {
            fail(Messages.text(of: error))
        }
        let daemon: Daemonize?
        do throws(Errno) {
            daemon = run.foreground || environment.foreground ? nil : try Daemonize.begin()
        } catch {
            fail(Messages.cannotFork(error))
        }
        do throws(EngineError) {
            let inherited = Engine.Inherited(tun: environment.tun, listener: environment.listener)
            let engine = try Engine(name: run.name, clock: .system, log: environment.logLevel, inherited: inherited)
            if let kernel = engine.faultyCipher { warn(Messages.faultyCipher(kernel)) }
            let notice = ReadyNotice(environment.notifySocket)
            try start(engine, isConfined: run.isConfined)
            daemon?.ready(keepsOutput: environment.keepsOutput)
            notice?.ready(status: "Carrying \(engine.name)")
            defer { notice?.stopping() }
            try engine.run()
        } catch {
            fail(Messages.text(of: error, name: run.name))
        }
    }

    /// The threads begin between the two halves of the confinement.
    private static func start(_ engine: Engine, isConfined: Bool) throws(EngineError) {
        do throws(Sandbox.Failure) {
            if isConfined { try Sandbox.dropPrivileges() }
        } catch {
            engine.stop()
            fail(Messages.text(of: error))
        }
        try engine.start()
        do throws(Sandbox.Failure) {
            if isConfined { try SystemCallFilter.install() }
        } catch {
            engine.stop()
            fail(Messages.text(of: error))
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
