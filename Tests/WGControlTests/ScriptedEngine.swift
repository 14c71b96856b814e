import Glibc
import WGLinux

/// A directory of this test's own, removed with what is in it.
final class RunDirectory {
    let path: String

    init() {
        var template = Array("/tmp/d-control.XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
    }

    deinit {
        for name in (try? Directory.names(in: path)) ?? [] { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    func exists(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }
}

/// An engine that reads one request for each answer it has, then closes; it ends after its last answer.
final class ScriptedEngine {
    private final class Script {
        let listener: Int32
        let answers: [[UInt8]]
        var requests: [String] = []

        init(listener: Int32, answers: [[UInt8]]) {
            self.listener = listener
            self.answers = answers
        }

        func run() {
            for answer in answers {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                let bytes = FileDescriptor(owning: client)
                var request: [UInt8] = []
                while !String(decoding: request, as: UTF8.self).hasSuffix("\n\n"),
                    let more = try? bytes.read(upTo: 4096),
                    !more.isEmpty
                {
                    request += more
                }
                if !request.isEmpty { requests.append(String(decoding: request, as: UTF8.self)) }
                try? UnixSocket.send(answer, to: bytes)
            }
        }
    }

    private let script: Script
    private var thread = pthread_t()

    init(_ path: String, answers: [String]) throws {
        script = Script(
            listener: try UnixSocket.listen(path).release(), answers: answers.map { Array($0.utf8) })
        pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Script>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(script).toOpaque())
    }

    /// What was asked, after the last answer.
    func requests() -> [String] {
        shutdown(script.listener, Int32(SHUT_RDWR))
        pthread_join(thread, nil)
        close(script.listener)
        return script.requests
    }
}
