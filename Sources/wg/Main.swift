@main struct Main {
    static func main() { Program(host: ProcessHost()).runAndExit() }
}
