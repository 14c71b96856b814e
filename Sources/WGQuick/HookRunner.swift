import WGLinux
import WGPlan

/// Runs the user's own commands.
struct HookRunner {
    let runner: ProcessRunner

    /// Bash as the stock tool has it while it evaluates hooks: a failing command, also within a pipe, ends the hook, and
    /// extended patterns work. Without bash, the system's shell.
    func run(_ stage: HookStage, _ command: String) throws(QuickError) {
        guard command.contains(where: { !$0.isWhitespace }) else { return }
        let end: ProcessEnd
        if let bash = runner.environment.find("bash") {
            end = try runner.run(bash, ["bash", "-e", "-o", "pipefail", "-O", "extglob", "-c", command])
        } else {
            end = try runner.run("/bin/sh", ["sh", "-e", "-c", command])
        }
        guard end.isSuccess else { throw .hookFailed(stage, command, end) }
    }
}
