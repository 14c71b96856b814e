import Testing
import WGLinux

@testable import WGQuick

struct ToolRunnerTests {
    private func runner(_ signals: SignalQueue? = nil, path: String = "/usr/bin:/bin") throws -> ProcessRunner {
        let environment = ProcessEnvironment(inherited: ["PATH=\(path)"], programDirectory: nil)
        return ProcessRunner(signals: try signals ?? SignalQueue([]), environment: environment)
    }

    private func ask(_ script: String, input: [UInt8] = []) throws -> ToolResult {
        try runner().askTool("sh", ["-c", script], input: input)
    }

    @Test func inputAndOutputOfAnySizeGoThroughAtOnce() throws {
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        #expect(try ask("cat", input: bytes).output == bytes)
        #expect(try ask("head -c 1 /dev/stdin; cat >/dev/null", input: [65, 66]).output == [65])
        #expect(try ask("exec 0<&-; echo x", input: bytes).output == Array("x\n".utf8))
        #expect(try ask("cat").output.isEmpty)
    }

    @Test func theFirstLineOfItsComplaintsIsKept() throws {
        let result = try ask("echo out; echo 'one two' >&2; echo three >&2; exit 7")
        #expect(result == ToolResult(end: .exited(7), output: Array("out\n".utf8), complaint: "one two"))
        #expect(try ask("head -c 3000000 /dev/zero | tr '\\0' x >&2").complaint.utf8.count == 4096)
    }

    @Test func whatItLeavesRunningIsNotWaitedFor() throws {
        let result = try ask("tail -f /dev/null & echo $!")
        #expect(result.end == .exited(0))
        let pid = String(decoding: result.output, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? "?"
        #expect(try ask("kill \(pid)").end == .exited(0))
    }

    @Test func aFailureNamesTheProgramItsEndAndItsWords() throws {
        #expect(throws: QuickError.toolFailed("sh", .exited(3), said: "no")) {
            try runner().runTool("sh", ["-c", "echo no >&2; exit 3"], errors: .hidden)
        }
        #expect(throws: QuickError.toolFailed("sh", .ended(by: .kill), said: "")) {
            try runner().runTool("sh", ["-c", "kill -KILL $$"], errors: .hidden)
        }
        #expect(throws: QuickError.toolNotFound("no-such-tool")) { try runner().askTool("no-such-tool", []) }
    }

    @Test func oneThatDoesNotEndIsKilled() throws {
        let patience = ProcessRunner.Patience(whole: .milliseconds(50))
        #expect(throws: QuickError.toolTookTooLong("sh")) {
            try runner().askTool("sh", ["-c", "echo x; exec tail -f /dev/null"], patience: patience)
        }
        #expect(throws: QuickError.toolSaidTooMuch("cat")) { try runner().askTool("cat", ["/dev/zero"]) }
    }
}
