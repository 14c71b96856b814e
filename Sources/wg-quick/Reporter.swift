import WGLinux
import WGModel
import WGPlan
import WGQuick

/// Tells on standard error what happens, at once: hooks and engines write there too, and the order matters.
final class Reporter: QuickReporter {
    private let messages: Messages
    private let writesOut: Bool

    /// - Parameter writesOut: changes of the device are shown in full, but for secrets; else as the stock tool does.
    init(_ messages: Messages, writesOut: Bool = false) {
        self.messages = messages
        self.writesOut = writesOut
    }

    func willPerform(_ operation: Operation) {
        for text in writesOut ? operation.planLines() : operation.traceLines { say(messages.trace(text)) }
    }

    /// In one write, as there may be many.
    func willPerformAll(_ operations: ArraySlice<Operation>) {
        let lines = operations.flatMap { writesOut ? $0.planLines() : $0.traceLines }
        say(lines.map { messages.trace($0) }.joined())
    }

    func willFallBack(to engine: EngineProgram) { say(messages.fallingBack(to: engine)) }

    func isOpen(_ endpoint: TunnelRecord.NamedEndpoint, of name: InterfaceName, _ failure: Resolver.Failure) {
        say(messages.isOpen(endpoint, of: name, failure))
    }

    func warn(_ warning: PlanWarning) { say(messages.text(warning)) }

    func couldNotDo(_ operation: Operation, _ error: QuickError) { say(messages.couldNotDo(operation, error)) }

    func couldNotUndo(_ operation: Operation, _ error: QuickError) { say(messages.couldNotUndo(operation, error)) }

    func say(_ text: String) { try? writeDescriptor(Terminal.standardError, Array(text.utf8)) }
}
