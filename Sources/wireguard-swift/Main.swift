import WGLinux

@main struct Main {
    static func main() {
        CrashSignals.leaveToTheKernel()
        Command.run(Array(CommandLine.arguments.dropFirst()))
    }
}
