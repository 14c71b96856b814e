import Testing
import WGLinux
import WGModel

@testable import WGControl

/// Answers with a port of its own, so that a test sees who was asked.
private struct FakeKernel: DeviceBackend {
    static let port: UInt16 = 1111
    var names: [InterfaceName] = []

    func list() throws(ControlError) -> [InterfaceName] { names }

    func get(_ name: InterfaceName) throws(ControlError) -> DeviceState {
        DeviceState(name: name, listenPort: Self.port)
    }

    func set(_ name: InterfaceName, _ change: DeviceChange) throws(ControlError) {
        throw ControlError(.set, name, .kernel, .busy)
    }
}

private func router(
    _ directory: RunDirectory, _ personality: BackendRouter.Personality, _ link: BackendRouter.Link,
    kernelNames: [InterfaceName] = []
) -> BackendRouter {
    BackendRouter(
        personality: personality, kernel: FakeKernel(names: kernelNames),
        engines: UserspaceBackend(runDirectory: directory.path), link: { _ in link })
}

@Suite struct BackendRouterTests {
    @Test(arguments: [
        (BackendRouter.Personality.wg, BackendRouter.Link.absent, true),
        (.wg, .tun, true),
        (.wg, .other, true),
        (.wg, .unknown, true),
        (.wg, .wireGuard, false),
        (.wgQuick, .absent, false),
        (.wgQuick, .tun, true),
        (.wgQuick, .other, false),
        (.wgQuick, .unknown, false),
        (.wgQuick, .wireGuard, false),
    ])
    func aLiveSocketIsChosenByWhoAsksAndWhichLinkIsHere(
        personality: BackendRouter.Personality, link: BackendRouter.Link, choosesEngine: Bool
    ) throws {
        let directory = RunDirectory()
        // The first connection only probes.
        let engine = try ScriptedEngine("\(directory.path)/d0.sock", answers: ["", "listen_port=22\nerrno=0\n\n"])
        let state = try router(directory, personality, link).get(InterfaceName("d0"))
        #expect(state.listenPort == (choosesEngine ? 22 : FakeKernel.port))
        #expect(engine.requests().isEmpty == !choosesEngine)
    }

    @Test(arguments: [BackendRouter.Link.absent, .tun, .other, .wireGuard])
    func withoutASocketTheKernelAnswers(link: BackendRouter.Link) throws {
        let directory = RunDirectory()
        for personality in [BackendRouter.Personality.wg, .wgQuick] {
            let router = router(directory, personality, link)
            #expect(try router.get(InterfaceName("d0")).listenPort == FakeKernel.port)
        }
    }

    @Test func aStaleSocketMakesWayForTheKernel() throws {
        let directory = RunDirectory()
        do { _ = try UnixSocket.listen("\(directory.path)/d0.sock") }
        #expect(try router(directory, .wg, .other).get(InterfaceName("d0")).listenPort == FakeKernel.port)
        #expect(!directory.exists("d0.sock"))
    }

    @Test func changesGoTheSameWay() throws {
        let directory = RunDirectory()
        let name = try InterfaceName("d0")
        #expect(throws: ControlError(.set, name, .kernel, .busy)) {
            try router(directory, .wg, .wireGuard).set(name, DeviceChange())
        }
    }

    @Test(arguments: [
        (BackendRouter.Personality.wg, BackendRouter.Link.absent, ["d1", "d0"]),
        (.wgQuick, .absent, ["d1"]),
        (.wgQuick, .other, ["d1"]),
        (.wgQuick, .tun, ["d1", "d0"]),
    ])
    func theListHasEachNameOnceWithTheKernelsFirst(
        personality: BackendRouter.Personality, link: BackendRouter.Link, names: [String]
    ) throws {
        let directory = RunDirectory()
        let first = try UnixSocket.listen("\(directory.path)/d0.sock")
        let second = try UnixSocket.listen("\(directory.path)/d1.sock")
        let router = router(directory, personality, link, kernelNames: [try InterfaceName("d1")])
        #expect(try router.list().map(\.text) == names)
        #expect(first.rawValue != second.rawValue)
    }
}
