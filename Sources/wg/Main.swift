import WGLinux

@main struct Main {
    static func main() {
        CrashSignals.leaveToTheKernel()
        Program(host: ProcessHost()).runAndExit()
    }
}
