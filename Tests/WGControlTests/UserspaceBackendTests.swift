import Testing
import WGControl
import WGLinux
import WGModel

private func backend(
    _ directory: RunDirectory, _ patience: EnginePatience = EnginePatience()
) -> UserspaceBackend {
    UserspaceBackend(
        runDirectory: directory.path, patience: patience, publicKey: { PublicKey(bytes: $0.bytes) })
}

private let key = String(repeating: "11", count: 32)

@Suite struct UserspaceBackendTests {
    @Test func aDeviceIsReadFromItsSocket() throws {
        let directory = RunDirectory()
        let engine = try ScriptedEngine(
            "\(directory.path)/d0.sock", answers: ["private_key=\(key)\nlisten_port=7\nerrno=0\n\n"])
        let state = try backend(directory).get(InterfaceName("d0"))
        #expect(state.listenPort == 7)
        #expect(state.publicKey == PublicKey(bytes: KeyBytes(repeating: 0x11)))
        #expect(engine.requests() == ["get=1\n\n"])
    }

    @Test func aChangeIsSentToTheSocket() throws {
        let directory = RunDirectory()
        let engine = try ScriptedEngine("\(directory.path)/d0.sock", answers: ["errno=0\n\n"])
        try backend(directory).set(InterfaceName("d0"), DeviceChange(listenPort: 9))
        #expect(engine.requests() == ["set=1\nlisten_port=9\n\n"])
    }

    @Test(arguments: [
        ("errno=-98\n\n", Errno.addressInUse, ControlError.ReplyFault?.none),
        ("errno=98\n\n", .addressInUse, nil),
        ("", .protocolError, .cutShort),
        ("errno=0\n", .protocolError, .cutShort),
        ("\n", .protocolError, .cutShort),
        ("listen_port\n", .protocolError, .missingEquals),
        ("listen_port=x\n", .protocolError, .invalidValue(key: "listen_port")),
    ])
    func aRefusalOrAnUnreadableAnswerIsAnError(
        answer: String, errno: Errno, fault: ControlError.ReplyFault?
    ) throws {
        let directory = RunDirectory()
        let engine = try ScriptedEngine("\(directory.path)/d0.sock", answers: [answer])
        let name = try InterfaceName("d0")
        let expected = ControlError(
            .get, name, .engine(socket: "\(directory.path)/d0.sock"), errno, replyError: fault)
        #expect(throws: expected) { try backend(directory).get(name) }
        _ = engine.requests()
    }

    @Test func aStaleSocketIsRemovedAndNotListed() throws {
        let directory = RunDirectory()
        do { _ = try UnixSocket.listen("\(directory.path)/d0.sock") }
        let live = try UnixSocket.listen("\(directory.path)/d1.sock")
        #expect(directory.exists("d0.sock"))
        #expect(try backend(directory).list() == [InterfaceName("d1")])
        #expect(!directory.exists("d0.sock"))
        #expect(live.rawValue >= 0)
    }

    @Test(arguments: ["x.sock", "d0.socket", "d0", "muchlongerthan15.sock", ".sock", "a b.sock"])
    func otherFilesAreNotDevices(name: String) throws {
        let directory = RunDirectory()
        if name == "x.sock" {
            _ = try FileDescriptor.open("\(directory.path)/\(name)", .writeOnly, create: 0o600)
            #expect(try backend(directory).list().isEmpty)
        } else {
            let listener = try UnixSocket.listen("\(directory.path)/\(name)")
            #expect(try backend(directory).list().isEmpty)
            #expect(listener.rawValue >= 0)
        }
        #expect(directory.exists(name))
    }

    @Test func noDirectoryMeansNoDevices() throws {
        #expect(try UserspaceBackend(runDirectory: "/nonexistent/d").list().isEmpty)
    }

    @Test func aMissingSocketIsNamedInTheError() throws {
        let name = try InterfaceName("d0")
        let directory = RunDirectory()
        let error = try #require(throws: ControlError.self) { try backend(directory).get(name) }
        #expect(error.errno == .noSuchFile)
        #expect(error.source == .engine(socket: "\(directory.path)/d0.sock"))
    }
}
