/// What `wg --version` reports, in the shape of the stock tool's line: a name, the version, and what it is.
enum Version {
    static let number = "0.1.0"
    static let line = "swift-wireguard v\(number) - WireGuard for Linux, in Swift"
}
