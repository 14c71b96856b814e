public import WGModel

/// What is odd about a configuration that the parser takes: it works, but hardly as meant.
public enum Lint: Equatable, Sendable {
    // Keys.
    /// A peer's public key belongs to the interface's own private key: the device drops the peer.
    case ownPublicKey
    /// A public key is the interface's private key.
    case privateKeyAsPublicKey
    /// A preshared key is the interface's private key.
    case privateKeyAsPresharedKey
    /// A preshared key is some peer's public key, which is no secret.
    case publicKeyAsPresharedKey
    /// No private key, and no hook that could bring one.
    case noPrivateKey
    /// The device keeps the private key in another form, with five bits set for it.
    case unclampedPrivateKey

    // Allowed IPs.
    /// Another peer has the prefix too. The last one gets it.
    case sharedPrefix(IPPrefix)
    /// The same peer has the prefix twice.
    case repeatedPrefix(IPPrefix)
    /// The prefix lies inside one of another peer, which gets only the rest.
    case nestedPrefix(IPPrefix, inside: IPPrefix)
    /// A peer without any.
    case noAllowedIPs
    /// The interface's own address goes to a peer.
    case ownAddressAtPeer(IPAddress)

    // Endpoints.
    /// The way to the endpoint leads into the tunnel.
    case endpointInsideTunnel(IPPrefix)
    /// Two peers at one endpoint.
    case sharedEndpoint
    case endpointPortZero
    /// A link-local address without the link.
    case endpointWithoutScope
    /// The peer has no endpoint, and this side no port that the peer could know.
    case nobodyCanBegin

    // Full tunnels.
    /// Two halves instead of a default route, which keep the tunnel's own packets in it.
    case halves(isIPv4: Bool)
    /// All of IPv4 goes through the tunnel, and IPv6 beside it.
    case leaksIPv6
    /// All of IPv6 goes through the tunnel, and IPv4 beside it.
    case leaksIPv4
    /// All traffic goes through the tunnel, questions for names too, to servers that are not the tunnel's.
    case defaultRouteWithoutDNS

    // The interface.
    /// Search domains alone do nothing.
    case searchDomainsOnly
    /// IPv6 does not work below 1280 bytes.
    case mtuTooSmallForIPv6(Int)
    /// Almost the whole world is on the link.
    case wideAddress(IPPrefix)
    /// A network on the link, none of whose addresses belongs to a peer.
    case networkWithoutPeers(IPPrefix)
    /// Traffic of a family that the interface has no address of.
    case noAddressOfFamily(isIPv4: Bool)

    // Hooks.
    /// A rule that an up hook adds and no down hook removes.
    case hookWithoutTwin
    /// A program by a path from wherever wg-quick is started.
    case relativePathInHook
    /// Versions of wg-quick before 2025 end the command at the `#`.
    case hashInHook

    // The file.
    /// Others may read the file, which holds a secret.
    case openToOthers
    /// The file's name is no interface's name with `.conf` behind it.
    case badFileName
    /// More than 15 characters before `.conf`.
    case fileNameTooLong

    /// Names the lint for programs; never changes.
    public var code: String {
        switch self {
        case .ownPublicKey: "own-public-key"
        case .privateKeyAsPublicKey: "private-key-as-public-key"
        case .privateKeyAsPresharedKey: "private-key-as-preshared-key"
        case .publicKeyAsPresharedKey: "public-key-as-preshared-key"
        case .noPrivateKey: "no-private-key"
        case .unclampedPrivateKey: "unclamped-private-key"
        case .sharedPrefix: "shared-allowed-ip"
        case .repeatedPrefix: "repeated-allowed-ip"
        case .nestedPrefix: "nested-allowed-ip"
        case .noAllowedIPs: "no-allowed-ips"
        case .ownAddressAtPeer: "own-address-at-peer"
        case .endpointInsideTunnel: "endpoint-inside-tunnel"
        case .sharedEndpoint: "shared-endpoint"
        case .endpointPortZero: "endpoint-port-zero"
        case .endpointWithoutScope: "endpoint-without-scope"
        case .nobodyCanBegin: "nobody-can-begin"
        case .halves: "halves-of-default-route"
        case .leaksIPv6: "ipv6-leak"
        case .leaksIPv4: "ipv4-leak"
        case .defaultRouteWithoutDNS: "default-route-without-dns"
        case .searchDomainsOnly: "search-domains-only"
        case .mtuTooSmallForIPv6: "mtu-too-small-for-ipv6"
        case .wideAddress: "wide-address"
        case .networkWithoutPeers: "network-without-peers"
        case .noAddressOfFamily: "no-address-of-family"
        case .hookWithoutTwin: "hook-without-twin"
        case .relativePathInHook: "relative-path-in-hook"
        case .hashInHook: "hash-in-hook"
        case .openToOthers: "open-to-others"
        case .badFileName: "bad-file-name"
        case .fileNameTooLong: "file-name-too-long"
        }
    }

    /// An error can't be meant; a warning is probably not meant; a note is worth knowing.
    public var severity: Finding.Severity {
        switch self {
        case .ownPublicKey, .privateKeyAsPublicKey, .privateKeyAsPresharedKey, .sharedPrefix, .endpointPortZero,
            .badFileName, .fileNameTooLong:
            .error
        case .publicKeyAsPresharedKey, .noPrivateKey, .noAllowedIPs, .ownAddressAtPeer, .endpointInsideTunnel,
            .sharedEndpoint, .endpointWithoutScope, .halves, .leaksIPv6, .mtuTooSmallForIPv6, .wideAddress,
            .hookWithoutTwin, .relativePathInHook, .searchDomainsOnly, .openToOthers:
            .warning
        case .unclampedPrivateKey, .repeatedPrefix, .nestedPrefix, .nobodyCanBegin, .leaksIPv4, .networkWithoutPeers,
            .defaultRouteWithoutDNS, .noAddressOfFamily, .hashInHook:
            .note
        }
    }
}
