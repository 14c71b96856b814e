import TestSupport
import Testing
import WGLinux
import WGModel

@testable import WGControl

private let key = String(repeating: "11", count: 32)
private let zero = String(repeating: "00", count: 32)

/// What a sound engine would say.
private let soundReply = """
    private_key=\(key)
    listen_port=51820
    public_key=\(key)
    preshared_key=\(zero)
    protocol_version=1
    endpoint=[2001:db8::1]:7
    last_handshake_time_sec=1700000000
    last_handshake_time_nsec=5
    tx_bytes=1
    rx_bytes=2
    persistent_keepalive_interval=25
    allowed_ip=10.0.0.0/8
    errno=0


    """

/// Only what a test is about may end an exchange.
private func patience(
    silence: Duration = .seconds(600), whole: Duration = .seconds(600), replyBytes: Int = 256 << 20
) -> EnginePatience {
    EnginePatience(silence: silence, whole: whole, replyBytes: replyBytes)
}

/// A device behind an engine that behaves so.
private final class Device {
    let directory = RunDirectory()
    let name: InterfaceName
    let backend: UserspaceBackend
    private let engine: HostileEngine

    init(_ patience: EnginePatience = patience(), _ behave: @escaping HostileEngine.Behaviour) throws {
        name = try InterfaceName("d0")
        backend = UserspaceBackend(runDirectory: directory.path, patience: patience)
        engine = try HostileEngine("\(directory.path)/d0.sock", behave)
    }

    func getFailure() throws -> ControlError {
        try #require(throws: ControlError.self) { try backend.get(name) }
    }

    func setFailure(_ change: DeviceChange) throws -> ControlError {
        try #require(throws: ControlError.self) { try backend.set(name, change) }
    }
}

/// A request of more bytes than sockets hold.
private func longChange() -> DeviceChange {
    let peer = PeerChange(publicKey: PublicKey(bytes: KeyBytes(repeating: 0x11)), persistentKeepalive: 1)
    return DeviceChange(listenPort: 7, peers: Array(repeating: peer, count: 20_000))
}

@Suite struct HostileEngineTests {
    @Test(arguments: ["", "private_key=\(key)\nlisten", String(soundReply.dropLast())])
    func anEngineThatHangsIsGivenUpOn(beginning: String) throws {
        let device = try Device(patience(silence: .milliseconds(20))) { connection in
            Habit.say(beginning, connection)
            Habit.readToEnd(connection)
        }
        #expect(try device.getFailure().errno == .timedOut)
    }

    @Test func anEngineThatNeverAcceptsIsGivenUpOn() throws {
        let directory = RunDirectory()
        let listener = try UnixSocket.listen("\(directory.path)/d0.sock")
        let backend = UserspaceBackend(runDirectory: directory.path, patience: patience(silence: .milliseconds(20)))
        let name = try InterfaceName("d0")
        #expect(try #require(throws: ControlError.self) { try backend.get(name) }.errno == .timedOut)
        let error = try #require(throws: ControlError.self) { try backend.set(name, longChange()) }
        #expect(error.errno == .timedOut)
        #expect(listener.rawValue >= 0)
    }

    @Test func anEngineThatReadsNothingIsGivenUpOn() throws {
        let device = try Device(patience(silence: .milliseconds(20))) { connection in
            // The client's end, without reading what it has sent.
            var set = PollSet()
            set.add(connection.rawValue, [])
            try? set.wait(nanoseconds: nil)
        }
        #expect(try device.setFailure(longChange()).errno == .timedOut)
    }

    @Test(arguments: ["a", "colour=blue\n"])
    func anEngineThatDribblesIsGivenUpOn(text: String) throws {
        // Never silent for long, so that only the limit of the whole can end it.
        let device = try Device(patience(whole: .milliseconds(50))) { connection in
            do {
                while true {
                    for byte in text.utf8 {
                        try UnixSocket.send([byte], to: connection)
                        WallClock.sleep(.milliseconds(1))
                    }
                }
            } catch {}
        }
        #expect(try device.getFailure().errno == .timedOut)
    }

    @Test func theLimitOfTheWholeGrowsWithWhatIsSaid() {
        let patience = EnginePatience()
        #expect(patience.limit(after: 0) == .seconds(30))
        #expect(patience.limit(after: 640 << 10) == .seconds(40))
        #expect(patience.limit(after: patience.replyBytes) < .seconds(2 * 3600))
    }

    @Test func anAnswerThatEndsAtAnyByteIsAnError() throws {
        let reply = Array(soundReply.utf8)
        let next = Counter()
        let device = try Device { connection in
            Habit.readRequest(connection)
            try? UnixSocket.send(Array(reply.prefix(next.take())), to: connection)
        }
        for length in 0..<reply.count {
            let error = try device.getFailure()
            #expect(error.errno == .protocolError, "\(length) bytes")
            #expect(error.replyError == .cutShort, "\(length) bytes")
        }
        let state = try device.backend.get(device.name)
        #expect(state.listenPort == 51820)
        #expect(state.peers.count == 1)
    }

    @Test(
        arguments: [
            ("a", Errno.protocolError, ControlError.ReplyFault.lineTooLong), ("\0", .protocolError, .lineTooLong),
            ("\0\n", .protocolError, .missingEquals), ("colour=blue\n", .messageTooLong, nil),
            ("\0=\0\n", .messageTooLong, nil), ("errno=0\n", .messageTooLong, nil),
            ("public_key=\(key)\nallowed_ip=::/0\n", .messageTooLong, nil),
            ("public_key=\(key)\npreshared_key=\(key)\nendpoint=1.2.3.4:5\n", .messageTooLong, nil),
        ] as [(String, Errno, ControlError.ReplyFault?)])
    func anEngineThatNeverEndsIsCutOff(piece: String, errno: Errno, fault: ControlError.ReplyFault?) throws {
        let device = try Device(patience(replyBytes: 1 << 20)) { connection in
            Habit.repeatForEver(String(repeating: piece, count: 4096 / piece.utf8.count), connection)
        }
        let error = try device.getFailure()
        #expect(error.errno == errno)
        #expect(error.replyError == fault)
    }

    @Test(
        arguments: [
            ("listen_port=5\0\nerrno=0\n\n", "listen_port"), ("listen_port=-5\nerrno=0\n\n", "listen_port"),
            ("listen_port=99999999999999999999999999\n", "listen_port"), ("fwmark=0x10\n", "fwmark"),
            ("errno=\n\n", "errno"), ("errno=0\0\n\n", "errno"), ("errno=99999999999\n\n", "errno"),
            ("errno=-\n\n", "errno"), ("errno=0x16\n\n", "errno"), ("private_key=\(key)\0\n", "private_key"),
            ("public_key=\(key)\nrx_bytes=-1\n", "rx_bytes"),
            ("public_key=\(key)\ntx_bytes=18446744073709551616\n", "tx_bytes"),
            ("public_key=\(key)\nlast_handshake_time_sec=-1\n", "last_handshake_time_sec"),
            ("public_key=\(key)\npersistent_keepalive_interval=65536\n", "persistent_keepalive_interval"),
            ("public_key=\(key)\nallowed_ip=1.2.3.4/33\n", "allowed_ip"),
            ("public_key=\(key)\nendpoint=host:5\n", "endpoint"),
        ])
    func aValueThatCanNotBeIsNamed(answer: String, fault: String) throws {
        let device = try Device { connection in
            Habit.readRequest(connection)
            Habit.say(answer, connection)
        }
        let error = try device.getFailure()
        #expect(error.errno == .protocolError)
        #expect(error.replyError == .invalidValue(key: fault))
    }

    @Test(arguments: [
        ("errno=22\n\n", Errno.invalidArgument), ("errno=-22\n\n", .invalidArgument),
        ("errno=-98\n\n", .addressInUse), ("errno=1\n\n", .notPermitted),
        ("errno=-2147483648\n\n", Errno(rawValue: .max)), ("errno=0\nerrno=-5\n\n", .inputOutput),
    ])
    func eitherSignOfAnErrorIsUnderstood(answer: String, errno: Errno) throws {
        let device = try Device { connection in
            Habit.readRequest(connection)
            Habit.say(answer, connection)
        }
        #expect(try device.getFailure().errno == errno)
        #expect(try device.setFailure(DeviceChange(listenPort: 5)).errno == errno)
    }

    @Test func anAnswerWithoutAnErrorNumberIsNoSuccess() throws {
        let device = try Device { connection in
            Habit.readRequest(connection)
            Habit.say("listen_port=5\n\n", connection)
        }
        #expect(try device.getFailure().replyError == .cutShort)
        #expect(try device.setFailure(DeviceChange()).replyError == .cutShort)
    }

    @Test func anEngineThatHangsUpAtOnceIsAnError() throws {
        let device = try Device { _ in }
        let ends: [Errno] = [.protocolError, .connectionReset, .brokenPipe]
        #expect(ends.contains(try device.getFailure().errno))
        #expect(ends.contains(try device.setFailure(longChange()).errno))
    }

    @Test(arguments: [true, false])
    func aRefusalBeforeTheEndOfARequestIsUnderstood(hangsUp: Bool) throws {
        let device = try Device { connection in
            _ = try? connection.read(upTo: 100)
            Habit.say("errno=-98\n\n", connection)
            if !hangsUp { Habit.readToEnd(connection) }
        }
        #expect(try device.setFailure(longChange()).errno == .addressInUse)
    }

    @Test func successBeforeTheEndOfARequestIsNone() throws {
        let device = try Device { connection in
            _ = try? connection.read(upTo: 100)
            Habit.say("errno=0\n\n", connection)
        }
        #expect(try device.setFailure(longChange()).errno == .protocolError)
    }

    @Test func theDialectsOfOtherEnginesAreUnderstood() throws {
        let answers = Counter()
        let dialects = [
            // boringtun: a public key for the private one, ages for times.
            "own_public_key=\(key)\nlisten_port=7\npublic_key=\(zero)\nlast_handshake_time_sec=5\nerrno=0\n\n",
            // gotatun: keys of its own.
            "private_key=\(key)\nlisten_port=7\npublic_key=\(zero)\ndaita_enable=1\ndaita_rx=x\nerrno=0\n\n",
        ]
        let device = try Device { connection in
            Habit.readRequest(connection)
            Habit.say(dialects[min(answers.take(), 1)], connection)
        }
        for _ in dialects {
            let state = try device.backend.get(device.name)
            #expect(state.listenPort == 7)
            #expect(state.peers.map(\.publicKey) == [.zero])
        }
    }
}
