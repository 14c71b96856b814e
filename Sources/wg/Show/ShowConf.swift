import WGConfig

extension Program {
    func showconf(_ text: String) -> ExitStatus {
        printDevice(text) { ConfigPrinter.showconf($0, endpointText: endpointText) }
    }
}
