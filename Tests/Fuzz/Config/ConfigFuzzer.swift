import WGConfig
import WGModel

// `make fuzz` runs it. What it finds becomes a seed, or a test. WGConfigTests replays the seeds.

/// Any bytes at all: they survive a document, and both grammars, the diagnostics' text, the lints, strip and the names of
/// peers come to an end.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfig(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let document = Document(bytes: bytes)
    precondition(document.bytes == bytes, "a document changed its bytes")
    for name in PeerNames.read(document).values {
        precondition((1...PeerNames.lengthLimit).contains(name.unicodeScalars.count), "an endless name")
    }
    let quick = ConfigParser.parseQuick(document)
    check(quick.diagnostics, hasValue: quick.value != nil)
    let wireGuard = ConfigParser.parseWireGuard(document)
    check(wireGuard.diagnostics, hasValue: wireGuard.value != nil)
    let stripped = ConfigParser.parseWireGuard(Document(bytes: ConfigPrinter.strip(document)))
    if let config = quick.value {
        precondition(stripped.value == config.wireGuard, "strip changed the device's configuration")
    }
    for finding in Linter.findings(in: document, Linter.Facts(publicKey: .zero, isOpenToOthers: true)) {
        precondition(FindingText.render(finding, file: "x").hasSuffix("\n"), "no text")
        for place in [finding.place, finding.related].compactMap({ $0 }) {
            precondition((1...document.lines.count).contains(place.line), "a place outside the file")
            precondition(place.column > 0 && place.length >= 0, "a place outside the line")
        }
    }
    if let key = Linter.privateKey(in: document) {
        precondition(
            !FindingText.render(Linter.findings(in: document), file: "x").contains(key.base64), "the key is shown")
    }
    return 0
}

private func check(_ diagnostics: [Diagnostic], hasValue: Bool) {
    let hasError = diagnostics.contains { $0.severity == .error }
    precondition(hasValue != hasError, "a value beside an error, or neither")
    for diagnostic in diagnostics {
        precondition(diagnostic.line > 0 && diagnostic.column > 0 && diagnostic.length >= 0, "a place outside the file")
        precondition(DiagnosticText.render(diagnostic, file: "x").hasSuffix("\n"), "no text")
    }
}
