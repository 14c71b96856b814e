import WGCommandLine
import WGConfig

/// What `check` finds, as JSON. The man page documents the schema. Under the same number members are added to it, but none
/// is taken away or gets another meaning.
enum FindingsJSON {
    private static let schema = 1

    static func text(_ files: [CheckedFile]) -> String {
        var json = JSONWriter()
        json.object {
            $0.member("schema", schema)
            $0.name("files")
            $0.array(files) { json, file in
                json.object {
                    $0.member("path", file.path)
                    $0.name("findings")
                    $0.array(file.findings, write)
                }
            }
        }
        return json.text + "\n"
    }

    private static func write(_ json: inout JSONWriter, _ finding: Finding) {
        json.object {
            $0.member("code", finding.code)
            $0.member("severity", finding.severity.rawValue)
            $0.member("message", FindingText.message(finding.kind))
            $0.member("hint", FindingText.hint(finding))
            $0.member("place", finding.place, write)
            $0.member("related", finding.related, write)
        }
    }

    private static func write(_ json: inout JSONWriter, _ place: Finding.Place) {
        json.object {
            $0.member("line", place.line)
            $0.member("column", place.column)
            $0.member("length", place.length)
            $0.member("source", place.sourceLine)
        }
    }
}
