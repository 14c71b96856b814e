/// Two columns of a help text, indented.
public enum HelpTable {
    /// A line for each row; a line end in a summary goes on below it.
    public static func text(_ rows: [(word: String, summary: String)]) -> String {
        let width = rows.map(\.word.count).max() ?? 0
        let margin = String(repeating: " ", count: width + 4)
        return rows.map { row in
            let padding = String(repeating: " ", count: width - row.word.count)
            let lines = row.summary.split(separator: "\n").joined(separator: "\n" + margin)
            return "  \(row.word)\(padding)  \(lines)"
        }.joined(separator: "\n")
    }
}
