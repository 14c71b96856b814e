import WGLinux

@main struct Main {
    static func main() {
        CrashSignals.leaveToTheKernel()
        Program(arguments: CommandLine.arguments).runAndExit()
    }
}
