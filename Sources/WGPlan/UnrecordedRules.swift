import WGConfig
import WGModel

extension SystemSnapshot {
    /// For a tunnel that takes all traffic: the mark that tells the way of its own packets. That is its device's, once it has
    /// its rules. Before that it may be another such tunnel's: what bears any of their marks goes by the main table.
    public var fullTunnelMark: UInt32 {
        let diversions = rules.filter(\.isDiversion)
        let own = diversions.first { $0.mark == device?.fwmark }
        return (own ?? diversions.first)?.mark ?? 0
    }

    /// The rules of a tunnel without a record: of each family those that send packets without the device's mark to the
    /// table of its number, and the suppression that was made with each: the next one before it.
    func unrecordedRules(_ table: RouteTable) -> [RuleState] {
        guard table == .automatic, let device, device.fwmark != 0,
            device.peers.contains(where: { $0.allowedIPs.contains(where: \.isDefault) })
        else { return [] }
        var found: [RuleState] = []
        for diversion in rules where diversion.isDiversion && diversion.mark == device.fwmark {
            found.append(diversion)
            let before = rules.filter { rule in
                rule.isSuppression && rule.family == diversion.family && rule.priority < diversion.priority
                    && !found.contains(rule)
            }
            if let nearest = before.max(by: { $0.priority < $1.priority }) { found.append(nearest) }
        }
        return found
    }

    /// What takes settings back to the values from before a tunnel. As long as another tunnel needs one, it stays; that
    /// tunnel's record has the value from before both.
    func restorations(_ originals: [Sysctl]) -> [Operation] {
        let needed = Set(otherRecords.flatMap(\.effects.sysctls).map(\.path))
        return originals.compactMap { before in
            guard !needed.contains(before.path), let now = sysctls[before.path], now != before.value else {
                return nil
            }
            return .setSysctl(before.path, from: now, to: before.value)
        }
    }
}
