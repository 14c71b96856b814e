import Testing
import WGLinux

@Suite struct ErrnoTests {
    @Test(arguments: [
        (Errno.notPermitted, "Operation not permitted"),
        (Errno.noSuchDevice, "No such device"),
        (Errno.notSupported, "Operation not supported"),
        (Errno.protocolNotSupported, "Protocol not supported"),
        (Errno.nameTooLong, "File name too long"),
        (Errno.addressInUse, "Address already in use"),
        (Errno(rawValue: 4095), "Unknown error 4095"),
    ])
    func `describes itself in the words of the C library`(errno: Errno, text: String) {
        #expect(errno.description == text)
    }
}
