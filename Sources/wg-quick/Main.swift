@main struct Main {
    static func main() { Program(arguments: CommandLine.arguments).runAndExit() }
}
