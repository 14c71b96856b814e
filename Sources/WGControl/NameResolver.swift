public import WGLinux
public import WGModel

/// Where addresses of endpoints come from, and how time passes between questions.
public protocol NameResolver {
    func endpoint(of name: EndpointName) throws(Resolver.Failure) -> Endpoint
    func port(ofService name: String) throws(Resolver.Failure) -> UInt16
    func wait(_ duration: Duration)
}

/// `getaddrinfo(3)` and `nanosleep(2)`.
public struct SystemResolver: NameResolver, Sendable {
    public init() {}

    public func endpoint(of name: EndpointName) throws(Resolver.Failure) -> Endpoint {
        try Resolver.endpoint(of: name)
    }

    public func port(ofService name: String) throws(Resolver.Failure) -> UInt16 {
        try Resolver.port(ofService: name)
    }

    public func wait(_ duration: Duration) { WallClock.sleep(duration) }
}
