import WGLinux
import WGModel
import WGPlan

/// Makes, finds and removes a tunnel's packet filter rules by the programs that the host has for them.
struct FirewallBackend {
    let runner: ProcessRunner

    var tools: FirewallTools {
        FirewallTools(nft: has("nft"), iptables: hasTables(.ipv4), ip6tables: hasTables(.ipv6))
    }

    /// - Parameters:
    ///   - old: rules that may be there, wholly or in part; `nil` if there are none.
    ///   - new: `nil` is none. In the same program they replace the old ones at once; otherwise they come before the old
    ///     ones go.
    func apply(from old: FirewallState?, to new: FirewallState?) throws(QuickError) {
        if let new { try run(new.tool, from: old?.tool == new.tool ? old : nil, to: new, new.interface) }
        if let old, old.tool != new?.tool { try run(old.tool, from: old, to: nil, old.interface) }
    }

    /// The rules of a tunnel that are there, whoever made them; `nil` if there are none.
    ///
    /// A program that is missing, or that may not or can't look, has made none.
    func find(_ name: InterfaceName) throws(QuickError) -> FirewallFinding? {
        if let found = try findByNft(name) { return found }
        var live: [(family: IPFamily, text: String)] = []
        for family in IPFamily.allCases where hasTables(family) {
            live.append((family, try output(of: family.save, [])))
        }
        return IptablesRules.read(live, of: name)
    }

    private func findByNft(_ name: InterfaceName) throws(QuickError) -> FirewallFinding? {
        guard has("nft") else { return nil }
        var text = ""
        for table in NftRules.tables(of: name, in: try output(of: "nft", ["list", "tables"])) {
            text += try output(of: "nft", ["list", "table"] + table)
        }
        return NftRules.read(text, of: name)
    }

    private func run(
        _ tool: FirewallState.Tool, from old: FirewallState?, to new: FirewallState?, _ name: InterfaceName
    ) throws(QuickError) {
        switch tool {
        case .nft:
            _ = try runner.runTool("nft", ["-f", "-"], input: Array(NftRules.script(from: old, to: new).utf8))
        case .iptables:
            let made = new?.families ?? []
            for family in made + (old?.families ?? []).filter({ !made.contains($0) }) {
                let wanted = made.contains(family) ? new : nil
                let live = String(decoding: try runner.runTool(family.save, []), as: UTF8.self)
                guard let input = IptablesRules.input(family, of: name, live: live, to: wanted) else { continue }
                // Others change rules too, at boot above all: the lock is worth a wait.
                _ = try runner.runTool(family.restore, ["-n", "-w", "5"], input: Array(input.utf8))
            }
        }
    }

    private func output(of program: String, _ arguments: [String]) throws(QuickError) -> String {
        let result = try runner.askTool(program, arguments)
        return result.end.isSuccess ? String(decoding: result.output, as: UTF8.self) : ""
    }

    private func has(_ program: String) -> Bool { runner.environment.find(program) != nil }

    private func hasTables(_ family: IPFamily) -> Bool { has(family.restore) && has(family.save) }
}

extension IPFamily {
    fileprivate var save: String { self == .ipv4 ? "iptables-save" : "ip6tables-save" }
    fileprivate var restore: String { self == .ipv4 ? "iptables-restore" : "ip6tables-restore" }
}
