import CLinux
import Testing

struct ForkTests {
    @Test("A child's run-time library does not take it for the parent")
    func threadNumber() throws {
        let own = clinux_thread_number()
        // What is asked below can be seen at all: this thread has taken a lock of the library.
        #expect(clinux_replace_thread_number(own, own) > 0)
        let pid = clinux_fork()
        try #require(pid >= 0)
        if pid == 0 { clinux_exit_now(clinux_replace_thread_number(own, own) == 0 ? 0 : 1) }
        var status: Int32 = -1
        #expect(clinux_waitpid(pid, &status, 0) == pid && status == 0)
    }
}
