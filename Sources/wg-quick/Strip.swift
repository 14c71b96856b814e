import WGConfig
import WGQuick

extension Program {
    /// Errors are for whoever reads the output; what the stock tool looks at itself is a bad `SaveConfig`.
    func strip(_ text: String) -> ExitStatus {
        do {
            let argument = try ConfigArgument(text)
            guard let file = loadFile(argument) else { return .failure }
            let document = Document(bytes: file.bytes)
            if let fault = ConfigPrinter.badSaveConfig(in: document) {
                return fail(DiagnosticText.render(fault, file: argument.path))
            }
            return print(ConfigPrinter.strip(document))
        } catch {
            return fail(messages.text(error))
        }
    }
}
