import Testing
import WGCrypto
import WGModel

@testable import WGEngine

@Suite struct EngineLogTests {
    private final class Sink {
        var lines: [String] = []
        var isFull = false
    }
    private let sink = Sink()
    private let name: InterfaceName

    init() throws { name = try InterfaceName("wg7") }

    private func log(_ level: EngineLog.Level) -> EngineLog {
        let sink = sink
        return EngineLog(level, name: name) { line in
            if !sink.isFull { sink.lines.append(String(decoding: line, as: UTF8.self)) }
            return !sink.isFull
        }
    }

    @Test func `a line has level, interface, event and fields`() {
        log(.verbose).note(.error, "port-unavailable", now: 1, [("port", "53"), ("reason", "Address \"in\" use\n")])
        let expected =
            "wireguard-swift: level=error interface=wg7 event=port-unavailable port=53 reason=\"Address ?in? use?\"\n"
        #expect(sink.lines == [expected])
    }

    @Test(arguments: [(EngineLog.Level.silent, 0), (.error, 1), (.verbose, 2)])
    func `the level says what is told`(level: EngineLog.Level, count: Int) {
        let log = log(level)
        log.note(.error, "a", now: 1)
        log.note(.verbose, "b", now: 1)
        #expect(sink.lines.count == count)
    }

    @Test func `a flood of events is a few lines, and the next one counts the others`() {
        let log = log(.verbose)
        let start: UInt64 = 1_000_000_000_000
        for _ in 0..<1000 { log.note(.error, "a", now: start) }
        #expect(sink.lines.count == EngineLog.burst)
        log.note(.error, "b", now: start + 1_000_000_000)
        #expect(
            sink.lines.last == "wireguard-swift: level=error interface=wg7 event=b omitted=\(1000 - EngineLog.burst)\n")
        for _ in 0..<1000 { log.note(.error, "c", now: start + 1_000_000_000) }
        #expect(sink.lines.count == EngineLog.burst + Int(EngineLog.linesPerSecond))
    }

    @Test func `nobody waits for a reader`() {
        let log = log(.verbose)
        sink.isFull = true
        for _ in 0..<5 { log.note(.error, "a", now: 1) }
        sink.isFull = false
        log.note(.error, "b", now: 1)
        #expect(sink.lines == ["wireguard-swift: level=error interface=wg7 event=b omitted=5\n"])
    }

    @Test func `a handshake's lines hold public keys and no other`() throws {
        let preshared = Random.presharedKey()
        let pair = try SimulatedPair(presharedKeys: (preshared, preshared))
        pair.establish()
        let text = (pair.a.journal.text + pair.b.journal.text).joined()
        #expect(text.contains("event=session-established peer=\(pair.b.publicKey.base64)"))
        #expect(text.contains("role=responder"))
        for secret in [pair.a.privateKey.base64, pair.b.privateKey.base64, preshared.base64] {
            #expect(!text.contains(secret))
        }
    }
}
