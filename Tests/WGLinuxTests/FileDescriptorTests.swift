import Testing

@testable import WGLinux

@Suite struct FileDescriptorTests {
    @Test func `what is written to /dev/null is accepted and reading it gives the end of file`() throws {
        let null = try FileDescriptor.open("/dev/null", .readWrite)
        try null.write([1, 2, 3])
        #expect(try null.read(upTo: 16).isEmpty)
    }

    @Test func `reads no more than asked for`() throws {
        let zero = try FileDescriptor.open("/dev/zero", .readOnly)
        #expect(try zero.read(upTo: 5) == [0, 0, 0, 0, 0])
    }

    @Test func `a missing file is an error with its number`() {
        #expect(throws: Errno.noSuchFile) { _ = try FileDescriptor.open("/nonexistent/file", .readOnly).rawValue }
    }

    @Test func `a released descriptor stays open until its new owner goes`() throws {
        let file = try FileDescriptor.open("/dev/null", .readOnly)
        let owner = FileDescriptor(owning: file.release())
        #expect(try owner.read(upTo: 1).isEmpty)
    }

    @Test func `a full device reports no space`() throws {
        let full = try FileDescriptor.open("/dev/full", .writeOnly)
        #expect(throws: Errno.noSpace) { try writeDescriptor(full.rawValue, [1]) }
    }
}
