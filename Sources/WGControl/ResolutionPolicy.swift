/// How long to keep asking for the address of an endpoint: a schedule, without a clock.
public struct ResolutionPolicy: Hashable, Sendable {
    /// How often a failed question is asked again; `nil` for ever.
    public let retries: Int?

    public static let firstDelay = Duration.seconds(1)
    public static let greatestDelay = Duration.seconds(20)

    /// 15 retries, in all about 72 seconds.
    public static let standard = ResolutionPolicy(retries: 15)
    /// One question, no waiting.
    public static let once = ResolutionPolicy(retries: 0)

    public init(retries: Int?) {
        self.retries = retries
    }

    /// The value of `WG_ENDPOINT_RESOLUTION_RETRIES`: `infinity`, or a number as C reads it: white space and a sign may
    /// stand before it, nothing is 0, and it fits an `int`. `nil` for anything else.
    public init?(environment text: String) {
        if text == "infinity" {
            self.init(retries: nil)
            return
        }
        let number = text.utf8.drop { $0 == 32 || (9...13).contains($0) }
        guard let retries = number.isEmpty ? (text.isEmpty ? 0 : nil) : Int32(Substring(number)), retries >= 0 else {
            return nil
        }
        self.init(retries: Int(retries))
    }

    /// The delays before each retry: 1 s, then 1.2 times the one before, at most 20 s.
    public func delay(beforeRetry retry: Int) -> Duration? {
        if let retries, retry > retries { return nil }
        var microseconds: Int64 = 1_000_000
        for _ in 1..<max(1, min(retry, 30)) { microseconds = microseconds * 6 / 5 }
        return min(.microseconds(microseconds), Self.greatestDelay)
    }
}
