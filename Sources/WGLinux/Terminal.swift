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
}
