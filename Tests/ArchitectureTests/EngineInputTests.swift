import TestSupport
import Testing

/// What the shipped engine can be told from outside. A clock that runs faster exists in a test executable alone; this holds
/// the engine's own sources to that.
@Suite struct EngineInputTests {
    /// The options and environment variables of `wireguard-swift`.
    static let options: Set<String> = ["-f", "--foreground", "-h", "--help", "-v", "--version", "--no-sandbox"]
    static let variables: Set<String> = [
        "WG_PROCESS_FOREGROUND", "WG_TUN_FD", "WG_UAPI_FD", "LOG_LEVEL", "NOTIFY_SOCKET",
    ]

    static let files = SourceFile.all.filter { ["wireguard-swift", "WGEngine"].contains($0.module) }

    @Test func theEngineKnowsOnlyTheseOptions() {
        let found = Set(Self.literals.filter { $0.hasPrefix("-") && $0.dropFirst().contains { $0.isLetter } })
        #expect(found.isSubset(of: Self.options))
    }

    @Test func theEngineKnowsOnlyTheseVariables() {
        let found = Set(Self.literals.filter(Self.looksLikeAVariable))
        #expect(found.isSubset(of: Self.variables))
    }

    @Test func noOptionOrVariableChangesTime() {
        let words = ["clock", "time", "speed", "factor", "scale", "fast"]
        let suspects = Self.options.union(Self.variables).filter { name in
            words.contains { name.lowercased().contains($0) }
        }
        #expect(suspects.isEmpty)
    }

    @Test(arguments: [
        ("case \"-f\", \"--foreground\":", ["-f", "--foreground"]), ("get(\"A_B\") // \"C_D\"", ["A_B"]),
        ("\"say \\\"x\\\"\"", ["say \\\"x\\\""]),
    ])
    func literalsAreRead(line: String, literals: [String]) {
        #expect(Self.literals(of: line[...]) == literals)
    }

    /// All string literals of the engine's sources.
    private static var literals: [String] {
        files.flatMap { $0.lines.flatMap { literals(of: $0) } }
    }

    private static func literals(of line: Substring) -> [String] {
        var found: [String] = []
        var current: String?
        var previous: Character = " "
        for character in line {
            if character == "\"", previous != "\\" {
                if let text = current { found.append(text) }
                current = current == nil ? "" : nil
            } else if current == nil, character == "/", previous == "/" {
                break
            } else {
                current?.append(character)
            }
            previous = character
        }
        return found
    }

    /// Upper-case words joined by `_`, as environment variables are written.
    private static func looksLikeAVariable(_ text: String) -> Bool {
        text.contains("_") && text.allSatisfy { $0 == "_" || $0.isUppercase || $0.isNumber }
    }
}
