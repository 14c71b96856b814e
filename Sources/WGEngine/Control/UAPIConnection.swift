internal import CLinux
import WGLinux
import WGModel
import WGUAPI

/// What the UAPI server asks of the device.
protocol UAPIDevice: AnyObject {
    /// Applies one line of a set request.
    func apply(_ setting: UAPISetting, at cursor: inout SetCursor) throws(Errno)
    /// The request has ended, as a whole or not: what it changed is in force when this returns.
    func finish(_ cursor: inout SetCursor) throws(Errno)
    /// A request could not be understood.
    func noteRefused(_ error: UAPIError)
    /// Writes the next part, of about `limit` bytes, of the answer to `get=1`.
    func writeReport(to text: inout TextBuffer, _ cursor: inout ReportCursor, limit: Int)
}

/// One client of the UAPI socket. Control thread only.
///
/// Bounded: a line, what one reading gave, and a part of a reply. A client that doesn't take its reply is not read from.
final class UAPIConnection {
    /// Bytes of a reply that are there at a time.
    private static let partSize = 64 * 1024
    /// How many parts of replies are made before others have their turn.
    private static let partsPerTurn = 4

    private let socket: FileDescriptor
    /// A scope may be an interface's name or its index.
    private var parser = UAPIRequestParser(scopes: { UInt32($0) ?? TunDevice.linkIndex(of: $0) })
    private var setCursor = SetCursor()
    /// Why the set request under way has failed; its other lines have no effect.
    private var setFailure: Errno?
    /// The answer to `get=1` that is under way.
    private var report: ReportCursor?
    private var output = TextBuffer()
    /// How much of `output` is sent.
    private var sent = 0
    /// The client has said its last.
    private var hasEnded = false
    /// The stream has lost its frame.
    private var isBroken = false
    /// Something is left to do that needs no more bytes.
    private var isBusy = false
    private(set) var isFinished = false

    /// Takes a non-blocking stream socket.
    init(_ socket: consuming FileDescriptor) { self.socket = socket }

    var descriptor: Int32 { socket.rawValue }

    /// A client that hasn't taken its reply is only written to.
    var interest: PollSet.Interest { isBusy ? .writing : .reading }

    /// Does what can be done without waiting, and without keeping others waiting.
    ///
    /// - Parameter buffer: to read into; erased on return.
    func serve(_ device: some UAPIDevice, buffer: UnsafeMutableRawBufferPointer) {
        do {
            isBusy = try !advance(device, buffer)
        } catch {
            isBusy = false
            isFinished = true
        }
        if isFinished || hasEnded || isBroken, !isBusy { end(device) }
    }

    /// A request that was cut off stays in force as far as it came.
    func end(_ device: some UAPIDevice) {
        isFinished = true
        output.erase()
        try? device.finish(&setCursor)
    }

    /// False when it stopped for others, or for the client to take its reply.
    private func advance(_ device: some UAPIDevice, _ buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Bool {
        var hasRead = false
        for _ in 0..<Self.partsPerTurn {
            guard try send() else { return false }
            if report != nil {
                writeReport(device)
                continue
            }
            while output.bytes.isEmpty, report == nil, try takeStep(device) {}
            guard output.bytes.isEmpty, report == nil else { continue }
            if isBroken || hasEnded || hasRead { return true }
            try read(into: buffer)
            hasRead = true
        }
        return false
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) {
        let count = clinux_read(descriptor, buffer.baseAddress, buffer.count)
        guard count != -Int(EAGAIN), count != -Int(EINTR) else { return }
        guard count >= 0 else { throw Errno(rawValue: Int32(-count)) }
        if count == 0 { hasEnded = true }
        parser.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]).bindMemory(to: UInt8.self).span)
        clinux_erase(buffer.baseAddress, count)
    }

    /// False when more bytes are needed.
    private func takeStep(_ device: some UAPIDevice) throws(Errno) -> Bool {
        guard !isBroken else { return false }
        do throws(UAPIError) {
            guard let step = try parser.next() else { return false }
            switch step {
            case .get: report = ReportCursor()
            case .setting(let setting): apply(setting, device)
            case .endOfSet: answerSet(device)
            }
        } catch {
            isBroken = error.closesConnection
            device.noteRefused(error)
            try? device.finish(&setCursor)
            let failed = setFailure.map { UAPIEncoder.failure(.set, errno: $0.rawValue) }
            answer(failed ?? UAPIEncoder.reply(to: error))
        }
        return true
    }

    private func apply(_ setting: UAPISetting, _ device: some UAPIDevice) {
        guard setFailure == nil else { return }
        do throws(Errno) {
            try device.apply(setting, at: &setCursor)
        } catch {
            setFailure = error
        }
    }

    private func answerSet(_ device: some UAPIDevice) {
        do throws(Errno) {
            try device.finish(&setCursor)
        } catch {
            setFailure = setFailure ?? error
        }
        answer(setFailure.map { UAPIEncoder.failure(.set, errno: $0.rawValue) } ?? UAPIEncoder.reply(errno: 0))
    }

    private func answer(_ bytes: [UInt8]) {
        setFailure = nil
        setCursor = SetCursor()
        output.append(bytes)
    }

    private func writeReport(_ device: some UAPIDevice) {
        guard var cursor = report else { return }
        // Room for the line that crosses the limit: text that moves leaves a copy of its keys behind.
        if output.bytes.capacity < Self.partSize { output = TextBuffer(capacity: Self.partSize + 1024) }
        device.writeReport(to: &output, &cursor, limit: Self.partSize)
        report = cursor.isFinished ? nil : cursor
    }

    /// False when the client has to take something first.
    private func send() throws(Errno) -> Bool {
        guard !output.bytes.isEmpty else { return true }
        sent += try sendAvailable(descriptor, output.bytes[sent...])
        guard sent == output.bytes.count else { return false }
        output.erase()
        sent = 0
        // An idle client holds no memory.
        if report == nil { output = TextBuffer() }
        return true
    }
}
