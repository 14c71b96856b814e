public import WGControl
import WGLinux
import WGModel

/// What happens to devices, as a sequence that never ends by itself.
///
/// Nobody tells about WireGuard devices: the kernel has no messages for them, engines neither. So they are read at
/// intervals and each reading is compared with the one before. The first one reports the devices that are there as
/// appeared. What is done and undone between two readings is not seen.
///
/// Reading is driven by whoever iterates: while nobody asks for the next event nothing is read, nothing is queued, and
/// the next reading tells what changed in all that time. Each reading runs on a thread of its own that ends with it, so
/// that a slow engine blocks none of the threads that tasks share. The kernel is asked in the network namespace of the
/// process's tasks, which is the process's unless a program moves its threads.
///
/// A device that comes or goes is an event. Anything else that keeps it from being read, such as a missing right, is
/// thrown and ends the sequence. Cancelling the task ends it too, without an error.
public struct DeviceChanges: AsyncSequence, Sendable {
    private let interval: Duration
    private let read: @Sendable () throws(ControlError) -> [DeviceReading]

    init(interval: Duration, read: @escaping @Sendable () throws(ControlError) -> [DeviceReading]) {
        self.interval = interval
        self.read = read
    }

    public func makeAsyncIterator() -> Iterator { Iterator(interval: interval, read: read) }

    /// Reads devices when the events of the reading before are used up.
    public struct Iterator: AsyncIteratorProtocol {
        private let interval: Duration
        private let read: @Sendable () throws(ControlError) -> [DeviceReading]
        private var readings: [InterfaceName: DeviceReading] = [:]
        private var events: ArraySlice<DeviceEvent> = []
        private var due: ContinuousClock.Instant?
        private var isAtEnd = false

        init(interval: Duration, read: @escaping @Sendable () throws(ControlError) -> [DeviceReading]) {
            self.interval = interval
            self.read = read
        }

        /// The next event; `nil` when the task is cancelled, and after an error.
        public mutating func next() async throws(ControlError) -> DeviceEvent? { try await next(isolation: nil) }

        /// The next event; `nil` when the task is cancelled, and after an error.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(ControlError) -> DeviceEvent? {
            while events.isEmpty {
                guard await wait(isolation: actor) else { return nil }
                do {
                    take(try await Self.onOwnThread(isolation: actor, read).get())
                } catch {
                    isAtEnd = true
                    throw error
                }
            }
            return events.removeFirst()
        }

        /// Waits until the next reading is due; false when there is to be none.
        private mutating func wait(isolation actor: isolated (any Actor)?) async -> Bool {
            if let due, !isAtEnd { try? await Task.sleep(until: due, clock: .continuous) }
            if Task.isCancelled { isAtEnd = true }
            // A reading that took longer than the interval is not made up for.
            due = Swift.max(ContinuousClock.now, (due ?? ContinuousClock.now) + interval)
            return !isAtEnd
        }

        private mutating func take(_ found: [DeviceReading]) {
            var time: HandshakeTime?
            for reading in found {
                events += reading.events(since: readings[reading.name])
                time = reading.time
                // What is missing in an incomplete one would count as new the next time.
                if reading.state?.isComplete != false || readings[reading.name]?.state == nil {
                    readings[reading.name] = reading
                }
            }
            let names = Set(found.map(\.name))
            for (name, old) in readings where !names.contains(name) {
                let gone = DeviceReading(name: name, state: nil, time: time ?? old.time)
                events += gone.events(since: old)
                readings[name] = nil
            }
        }

        private static func onOwnThread(
            isolation actor: isolated (any Actor)?,
            _ read: @escaping @Sendable () throws(ControlError) -> [DeviceReading]
        ) async -> Result<[DeviceReading], ControlError> {
            @Sendable func result() -> Result<[DeviceReading], ControlError> {
                Result { () throws(ControlError) in try read() }
            }
            return await withCheckedContinuation(isolation: actor) { continuation in
                do {
                    try Thread(name: "wireguard-read") { continuation.resume(returning: result()) }.detach()
                } catch {
                    continuation.resume(returning: result())
                }
            }
        }
    }
}
