import Testing
import WGControl
import WGLinux

@testable import WireGuardControl

@Suite struct DeviceChangesTests {
    private let wg0: InterfaceName
    private let empty: DeviceState
    private let peer = PeerState(publicKey: PublicKey(bytes: KeyBytes(repeating: 1)))
    private let full: DeviceState

    init() throws {
        wg0 = try InterfaceName("wg0")
        empty = DeviceState(name: wg0)
        full = DeviceState(name: wg0, peers: [peer])
    }

    /// The first events of a sequence, without a pause between readings.
    private func first(_ count: Int, of changes: DeviceChanges) async throws(ControlError) -> [DeviceEvent.Kind] {
        var kinds: [DeviceEvent.Kind] = []
        for try await event in changes {
            kinds.append(event.kind)
            if kinds.count == count { break }
        }
        return kinds
    }

    @Test func eventsFollowTheReadings() async throws {
        let scripted = ScriptedDevices([
            .success([]), .success([empty]), .success([full]), .success([full]), .success([]),
        ])
        let kinds = try await first(3, of: scripted.devices.changes(of: wg0, every: .zero))
        #expect(kinds == [.appeared(empty), .peerAdded(peer), .vanished])
        #expect(scripted.readings == 5)
    }

    @Test func nothingIsReadUntilSomebodyAsks() async throws {
        let scripted = ScriptedDevices([.success([full]), .success([])])
        let changes = scripted.devices.changes(of: wg0, every: .zero)
        var iterator = changes.makeAsyncIterator()
        #expect(scripted.readings == 0)
        #expect(try await iterator.next()?.kind == .appeared(full))
        #expect(scripted.readings == 1)
    }

    @Test func allDevicesAreFollowed() async throws {
        let wg1 = DeviceState(name: try InterfaceName("wg1"))
        let scripted = ScriptedDevices([.success([full, wg1]), .success([full, wg1]), .success([wg1])])
        var iterator = scripted.devices.changes(every: .zero).makeAsyncIterator()
        #expect(try await iterator.next() == DeviceEvent(device: wg0, kind: .appeared(full)))
        #expect(try await iterator.next() == DeviceEvent(device: wg1.name, kind: .appeared(wg1)))
        #expect(try await iterator.next() == DeviceEvent(device: wg0, kind: .vanished))
    }

    @Test func anIncompleteReadingIsNotTheMeasureOfTheNextOne() async throws {
        var torn = empty
        torn.isComplete = false
        let scripted = ScriptedDevices([.success([full]), .success([torn]), .success([full]), .success([])])
        let kinds = try await first(2, of: scripted.devices.changes(of: wg0, every: .zero))
        #expect(kinds == [.appeared(full), .vanished])
    }

    @Test func anErrorEndsTheSequence() async throws {
        let refused = ControlError(.get, wg0, .kernel, .notPermitted)
        let scripted = ScriptedDevices([.success([full]), .failure(refused)])
        var iterator = scripted.devices.changes(of: wg0, every: .zero).makeAsyncIterator()
        #expect(try await iterator.next()?.kind == .appeared(full))
        await #expect(throws: refused) { try await iterator.next() }
        #expect(try await iterator.next() == nil)
        #expect(scripted.readings == 2)
    }

    @Test func cancellingEndsTheSequence() async throws {
        let scripted = ScriptedDevices([.success([full])])
        let devices = scripted.devices
        let task = Task { [wg0] () throws(ControlError) -> Int in
            var count = 0
            // It would wait for a day after the first event.
            for try await _ in devices.changes(of: wg0, every: .seconds(86_400)) {
                count += 1
                withUnsafeCurrentTask { $0?.cancel() }
            }
            return count
        }
        #expect(try await task.value == 1)
        #expect(scripted.readings == 1)
    }

    @Test(
        arguments: [
            (.kernel, .noSuchDevice, nil, true), (.kernel, .protocolNotSupported, nil, true),
            (.kernel, .notSupported, nil, true), (.kernel, .notPermitted, nil, false),
            (.engine(socket: "s"), .connectionRefused, nil, true),
            (.engine(socket: "s"), .protocolError, .cutShort, true),
            (.engine(socket: "s"), .protocolError, .lineTooLong, false), (.engine(socket: "s"), .timedOut, nil, false),
        ] as [(ControlError.Source, Errno, ControlError.ReplyFault?, Bool)])
    func someErrorsMeanThatThereIsNoDevice(
        source: ControlError.Source, errno: Errno, fault: ControlError.ReplyFault?, isAbsence: Bool
    ) throws {
        let error = ControlError(.get, wg0, source, errno, replyError: fault)
        let devices = ScriptedDevices([.failure(error)]).devices
        if isAbsence {
            #expect(try devices.reading(of: wg0).state == nil)
        } else {
            #expect(throws: error) { try devices.reading(of: wg0) }
        }
    }
}
