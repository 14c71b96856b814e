import Glibc
import Synchronization
import Testing
import WGLinux

@testable import WGEngine

/// The ring without a data plane around it: the test's thread is the owner.
@Suite struct WorkerRingTests {
    /// Messages in memory of their own, as the outbound loop lays them out.
    private final class Messages {
        let bytes: UnsafeMutableRawPointer
        let keypair = UnsafeMutablePointer<KeypairRecord>.allocate(capacity: 1)
        let texts: [[UInt8]]
        let counters: [UInt64]
        let segment: Int

        /// Texts of one size, but for a last one that is shorter.
        init(first: UInt64, count: Int, size: Int, last: Int) {
            texts = (0..<count).map { index in
                (0..<(index == count - 1 ? last : size)).map { UInt8(truncatingIfNeeded: index &* 7 &+ $0) }
            }
            counters = (0..<count).map { first + UInt64($0) }
            segment = TransportMessage.overhead + size
            bytes = .allocate(byteCount: count * segment, alignment: 1)
            keypair.initialize(
                to: KeypairRecord(
                    sendKey: InlineArray(repeating: 1), receiveKey: InlineArray(repeating: 2), localIndex: 5,
                    remoteIndex: 6, peer: 1, isInitiator: true, birth: 1))
        }

        deinit {
            bytes.deallocate()
            keypair.deinitialize(count: 1)
            keypair.deallocate()
        }

        var count: Int { (texts.count - 1) * segment + TransportMessage.overhead + (texts.last?.count ?? 0) }
        var all: UInt64 { .max >> UInt64(64 - texts.count) }

        func job(isSealing: Bool, wanted: UInt64) -> WorkerJob {
            WorkerJob(
                bytes: bytes, count: count, segment: segment, keypair: keypair, isSealing: isSealing, wanted: wanted)
        }

        func layPlain() {
            for (index, text) in texts.enumerated() {
                put([4, 0, 0, 0, 6, 0, 0, 0] + Self.little(counters[index]) + text, at: index)
            }
        }

        /// As the peer would seal them, by our receive key.
        func laySealed() {
            for (index, text) in texts.enumerated() {
                put(WireHarness.seal(text, index: 5, counter: counters[index], key: 2), at: index)
            }
        }

        func spoil(_ index: Int) { (bytes + index * segment).storeByte(0xff, 20) }

        func message(_ index: Int) -> [UInt8] {
            Array(
                UnsafeRawBufferPointer(
                    start: bytes + index * segment, count: TransportMessage.overhead + texts[index].count))
        }

        private func put(_ message: [UInt8], at index: Int) {
            (bytes + index * segment).copyMemory(from: message, byteCount: message.count)
        }

        private static func little(_ value: UInt64) -> [UInt8] {
            (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        }
    }

    private func withRing(_ policy: WorkerRing.Policy, _ body: (WorkerRing) throws -> Void) throws {
        guard var workers = try Workers.start(policy) else {
            Issue.record("there are no workers")
            return
        }
        defer { workers.end() }
        try body(workers.outbound)
        let left = workers.outbound.count
        #expect(left == 0)
    }

    /// The owner alone, workers alone, and all together.
    private static let policies = [
        WorkerRing.Policy(workers: 1, wakesAt: .max), .always(workers: 1), .always(workers: 2),
        WorkerRing.Policy(workers: 1, wakesAt: 1), WorkerRing.Policy(workers: 2),
    ]

    @Test(arguments: policies.indices)
    func jobsComeBackSealedInTheOrderInWhichTheyWereGiven(kind: Int) throws {
        let given = (0..<200).map { round in
            // Texts are padded to 16 bytes before.
            Messages(first: UInt64(round) * 100, count: 1 + round * 7 % 64, size: 16 * (round % 9), last: 0)
        }
        var back = 0
        try withRing(Self.policies[kind]) { ring in
            func takeOne() {
                ring.finishOldest()
                let messages = given[back]
                #expect(ring.oldest.pointee.bytes == messages.bytes)
                for index in messages.texts.indices {
                    let isSame = WireHarness.open(messages.message(index), key: 1) == messages.texts[index]
                    #expect(isSame)
                }
                back += 1
                ring.takeOldest()
            }
            for messages in given {
                messages.layPlain()
                ring.submit(messages.job(isSealing: true, wanted: messages.all))
                while ring.count == WorkerRing.capacity || ring.oldestIsDone { takeOne() }
            }
            while ring.count > 0 { takeOne() }
        }
        #expect(back == given.count)
    }

    @Test(arguments: policies.indices)
    func whatIsNotGenuineIsToldApartAndWhatIsNotWantedIsLeftAlone(kind: Int) throws {
        try withRing(Self.policies[kind]) { ring in
            for round in 0..<50 {
                let messages = Messages(first: 1 << 40, count: 64, size: 16 * (round % 5), last: 0)
                messages.laySealed()
                messages.spoil(round)
                let untouched = messages.message(63 - round % 10)
                let wanted = messages.all & ~(1 << UInt64(63 - round % 10))
                ring.submit(messages.job(isSealing: false, wanted: wanted))
                let genuine = ring.finishOldest()
                #expect(genuine == wanted & ~(1 << UInt64(round)))
                ring.takeOldest()
                let isSame = messages.message(63 - round % 10) == untouched
                #expect(isSame)
                for index in messages.texts.indices where index != round && index != 63 - round % 10 {
                    let isText = Array(messages.message(index)[16...].dropLast(16)) == messages.texts[index]
                    #expect(isText)
                }
            }
        }
    }

    @Test func fewProcessorsHaveNoWorkers() throws {
        let counts = (1...8).map { WorkerRing.Policy.fitting(processors: $0).workers }
        #expect(counts == [0, 0, 0, 1, 1, 2, 2, 2])
        #expect(WorkerRing.Policy.fitting(processors: 256).workers == 2)
        // Neither a ring nor its memory.
        if var workers = try Workers.start(.fitting(processors: 3)) {
            workers.end()
            Issue.record("there are workers")
        }
    }

    @Test func sharingBeginsUnderSustainedLoadAndEndsWithIt() {
        let ring = WorkerRing(.fitting(processors: 4))
        defer { ring.deallocate() }
        var use = WorkerUse(ring)
        func after(_ loads: [Int]) -> [Bool] {
            loads.map { load in
                use.judge(load)
                return use.isShared
            }
        }
        #expect(after([900, 900, 850, 900, 900]) == [false, false, false, false, false])
        #expect(after([900, 400, 300, 250]) == [true, true, true, true])
        #expect(after([249, 900, 900]) == [false, false, false])
        #expect(after([900]) == [true])
    }

    @Test func workersWithoutWorkSleep() throws {
        try withRing(.always(workers: 2)) { ring in
            // Once they have begun, worked, and gone to sleep again.
            let messages = Messages(first: 0, count: 64, size: 160, last: 0)
            messages.layPlain()
            ring.submit(messages.job(isSealing: true, wanted: messages.all))
            ring.finishOldest()
            ring.takeOldest()
            #expect(eventually { ring.sleeperCount == 2 })
        }
    }
}
