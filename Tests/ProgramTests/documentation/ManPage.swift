import TestSupport

/// A man page in mdoc, as far as lists go: what its items explain, and below which section and item they stand.
struct ManPage {
    struct Item: Equatable {
        /// `Cm`, `Fl`, `Ev` and the like.
        let macro: String
        let name: String
        let section: String
        /// The item whose list this one is in.
        let parent: String?
    }

    let items: [Item]
    /// The words of all lines of each section.
    let words: [String: Set<String>]

    init(_ path: String) {
        var items: [Item] = []
        var words: [String: Set<String>] = [:]
        var section = ""
        // The item that is being explained, of each list around this place.
        var open: [String?] = []
        for line in SourceTree.lines(of: path) {
            let parts = line.split(separator: " ").map(String.init)
            words[section, default: []].formUnion(parts)
            switch parts.first {
            case ".Sh": section = parts.dropFirst().joined(separator: " ")
            case ".Bl": open.append(nil)
            case ".El": _ = open.popLast()
            case ".It":
                let names = Self.names(parts.dropFirst())
                for name in names {
                    items.append(
                        Item(macro: parts[1], name: name, section: section, parent: open.dropLast().last ?? nil))
                }
                if !open.isEmpty { open[open.count - 1] = names.first }
            default: break
            }
        }
        self.items = items
        self.words = words
    }

    func names(_ macro: String, in section: String, below parent: String? = nil) -> [String] {
        items.filter { $0.macro == macro && $0.section == section && $0.parent == parent }.map(\.name)
    }

    /// `Cm set Ar interface` explains `set`; `Ev LC_ALL , LANG` explains both; `Cm help , Fl h` explains `help`, spelled
    /// in two ways.
    private static func names(_ words: ArraySlice<String>) -> [String] {
        guard let macro = words.first else { return [] }
        var names: [String] = []
        for part in words.dropFirst().split(separator: ",") {
            guard let first = part.first, first != "Fl" else { continue }
            names.append(first == macro ? part.dropFirst().first ?? "" : first)
        }
        return names
    }
}
