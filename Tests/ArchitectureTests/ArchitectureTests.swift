import TestSupport
import Testing

@Suite struct ArchitectureTests {
    @Test func theSourcesAreFound() {
        #expect(SourceFile.all.count > 20)
    }

    @Test func everyModuleIsInTheImportTable() {
        let modules = Set(SourceFile.all.map(\.module))
        #expect(modules == Set(ImportTable.allowed.keys))
    }

    @Test(arguments: ImportTable.allowed.keys.sorted())
    func aModuleImportsOnlyWhatTheTableAllows(module: String) {
        let allowed = ImportTable.allowed[module, default: []]
        for file in SourceFile.all where file.module == module {
            for entry in file.imports where !allowed.contains(entry.module) {
                Issue.record("\(file.path) imports \(entry.module), which \(module) may not")
            }
        }
    }

    @Test func theDocumentHasTheSameTable() throws {
        // Rows are `| module, module | import, import (remark), ... |`.
        var documented: [String: Set<String>] = [:]
        let lines = SourceTree.lines(of: "ARCHITECTURE.md")
        let start = try #require(lines.firstIndex { $0.hasPrefix("| module | may import |") })
        for line in lines[(start + 2)...].prefix(while: { $0.hasPrefix("|") }) {
            let cells = line.split(separator: "|").map { cell in
                Set(cell.split(separator: ",").compactMap { $0.split(separator: " ").first.map(String.init) })
            }
            try #require(cells.count == 2)
            for module in cells[0] { documented[module] = cells[1].subtracting(["-"]) }
        }
        #expect(documented == ImportTable.allowed)
    }

    @Test func cModulesStayOutOfPublicInterfaces() {
        for file in SourceFile.all {
            for entry in file.imports where ImportTable.cModules.contains(entry.module) {
                let open = entry.words.contains { $0 == "public" || $0 == "package" }
                #expect(!open, "\(file.path) imports \(entry.module) openly")
            }
        }
    }

    @Test func noFileIsLongerThan400Lines() {
        for path in SourceTree.files(below: "Sources") + SourceTree.files(below: "Tests", suffix: ".swift") {
            let lines = SourceTree.lines(of: path)
            let count = lines.last == "" ? lines.count - 1 : lines.count
            #expect(count <= 400, "\(path) has \(count) lines")
        }
    }

    @Test(arguments: ["fatalError", "try!", "as!"])
    func noFileTrapsOnAnError(word: String) {
        let places = SourceFile.all.flatMap { $0.places(of: word) }
        #expect(places.isEmpty)
    }

    @Test func pureModulesMarkNoUnsafeCode() {
        let places = SourceFile.all.filter { ImportTable.pure.contains($0.module) }
            .flatMap { $0.places(of: "unsafe") + $0.places(of: "Unsafe") }
        #expect(places.isEmpty)
    }

    @Test(arguments: [
        ("import WGModel", ["WGModel"]), ("public import WGModel", ["WGModel"]),
        ("@testable import WGModel", ["WGModel"]), ("internal import struct CLinux.timespec", ["CLinux"]),
        ("// import Foundation", []), ("let text = \"import Foundation\"", []),
    ])
    func importLinesAreRead(line: String, modules: [String]) {
        let file = SourceFile(path: "x", module: "x", lines: [line[...]])
        #expect(file.imports.map(\.module) == modules)
    }

    @Test func commentsAndLiteralsAreNotCode() {
        #expect(SourceFile.code(of: "call() // fatalError") == "call() /")
        #expect(!SourceFile.code(of: "print(\"fatalError\")").contains("fatalError"))
    }
}
