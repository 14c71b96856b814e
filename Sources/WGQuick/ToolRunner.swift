import WGLinux

/// What a tool said, and how it ended.
struct ToolResult: Equatable {
    let end: ProcessEnd
    let output: [UInt8]
    /// The first line that it wrote to its standard error, without its end.
    let complaint: String
}

/// Programs that are given text, or asked for some, such as nft, iptables-restore and resolvconf.
///
/// Unlike hooks they are ours, so signals don't end them: half-done work would be left behind, and rolling back needs
/// them most when a signal has come. They run in a group of their own, where a terminal's signals do not reach them, and
/// the caller finds the signal afterwards. A signal does bound the time that is left.
extension ProcessRunner {
    enum ToolErrors {
        /// Its standard error goes on to ours as it comes.
        case shown
        case hidden
    }

    /// How long a tool may take at all, and how long once a signal is there.
    struct Patience {
        var whole: Duration = .seconds(60)
        var afterSignal: Duration = .seconds(5)
    }

    /// Bytes of output, beyond which a tool is ended.
    private static let outputLimit = 64 << 20
    private static let complaintLimit = 4096

    /// Runs a program from `PATH` that has to succeed.
    ///
    /// - Parameter input: is all that it can read on its standard input; of any size.
    func runTool(
        _ program: String, _ arguments: [String], input: [UInt8] = [], errors: ToolErrors = .shown
    ) throws(QuickError) -> [UInt8] {
        let result = try askTool(program, arguments, input: input, errors: errors)
        guard result.end.isSuccess else { throw .toolFailed(program, result.end, said: result.complaint) }
        return result.output
    }

    /// Runs a program from `PATH` whose end the caller judges.
    func askTool(
        _ program: String, _ arguments: [String], input: [UInt8] = [], errors: ToolErrors = .hidden,
        patience: Patience = Patience()
    ) throws(QuickError) -> ToolResult {
        guard let path = environment.find(program) else { throw .toolNotFound(program) }
        do {
            let source = try FileDescriptor.memory(input)
            let output = try Pipe()
            let complaints = try Pipe()
            let streams = StandardStreams(
                input: source.rawValue, output: output.writing.rawValue, error: complaints.writing.rawValue)
            let child = try ChildProcess.start(
                path, [program] + arguments, environment: environment.entries, ownGroup: true, signals: signals,
                streams: streams)
            var said = Transcript(
                output: output.closeWriting(), errors: complaints.closeWriting(), showsErrors: errors == .shown,
                limits: (Self.outputLimit, Self.complaintLimit))
            guard let end = try listen(to: child, patience, &said) else { throw QuickError.toolTookTooLong(program) }
            guard said.isComplete else { throw QuickError.toolSaidTooMuch(program) }
            return ToolResult(end: end, output: said.output, complaint: said.complaint)
        } catch let error as QuickError {
            throw error
        } catch {
            throw .cannotStart(program: path, error as? Errno ?? .inputOutput)
        }
    }

    /// Until the program ends; what it left running may keep the pipes. `nil` if it had to be killed for the time.
    private func listen(
        to child: ChildProcess, _ patience: Patience, _ said: inout Transcript
    ) throws(Errno) -> ProcessEnd? {
        let ending = try child.endDescriptor()
        var deadline = BootClock.now() + patience.whole
        var isHurried = false
        while true {
            if let end = try child.reap() {
                try said.takeRest()
                return end
            }
            if !isHurried, signals.isPending {
                isHurried = true
                deadline = min(deadline, BootClock.now() + patience.afterSignal)
            }
            let left = deadline - BootClock.now()
            guard left > .zero, said.isComplete else {
                child.send(.kill)
                let end = try child.wait()
                return said.isComplete ? nil : end
            }
            var set = PollSet()
            set.add(ending.rawValue)
            signals.join(&set)
            try said.wait(&set, nanoseconds: UInt64(left / .nanoseconds(1)))
        }
    }
}

/// The two pipes that a program writes to, and what came through them.
private struct Transcript: ~Copyable {
    private let outputPipe: FileDescriptor
    private let errorPipe: FileDescriptor
    private let showsErrors: Bool
    private let limits: (output: Int, errors: Int)
    private var isOutputOpen = true
    private var isErrorOpen = true
    private var errors: [UInt8] = []
    private(set) var output: [UInt8] = []

    init(
        output: consuming FileDescriptor, errors: consuming FileDescriptor, showsErrors: Bool,
        limits: (output: Int, errors: Int)
    ) {
        outputPipe = output
        errorPipe = errors
        self.showsErrors = showsErrors
        self.limits = limits
    }

    var isComplete: Bool { output.count <= limits.output }

    var complaint: String {
        let line = errors.split(separator: UInt8(ascii: "\n")).first ?? []
        return String(decoding: line, as: UTF8.self)
    }

    /// Waits for the set and for the pipes, and takes what the pipes have. Whether they had anything.
    @discardableResult
    mutating func wait(_ set: inout PollSet, nanoseconds: UInt64) throws(Errno) -> Bool {
        if isOutputOpen { set.add(outputPipe.rawValue) }
        if isErrorOpen { set.add(errorPipe.rawValue) }
        try set.wait(nanoseconds: nanoseconds)
        var hasMore = false
        if isOutputOpen, set.isReadable(outputPipe.rawValue) {
            let bytes = try outputPipe.read(upTo: 1 << 16)
            isOutputOpen = !bytes.isEmpty
            output += bytes
            hasMore = isOutputOpen
        }
        if isErrorOpen, set.isReadable(errorPipe.rawValue) {
            let bytes = try errorPipe.read(upTo: 1 << 16)
            isErrorOpen = !bytes.isEmpty
            errors += bytes.prefix(limits.errors - errors.count)
            if showsErrors { try? writeDescriptor(Terminal.standardError, bytes) }
            hasMore = hasMore || isErrorOpen
        }
        return hasMore
    }

    /// What is in the pipes already.
    mutating func takeRest() throws(Errno) {
        while isComplete {
            var set = PollSet()
            guard try wait(&set, nanoseconds: 0) else { return }
        }
    }
}
