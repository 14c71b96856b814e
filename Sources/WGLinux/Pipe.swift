internal import CLinux

/// A pipe whose two ends no program that is started inherits (`pipe2(2)`).
public struct Pipe: ~Copyable {
    public let reading: FileDescriptor
    public let writing: FileDescriptor

    public init() throws(Errno) {
        var ends: (Int32, Int32) = (-1, -1)
        let made = withUnsafeMutableBytes(of: &ends) {
            clinux_pipe_cloexec($0.baseAddress?.assumingMemoryBound(to: Int32.self))
        }
        _ = try check(made)
        reading = FileDescriptor(owning: ends.0)
        writing = FileDescriptor(owning: ends.1)
    }

    /// Closes the writing end: once nobody else has it any more, the reading end comes to its end.
    public consuming func closeWriting() -> FileDescriptor { reading }

    /// Closes the reading end.
    public consuming func closeReading() -> FileDescriptor { writing }
}

extension FileDescriptor {
    /// A file in memory that holds the bytes, to be read from their beginning (`memfd_create(2)`).
    ///
    /// As a program's standard input it can be of any size without anybody having to feed it.
    public static func memory(_ bytes: [UInt8]) throws(Errno) -> FileDescriptor {
        let file = FileDescriptor(owning: try check(clinux_memory_file("input")))
        try file.write(bytes)
        _ = try check(clinux_rewind(file.rawValue))
        return file
    }
}
