import WGLinux
import WGModel

/// What the engine tells of itself: a line for each event, `level=... interface=... event=...` and the event's own fields.
///
/// Control thread only. Fields are names, numbers, addresses and public keys, never a secret. Bounded: so many lines in a
/// burst, so many a second in the long run, and none while nobody reads; the next line says how many were left out.
public final class EngineLog {
    /// What is told; each holds the ones before it.
    public enum Level: Int, Sendable {
        case silent
        case error
        case verbose

        /// As `LOG_LEVEL` has it: `verbose` or `debug`, `silent`; `error` for anything else and for nothing.
        public init(environment value: String?) {
            self =
                switch value {
                case "verbose", "debug": .verbose
                case "silent": .silent
                default: .error
                }
        }
    }

    typealias Field = (name: StaticString, value: String)

    static let burst = 40
    static let linesPerSecond: UInt64 = 10

    private let level: Level
    private let name: InterfaceName
    /// Takes a line; false when there is no room for it.
    private let write: ([UInt8]) -> Bool
    private var allowance = EngineLog.burst
    private var lastGrant: UInt64 = 0
    private var omitted = 0

    init(_ level: Level, name: InterfaceName, write: @escaping ([UInt8]) -> Bool) {
        self.level = level
        self.name = name
        self.write = write
    }

    /// Writes to standard error, without waiting for whoever reads it.
    convenience init(_ level: Level, name: InterfaceName) {
        self.init(level, name: name) { line in
            var set = PollSet()
            set.add(2, .writing)
            guard (try? set.wait(nanoseconds: 0)) != nil, set.isWritable(2) else { return false }
            return (try? writeDescriptor(2, line)) != nil
        }
    }

    /// - Parameter now: `EngineClock` nanoseconds.
    func note(_ level: Level, _ event: StaticString, now: UInt64, _ fields: @autoclosure () -> [Field] = []) {
        guard level.rawValue <= self.level.rawValue else { return }
        let earned = min((now - min(lastGrant, now)) / (1_000_000_000 / Self.linesPerSecond), UInt64(Self.burst))
        if earned > 0 {
            allowance = min(allowance + Int(earned), Self.burst)
            lastGrant = now
        }
        guard allowance > 0 else {
            omitted += 1
            return
        }
        var line = "wireguard-swift: level=\(level) interface=\(name) event=\(event)"
        for (name, value) in fields() { line += " \(name)=\(Self.quoted(value))" }
        if omitted > 0 { line += " omitted=\(omitted)" }
        guard write(Array((line + "\n").utf8)) else {
            omitted += 1
            return
        }
        allowance -= 1
        omitted = 0
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") }
        guard !isPlain || value.isEmpty else { return value }
        let text = value.unicodeScalars.map { $0.value < 0x20 || $0 == "\"" || $0.value == 0x7f ? "?" : String($0) }
        return "\"\(text.joined())\""
    }
}
