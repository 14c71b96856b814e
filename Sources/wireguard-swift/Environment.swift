import WGEngine

/// What the variables say, which are those of the other engines.
struct Environment: Equatable {
    enum Fault: Error, Equatable {
        /// The variable holds no descriptor's number.
        case notADescriptor(String)
    }

    var foreground = false
    var logLevel = EngineLog.Level.error
    /// A log was asked for: a daemon keeps its standard error.
    var keepsOutput = false
    var tun: Int32?
    var listener: Int32?
    var notifySocket: String?

    init(_ variable: (String) -> String?) throws(Fault) {
        foreground = variable("WG_PROCESS_FOREGROUND") == "1"
        let level = variable("LOG_LEVEL")
        logLevel = EngineLog.Level(environment: level)
        keepsOutput = level.map { !$0.isEmpty } ?? false && logLevel != .silent
        tun = try Self.descriptor("WG_TUN_FD", variable)
        listener = try Self.descriptor("WG_UAPI_FD", variable)
        notifySocket = variable("NOTIFY_SOCKET")
    }

    private static func descriptor(_ name: String, _ variable: (String) -> String?) throws(Fault) -> Int32? {
        guard let text = variable(name), !text.isEmpty else { return nil }
        guard let number = Int32(text), number > 2 else { throw .notADescriptor(name) }
        return number
    }
}
