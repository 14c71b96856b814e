import WGControl
import WGCrypto
import WGLinux
import WGModel

/// What the program needs of the process around it. Tests put their own in its place.
protocol Host {
    /// With the program's name first.
    var arguments: [String] { get }
    var outputIsTerminal: Bool { get }
    /// Of the terminal at standard output, now.
    var screenSize: ScreenSize? { get }
    /// Whether standard output is a file with permissions for others.
    var outputIsOpenToOthers: Bool { get }
    var now: HandshakeTime { get }
    var devices: any DeviceBackend { get }
    var resolver: any NameResolver { get }

    func environment(_ variable: EnvironmentVariable) -> String?
    /// Reads standard input to its end, or until there are more bytes than the limit.
    func readInput(limit: Int) throws(Errno) -> [UInt8]
    /// Reads a file to its end, or until there are more bytes than the limit.
    func readFile(_ path: String, limit: Int) throws(Errno) -> [UInt8]
    /// Bytes; 0 if that cannot be told.
    func sizeOfFile(_ path: String) -> Int
    /// Reads a file to its end, piece by piece.
    func readFile(_ path: String, _ body: (ArraySlice<UInt8>) throws(Errno) -> Void) throws(Errno)
    /// Replaces a file in one step; others may read it.
    func replaceFile(_ path: String, _ text: String) throws(Errno)
    func interfaceName(_ index: UInt32) -> String?
    /// To standard output, at once.
    func write(_ bytes: [UInt8]) throws(Errno)
    /// - Parameter takesKeys: whether keys are listened to, if standard input is a keyboard.
    func watchSession(takesKeys: Bool) throws(Errno) -> any WatchSession
    /// Goes out at once.
    func writeError(_ text: String)
}

extension Host {
    func write(_ text: String) throws(Errno) { try write(Array(text.utf8)) }
}

/// The process itself.
struct ProcessHost: Host {
    var arguments: [String] { CommandLine.arguments }
    var outputIsTerminal: Bool { Terminal.isTerminal(Terminal.standardOutput) }
    var screenSize: ScreenSize? {
        Terminal.size(of: Terminal.standardOutput).map { ScreenSize(columns: $0.columns, rows: $0.rows) }
    }
    var outputIsOpenToOthers: Bool { Terminal.isFileOpenToOthers(Terminal.standardOutput) }
    var now: HandshakeTime { WallClock.now() }
    var devices: any DeviceBackend { BackendRouter(personality: .wg, publicKey: { X25519.publicKey(of: $0) }) }
    var resolver: any NameResolver { SystemResolver() }

    func environment(_ variable: EnvironmentVariable) -> String? { Terminal.environment(variable.rawValue) }

    func readInput(limit: Int) throws(Errno) -> [UInt8] { try Self.read(Terminal.standardInput, limit) }

    func readFile(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly)
        return try Self.read(file.rawValue, limit)
    }

    func watchSession(takesKeys: Bool) throws(Errno) -> any WatchSession {
        try ProcessWatchSession(takesKeys: takesKeys && Terminal.isTerminal(Terminal.standardInput))
    }

    func sizeOfFile(_ path: String) -> Int { (try? Files.status(path).size) ?? 0 }

    func readFile(_ path: String, _ body: (ArraySlice<UInt8>) throws(Errno) -> Void) throws(Errno) {
        let file = try FileDescriptor.open(path, .readOnly)
        while true {
            let piece = try file.read(upTo: 32768)
            if piece.isEmpty { return }
            try body(piece[...])
        }
    }

    func replaceFile(_ path: String, _ text: String) throws(Errno) {
        try Files.replace(path, Array(text.utf8), permissions: 0o644)
    }

    func interfaceName(_ index: UInt32) -> String? { Resolver.interfaceName(of: index) }

    func write(_ bytes: [UInt8]) throws(Errno) { try writeDescriptor(Terminal.standardOutput, bytes) }

    func writeError(_ text: String) { try? writeDescriptor(Terminal.standardError, Array(text.utf8)) }

    private static func read(_ descriptor: Int32, _ limit: Int) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let more = try readDescriptor(descriptor, upTo: min(65536, limit + 1 - bytes.count))
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }
}
