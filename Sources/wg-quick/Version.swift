/// What `wg-quick --version` reports.
enum Version {
    static let number = "0.1.0"
    static let line = "swift-wireguard v\(number) - WireGuard for Linux, in Swift\n"
}
