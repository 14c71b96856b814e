import WGConfig
import WGQuick

extension Program {
    /// Errors are for whoever reads the output; what the stock tool looks at itself is a bad `SaveConfig`.
    func strip(_ text: String) -> ExitStatus {
        do {
            let argument = try ConfigArgument(text)
            guard let bytes = loadFile(argument)?.bytes else { return .failure }
            let document = Document(bytes: bytes)
            let faults = ConfigParser.parseQuick(document).diagnostics.filter { diagnostic in
                switch diagnostic.kind {
                case .invalidValue(.saveConfig, _, _), .emptyValue(.saveConfig), .missingEquals(.saveConfig): true
                default: false
                }
            }
            guard faults.isEmpty else { return fail(DiagnosticText.render(faults, file: argument.path)) }
            return print(ConfigPrinter.strip(document))
        } catch {
            return fail(messages.text(error))
        }
    }
}
