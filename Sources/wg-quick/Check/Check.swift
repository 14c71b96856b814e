import WGConfig
import WGCrypto
import WGLinux
import WGQuick

extension Program {
    /// Says all there is to say about files, on standard output.
    ///
    /// The worst finding decides the status; a file that can't be read is an error.
    func check(_ operands: [String], isJSON: Bool) -> ExitStatus {
        var checked: [CheckedFile] = []
        var isMissing = false
        for operand in operands {
            do {
                checked.append(try CheckedFile(operand))
            } catch {
                reporter.say(messages.text(error))
                isMissing = true
            }
        }
        let text =
            isJSON
            ? FindingsJSON.text(checked)
            : checked.map { FindingText.render($0.findings, file: $0.path) }.joined()
        let status = print(text)
        guard status == .success, !isMissing else { return .failure }
        let severities = Set(checked.flatMap(\.findings).map(\.severity))
        if severities.contains(.error) { return .failure }
        return severities.contains(.warning) ? .warnings : .success
    }
}

/// A file and what is to be said about it.
struct CheckedFile {
    enum Fault: Error {
        case argument(ConfigArgument.Fault)
        case unreadable(path: String, Errno)
    }

    /// As the user gave it, or made from a name.
    let path: String
    let findings: [Finding]

    init(_ operand: String) throws(Fault) {
        var facts = Linter.Facts()
        var path = operand
        do throws(ConfigArgument.Fault) {
            path = try ConfigArgument(operand).path
        } catch {
            // The file may be looked at nonetheless.
            switch error {
            case .badFileName: facts.fileName = .badFileName
            case .nameTooLong where Files.exists(operand): facts.fileName = .fileNameTooLong
            default: throw .argument(error)
            }
        }
        do throws(ConfigArgument.Fault) {
            facts.isOpenToOthers = try ConfigArgument.locate(path).isOpenToOthers
        } catch {
            throw .argument(error)
        }
        do {
            let document = Document(bytes: try Files.read(path))
            facts.publicKey = Linter.privateKey(in: document).map(X25519.publicKey(of:))
            facts.tables = RouteTables.names()
            findings = Linter.findings(in: document, facts)
        } catch {
            throw .unreadable(path: path, error)
        }
        self.path = path
    }
}
