public import WGControl

/// The programs make their own text from the facts; this one is for users of the library.
extension ControlError: CustomStringConvertible {
    /// One line in English: "wg0 can't be read: No such device (the kernel)".
    public var description: String {
        let subject = name?.text ?? "The WireGuard devices"
        let verb =
            switch operation {
            case .list: "listed"
            case .get: "read"
            case .set: "changed"
            }
        let details = [answerer, kernelText, replyError.map(Self.text)].compactMap { $0 }.joined(separator: "; ")
        return "\(subject) can't be \(verb): \(errno) (\(details))"
    }

    private var answerer: String {
        switch source {
        case .kernel: "the kernel"
        case .engine(let socket): "the engine at \(socket)"
        }
    }

    private static func text(_ fault: ReplyFault) -> String {
        switch fault {
        case .lineTooLong: "its answer has an endless line"
        case .missingEquals: "its answer has a line that is not KEY=VALUE"
        case .invalidValue(let key): "its answer has a bad value of \(key)"
        case .cutShort: "its answer is cut short"
        }
    }
}
