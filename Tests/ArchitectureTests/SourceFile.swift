import TestSupport

/// One Swift file of Sources, with what the rules of the architecture ask about it.
struct SourceFile {
    let path: String
    let module: String
    let lines: [Substring]

    static let all: [SourceFile] = SourceTree.files(below: "Sources", suffix: ".swift").map { path in
        let parts = path.split(separator: "/")
        return SourceFile(path: path, module: String(parts[1]), lines: SourceTree.lines(of: path))
    }

    /// The modules the file imports, each with the words before `import`.
    var imports: [(module: String, words: [Substring])] {
        lines.compactMap { line -> (module: String, words: [Substring])? in
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count,
                words[..<keyword].allSatisfy({ $0.hasPrefix("@") || Self.accessLevels.contains(String($0)) })
            else { return nil }
            // `import struct Module.Name` names a declaration: the module is what stands before the dot.
            let target = words[(keyword + 1)...].first(where: { !Self.declarationKinds.contains(String($0)) })
            guard let module = target?.split(separator: ".").first else { return nil }
            return (String(module), Array(words[..<keyword]))
        }
    }

    /// The lines of code that hold `word` outside comments and string literals, as `path:number`.
    func places(of word: String) -> [String] {
        zip(1..., lines).compactMap { number, line in
            Self.code(of: line).contains(word) ? "\(path):\(number)" : nil
        }
    }

    /// A line without its comment and without the text of its string literals. Enough for the words looked for here:
    /// none of them stands in a multi-line literal.
    static func code(of line: Substring) -> String {
        var code = ""
        var inString = false
        var previous: Character = " "
        for character in line {
            if character == "\"", previous != "\\" { inString.toggle() }
            if character == "/", previous == "/", !inString { break }
            if !inString { code.append(character) }
            previous = character
        }
        return code
    }

    private static let accessLevels: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
    private static let declarationKinds: Set<String> = [
        "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
    ]
}
