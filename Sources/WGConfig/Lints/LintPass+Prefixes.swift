import WGModel

extension LintPass {
    private struct Owner {
        /// The first section with the peer's key.
        let peer: Int
        let range: LintSource.PlaceRange
    }

    /// Time is linear in the number of prefixes, and in that of different lengths.
    mutating func checkPrefixes() {
        var owners: [IPPrefix: Owner] = [:]
        var sections: [PublicKey: Int] = [:]
        var all: [(prefix: IPPrefix, owner: Owner)] = []
        for (index, peer) in peers.enumerated() {
            var identity = index
            if let key = peer.publicKey?.value {
                identity = sections[key] ?? index
                sections[key] = identity
            }
            if !peer.hasAllowedIPs { report(.noAllowedIPs, peer.header) }
            for entry in peer.allowedIPs {
                let prefix = entry.value.masked
                let owner = Owner(peer: identity, range: entry.range)
                guard let first = owners[prefix] else {
                    owners[prefix] = owner
                    all.append((prefix, owner))
                    continue
                }
                if first.peer != identity {
                    report(.sharedPrefix(prefix), entry.range, related: first.range)
                } else if identity == index {
                    report(.repeatedPrefix(prefix), entry.range, related: first.range)
                }
            }
        }
        let lengths = Set(all.map(\.prefix.length)).sorted(by: >)
        for (prefix, owner) in all {
            // Below the default route, and its halves, everything lies.
            for length in lengths where length < prefix.length && length > 1 {
                guard let wider = IPPrefix(address: prefix.address, length: Int(length))?.masked,
                    let found = owners[wider]
                else { continue }
                if found.peer != owner.peer {
                    report(.nestedPrefix(prefix, inside: wider), owner.range, related: found.range)
                }
                break
            }
        }
        for address in interface.addresses {
            if let owner = owners[IPPrefix(host: address.value.address)] {
                report(.ownAddressAtPeer(address.value.address), owner.range, related: address.range)
            }
        }
    }

    mutating func checkEndpoints() {
        var seen: [EndpointName: LintSource.PlaceRange] = [:]
        var open: [LintSource.PlaceRange] = []
        let covers = interface.table == .automatic ? PrefixSet(tunnelPrefixes.map(\.value)) : PrefixSet([])
        for peer in peers {
            guard let endpoint = peer.endpoint else {
                open.append(peer.header)
                continue
            }
            if let first = seen[endpoint.value] {
                report(.sharedEndpoint, endpoint.range, related: first)
            } else {
                seen[endpoint.value] = endpoint.range
            }
            guard let numeric = endpoint.value.numeric else { continue }
            if numeric.port == 0 { report(.endpointPortZero, endpoint.range) }
            if numeric.address.isLinkLocalIPv6 { report(.endpointWithoutScope, endpoint.range) }
            if let prefix = covers.longest(around: numeric.address) {
                let place = tunnelPrefixes.first { $0.value.masked == prefix }?.range
                report(.endpointInsideTunnel(prefix), endpoint.range, related: place)
            }
        }
        let hasPort: Bool
        switch interface.listenPort?.value {
        case nil, .number(0): hasPort = false
        case .number, .service: hasPort = true
        }
        if !hasPort { for place in open { report(.nobodyCanBegin, place) } }
    }

    /// A default route is no way into the tunnel for its own packets, as they carry a mark. Everything else is.
    private var tunnelPrefixes: [LintSource.Spot<IPPrefix>] {
        peers.flatMap(\.allowedIPs).filter { !$0.value.isDefault }
    }
}

/// Answers which of many prefixes an address lies in.
struct PrefixSet {
    private var prefixes: Set<IPPrefix>
    private var lengths: [UInt8]

    init(_ prefixes: [IPPrefix]) {
        self.prefixes = Set(prefixes.map(\.masked))
        lengths = Set(prefixes.map(\.length)).sorted(by: >)
    }

    func longest(around address: IPAddress) -> IPPrefix? {
        for length in lengths {
            if let prefix = IPPrefix(address: address, length: Int(length))?.masked, prefixes.contains(prefix) {
                return prefix
            }
        }
        return nil
    }
}
