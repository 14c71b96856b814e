/// Which MTU a tunnel gets when its configuration names none.
public enum MTUPolicy {
    /// What the tunnel adds to each packet: IPv6 40, UDP 8, message header 16, tag 16.
    public static let overhead: UInt32 = 80
    /// Where no route says anything: Ethernet's.
    public static let fallback: UInt32 = 1500

    /// The smallest of the ways to the endpoints, so that every peer can be reached without fragments; without
    /// endpoints the default route's. Less the overhead.
    public static func automatic(_ snapshot: SystemSnapshot) -> UInt32 {
        let smallest = snapshot.endpointRoutes.compactMap(\.effective).min()
        let outer = smallest ?? snapshot.defaultRoute?.effective ?? fallback
        return outer > overhead ? outer - overhead : outer
    }
}
