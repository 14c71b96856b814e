import WGModel

extension LintPass {
    private typealias Entry = LintSource.Spot<IPPrefix>

    /// The entries that make all of a family go through the tunnel: a default route, or its two halves.
    private func whole(isIPv4: Bool) -> (entries: [Entry], isHalves: Bool)? {
        let ofFamily = peers.flatMap(\.allowedIPs).filter { $0.value.address.isIPv4 == isIPv4 }
        if let whole = ofFamily.first(where: { $0.value.isDefault }) { return ([whole], false) }
        var halves: [IPPrefix: Entry] = [:]
        for entry in ofFamily where entry.value.length == 1 { halves[entry.value.masked] = entry }
        guard halves.count == 2 else { return nil }
        return (
            halves.values.sorted {
                ($0.range.line, $0.range.range.lowerBound) < ($1.range.line, $1.range.range.lowerBound)
            }, true
        )
    }

    mutating func checkFullTunnel() {
        let (whole4, whole6) = (whole(isIPv4: true), whole(isIPv4: false))
        for (whole, isIPv4) in [(whole4, true), (whole6, false)] {
            if let whole, whole.isHalves {
                report(.halves(isIPv4: isIPv4), whole.entries[1].range, related: whole.entries[0].range)
            }
        }
        guard interface.table == .automatic, let first = whole4?.entries.first ?? whole6?.entries.first else { return }
        if whole6 == nil { report(.leaksIPv6, first.range) }
        if whole4 == nil { report(.leaksIPv4, first.range) }
        if interface.servers == 0 { report(.defaultRouteWithoutDNS, first.range) }
    }

    mutating func checkInterface() {
        if let place = interface.searchDomains, interface.servers == 0 { report(.searchDomainsOnly, place) }
        let entries = peers.flatMap(\.allowedIPs)
        if let mtu = interface.mtu, mtu.value < 1280,
            (interface.addresses + entries).contains(where: { !$0.value.address.isIPv4 })
        {
            report(.mtuTooSmallForIPv6(mtu.value), mtu.range)
        }
        let nets = PrefixSet(entries.map(\.value))
        for address in interface.addresses {
            let prefix = address.value
            let least = prefix.address.isIPv4 ? 8 : 16
            if Int(prefix.length) < least {
                report(.wideAddress(prefix), address.range)
            } else if !prefix.isHost, !peers.isEmpty, nets.longest(around: prefix.address) == nil,
                !entries.contains(where: { prefix.contains($0.value) })
            {
                report(.networkWithoutPeers(prefix.masked), address.range)
            }
        }
        for isIPv4 in [true, false] {
            guard !interface.addresses.isEmpty,
                !interface.addresses.contains(where: { $0.value.address.isIPv4 == isIPv4 }),
                let entry = entries.first(where: { $0.value.address.isIPv4 == isIPv4 })
            else { continue }
            report(.noAddressOfFamily(isIPv4: isIPv4), entry.range)
        }
    }
}
