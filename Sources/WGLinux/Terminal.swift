internal import CLinux

/// What a program may ask about its standard descriptors and its environment.
public enum Terminal {
    public static let standardInput: Int32 = 0
    public static let standardOutput: Int32 = 1
    public static let standardError: Int32 = 2

    public static func isTerminal(_ descriptor: Int32) -> Bool { clinux_is_terminal(descriptor) == 1 }

    /// Whether a descriptor is a regular file with any permission for others: no place for a key.
    public static func isFileOpenToOthers(_ descriptor: Int32) -> Bool {
        let mode = clinux_descriptor_mode(descriptor)
        return mode >= 0 && clinux_mode_is_regular(mode) != 0 && mode & 0o007 != 0
    }

    /// A variable of the environment.
    public static func environment(_ name: String) -> String? {
        clinux_environment(name).map { String(cString: $0) }
    }

    /// Ends the process at once; nothing is left in a buffer, because none of the programs uses libc's.
    public static func exit(_ status: Int32) -> Never { _exit(status) }

    /// How many characters the terminal shows; nil where there is none or it doesn't know.
    public static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard clinux_window_size(descriptor, &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Whether a read would not wait: there are bytes, or the end has come.
    public static func isReadable(_ descriptor: Int32) -> Bool { clinux_wait_readable(descriptor, -1, 0) > 0 }

    /// Stops this process as the terminal's suspend key does, and returns when it goes on.
    public static func suspendProcess() { clinux_suspend() }
}

/// A terminal whose keys arrive one by one and unseen; as before when this goes.
public final class KeyboardMode {
    private let descriptor: Int32
    private var before = termios()

    public init(_ descriptor: Int32) throws(Errno) {
        self.descriptor = descriptor
        _ = try check(clinux_read_keys(descriptor, &before))
    }

    deinit { _ = clinux_set_terminal_mode(descriptor, &before) }
}
