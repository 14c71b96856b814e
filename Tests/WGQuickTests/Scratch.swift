import Glibc
import WGLinux

/// A directory for one test, gone with it.
struct Scratch: ~Copyable {
    let path: String

    init() throws {
        path = "/tmp/wgquick-tests-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try Files.makeDirectory(path, permissions: 0o700)
    }

    func setPermissions(_ permissions: UInt32) throws {
        guard chmod(path, permissions) == 0 else { throw Errno.inputOutput }
    }

    deinit { Scratch.removeTree(path) }

    private static func removeTree(_ path: String) {
        for name in (try? Directory.names(in: path)) ?? [] { removeTree("\(path)/\(name)") }
        if unlink(path) != 0 { rmdir(path) }
    }
}
