import WGConfig

extension Program {
    func showconf(_ text: String) -> ExitStatus {
        withDevice(text) { state in
            printInPieces { text, pause in
                ConfigPrinter.showconf(state, to: &text, endpointText: endpointText, pause: pause)
            }
        }
    }
}
