import WGControl
import WGLinux
import WGModel

/// Where the rounds of `wg watch` go.
protocol WatchDisplay: AnyObject {
    /// Also after an `end`; what was shown last is then there again.
    func begin() throws(Errno)
    func show(_ model: WatchModel) throws(Errno)
    /// Puts everything back; may be called again.
    func end()
    /// Ends, and leaves the last round where it can be seen.
    func finish()
}

/// A terminal, drawn anew each time on its second screen.
final class WatchScreen: WatchDisplay {
    // The second screen; no cursor, and no line that goes on in the next.
    private static let enter = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l"
    private static let leave = "\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"

    private let program: Program
    private let names: WatchNames?
    private let title: String
    private let asciiOnly: Bool
    private var isShown = false
    private var model: WatchModel?
    private var lines: [String] = []

    /// nil when standard output is no terminal that can be drawn on.
    init?(_ program: Program, _ request: WatchRequest, _ names: WatchNames?) {
        let host = program.host
        guard host.outputIsTerminal, !["", "dumb"].contains(host.environment(.terminal) ?? "") else { return nil }
        self.program = program
        self.names = names
        title = "wg watch: every \(request.interval), q ends"
        let locale = [EnvironmentVariable.allLocale, .characterLocale, .language]
            .compactMap { host.environment($0) }.first { !$0.isEmpty }
        let characters = locale?.uppercased() ?? ""
        asciiOnly = !characters.hasBytes(of: "UTF-8") && !characters.hasBytes(of: "UTF8")
    }

    func begin() throws(Errno) {
        isShown = true
        try program.host.write(Self.enter)
        if let model { try show(model) }
    }

    func show(_ model: WatchModel) throws(Errno) {
        let size = program.host.screenSize ?? ScreenSize(columns: 80, rows: 24)
        let frame = WatchFrame(
            size: size, usesColor: program.usesColor, asciiOnly: asciiOnly, title: title,
            name: { [names] in names?.name(of: $1, at: $0) }, endpointText: program.endpointText)
        self.model = model
        lines = frame.lines(of: model)
        // Each line is erased before it is written: erasing behind a full line would take its last character.
        let text = lines.map { "\u{1b}[K" + $0 }.joined(separator: "\r\n")
        let rest = lines.count < size.rows ? "\r\n\u{1b}[J" : ""
        try program.host.write("\u{1b}[H" + text + rest)
    }

    func end() {
        guard isShown else { return }
        isShown = false
        try? program.host.write(Self.leave)
    }

    func finish() {
        end()
        try? program.host.write(lines.map { $0 + "\n" }.joined())
    }
}

/// Lines for other programs, and a word on standard error when a device comes or goes.
final class WatchLog: WatchDisplay {
    private let program: Program
    private let names: WatchNames?
    private var conditions: [InterfaceName: WatchModel.Device.Condition] = [:]

    init(_ program: Program, _ names: WatchNames?) {
        self.program = program
        self.names = names
    }

    func begin() {}

    func show(_ model: WatchModel) throws(Errno) {
        for device in model.devices { tell(device) }
        conditions = Dictionary(model.devices.map { ($0.name, $0.condition) }, uniquingKeysWith: { $1 })
        let lines = WatchLines(
            name: names.map { names in { names.name(of: $1, at: $0) } }, endpointText: program.endpointText
        ).lines(of: model)
        if !lines.isEmpty { try program.host.write(lines.map { $0 + "\n" }.joined()) }
    }

    func end() {}

    func finish() {}

    private func tell(_ device: WatchModel.Device) {
        let before = conditions[device.name] ?? .present
        let messages = program.messages
        switch (before, device.condition) {
        case (.gone, .gone), (.unreadable, .unreadable), (.present, .present): break
        case (_, .gone): program.host.writeError(messages.isGone(device.name))
        case (_, .unreadable(let error)): program.host.writeError(messages.cannotAccess(error, isOneOfMany: true))
        case (_, .present): program.host.writeError(messages.isBack(device.name))
        }
    }
}
