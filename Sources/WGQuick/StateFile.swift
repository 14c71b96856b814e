import WGLinux
import WGModel
import WGPlan

/// The records of tunnels that are up, one file each.
///
/// The run directory is shared by all network namespaces, and the same name may be up in several of them: the
/// namespace is part of the file's name.
struct StateFile {
    let directory: String
    let namespaceInode: UInt64

    func path(_ name: InterfaceName) -> String { "\(directory)/\(name).\(namespaceInode).quick" }

    func read(_ name: InterfaceName) -> TunnelRecord? {
        guard let bytes = try? Files.read(path(name)) else { return nil }
        return TunnelRecord(text: String(decoding: bytes, as: UTF8.self))
    }

    /// Those of this network namespace, that can be read.
    func readAll() -> [TunnelRecord] {
        let ending = ".\(namespaceInode).quick"
        let files = ((try? Directory.names(in: directory)) ?? []).filter { $0.hasSuffix(ending) }.sorted()
        return files.compactMap { file in
            (try? InterfaceName(String(file.dropLast(ending.count)))).flatMap(read)
        }
    }

    func write(_ record: TunnelRecord) throws(QuickError) { try write(record.text, to: path(record.interface)) }

    func remove(_ name: InterfaceName) throws(QuickError) {
        for path in [memoryPath(name), path(name)] {
            do {
                try Files.remove(path)
            } catch .noSuchFile {
                continue
            } catch {
                throw .record(path: path, error)
            }
        }
    }

    private func memoryPath(_ name: InterfaceName) -> String { "\(directory)/\(name).\(namespaceInode).names" }

    /// What can't be read is forgotten.
    func readMemory(_ name: InterfaceName) -> ReresolveMemory {
        let bytes = (try? Files.read(memoryPath(name), limit: 16 << 20)) ?? []
        return ReresolveMemory(text: String(decoding: bytes, as: UTF8.self)) ?? ReresolveMemory()
    }

    func write(_ memory: ReresolveMemory, of name: InterfaceName) throws(QuickError) {
        try write(memory.text, to: memoryPath(name))
    }

    private func write(_ text: String, to path: String) throws(QuickError) {
        do {
            try Files.makeDirectory(directory, permissions: 0o755)
            try Files.replace(path, Array(text.utf8), permissions: 0o600)
        } catch {
            throw .record(path: path, error)
        }
    }
}
