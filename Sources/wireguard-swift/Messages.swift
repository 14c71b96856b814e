import WGEngine
import WGLinux
import WGModel
import WGSandbox

/// The program's error messages: one line each.
enum Messages {
    static func text(of fault: Options.Fault) -> String {
        switch fault {
        case .missingName: "no interface name given (try --help)"
        case .unknownOption(let option): "unknown option `\(option)' (try --help)"
        case .tooManyNames: "more than one interface name given (try --help)"
        case .invalidName(let text, let fault): "`\(text)' can't be an interface name: \(reason(fault))"
        }
    }

    static func text(of fault: Environment.Fault) -> String {
        switch fault {
        case .notADescriptor(let name): "\(name) must be the number of an open descriptor above 2"
        }
    }

    static func text(of failure: Sandbox.Failure) -> String {
        let what =
            switch failure.step {
            case .capabilities: "drop capabilities"
            case .noNewPrivileges: "renounce new privileges"
            case .dumps: "forbid core dumps"
            case .systemCalls: "filter system calls"
            }
        return "can't \(what): \(failure.errno) (--no-sandbox does without)"
    }

    static func cannotFork(_ error: Errno) -> String { "can't become a daemon: \(error)" }

    static func faultyCipher(_ kernel: String) -> String {
        "warning: the \(kernel) code of ChaCha20-Poly1305 gives wrong results on this machine and is not used; "
            + "traffic goes through libsodium, which is slower (is the memory or the processor faulty?)"
    }

    static func text(of error: EngineError, name: InterfaceName) -> String {
        switch error {
        case .socketInUse(let path): "an engine for `\(name)' is running already: somebody listens at \(path)"
        case .failed(let operation, let errno): text(operation, errno, name)
        }
    }

    private static func reason(_ fault: InterfaceName.Fault) -> String {
        switch fault {
        case .empty: "it is empty"
        case .tooLong: "it is longer than 15 bytes"
        case .invalidCharacter: "it holds a slash, a colon or white space, or is `.' or `..'"
        }
    }

    private static func text(_ operation: EngineError.Operation, _ errno: Errno, _ name: InterfaceName) -> String {
        switch (operation, errno) {
        case (.createLink, .noSuchFile), (.createLink, .noSuchDevice):
            "/dev/net/tun is missing: the kernel has no TUN driver here (modprobe tun), or the container hides it"
        case (.createLink, .accessDenied), (.createLink, .notPermitted), (.createSocketDirectory, .accessDenied),
            (.listenOnSocket, .accessDenied):
            "only root may make the interface `\(name)': \(errno)"
        case (.createLink, .busy), (.createLink, .exists): "an interface `\(name)' exists already"
        case (.adoptLink, .invalidArgument): "WG_TUN_FD must be a TUN device with IFF_NO_PI and IFF_VNET_HDR"
        default: "can't \(words(operation)): \(errno)"
        }
    }

    private static func words(_ operation: EngineError.Operation) -> String {
        switch operation {
        case .createLink: "make the interface"
        case .adoptLink: "take the interface of WG_TUN_FD"
        case .createSocketDirectory: "make the directory \(Engine.runDirectory)"
        case .removeStaleSocket: "remove the socket that a dead engine left in \(Engine.runDirectory)"
        case .listenOnSocket: "listen in \(Engine.runDirectory)"
        case .watchSocket: "watch the socket"
        case .watchLink: "watch the interface"
        case .takeSignals: "take signals"
        case .allocateMemory: "allocate memory"
        case .startThread: "start a thread"
        case .wait: "wait for events"
        }
    }
}
