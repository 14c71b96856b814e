internal import CLinux

/// What the file system says about paths.
public enum Directory {
    /// The names in a directory, without `.` and `..`, in the order of `readdir(3)`.
    public static func names(in path: String) throws(Errno) -> [String] {
        guard let directory = opendir(path) else { throw .current }
        defer { closedir(directory) }
        var names: [String] = []
        var error: Int32 = 0
        while let entry = clinux_next_name(directory, &error) {
            let name = String(cString: entry)
            if name != ".", name != ".." { names.append(name) }
        }
        guard error == 0 else { throw Errno(rawValue: error) }
        return names
    }

    /// Whether the path, symbolic links followed, is a socket.
    public static func isSocket(_ path: String) -> Bool {
        let mode = clinux_path_mode(path)
        return mode >= 0 && clinux_mode_is_socket(mode) != 0
    }

    /// `unlink(2)`.
    public static func unlink(_ path: String) throws(Errno) {
        _ = try check(clinux_unlink(path))
    }
}
