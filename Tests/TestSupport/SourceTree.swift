import Glibc

/// The project's own files, read without Foundation. Errors end the test: the tree is the tests' own premise.
public enum SourceTree {
    /// The package's root directory, from the place of this file: Tests/TestSupport/SourceTree.swift.
    public static var root: String {
        #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 }
    }

    /// Paths, relative to the root, of all files below `directory` whose names end in `suffix`, sorted.
    public static func files(below directory: String, suffix: String = "") -> [String] {
        var found: [String] = []
        for name in names(in: "\(root)/\(directory)") {
            let path = "\(directory)/\(name)"
            if isDirectory("\(root)/\(path)") {
                found += files(below: path, suffix: suffix)
            } else if name.hasSuffix(suffix) {
                found.append(path)
            }
        }
        return found.sorted()
    }

    /// The lines of a file, given relative to the root.
    public static func lines(of path: String) -> [Substring] {
        String(decoding: bytes(of: "\(root)/\(path)"), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func isDirectory(_ path: String) -> Bool {
        guard let stream = opendir(path) else { return false }
        closedir(stream)
        return true
    }

    private static func bytes(of path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return content }
            content += chunk[..<count]
        }
    }
}
