import WGLinux
import WGPlan

extension LiveSystem {
    public func contents(of path: String) throws(QuickError) -> [UInt8]? {
        do {
            return try Files.read(path)
        } catch .noSuchFile {
            return nil
        } catch {
            throw .record(path: path, error)
        }
    }

    public func isOpenToOthers(_ path: String) -> Bool {
        ((try? Files.status(path).permissions) ?? 0) & 0o077 != 0
    }

    /// As the stock tool: for nobody but root, whatever the file was before.
    func write(_ file: SavedFile) throws(QuickError) {
        do {
            try Files.replace(file.path, file.bytes, permissions: 0o600)
        } catch {
            throw .record(path: file.path, error)
        }
    }
}
