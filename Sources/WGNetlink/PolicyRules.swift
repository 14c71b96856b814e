internal import CMnl
import WGLinux

/// The routing policy rules of the namespace that the thread is in. libnl-route has no setter for `not` nor for
/// `suppress_prefixlength`, so these go by libmnl.
public enum PolicyRules {
    /// IPv4 and IPv6 rules, each by priority. Equals: `ip rule show`, `ip -6 rule show`.
    public static func list() throws(NetlinkError) -> [PolicyRule] {
        try list(over: NetlinkConnection(.route))
    }

    /// Equals: `ip [-6] rule add [not] [fwmark MARK] table TABLE [suppress_prefixlength LENGTH] [priority N]`.
    /// `EEXIST` if there is one just like it at that priority; without a priority the kernel makes a second one.
    /// `EAFNOSUPPORT` or `EOPNOTSUPP` without the family in the kernel.
    public static func add(_ rule: PolicyRule) throws(NetlinkError) {
        try change(rule, .addRule, over: NetlinkConnection(.route))
    }

    /// Takes the first rule that has all that this one says. Equals: `ip [-6] rule delete ...`. `ENOENT` if there is
    /// none.
    public static func delete(_ rule: PolicyRule) throws(NetlinkError) {
        try change(rule, .deleteRule, over: NetlinkConnection(.route))
    }

    /// `struct fib_rule_hdr`.
    static let headerSize = 12

    static func list(over connection: NetlinkConnection) throws(NetlinkError) -> [PolicyRule] {
        let reply = try connection.dump(.listRules) { sequence in
            var request = MessageBuilder(
                type: UInt16(RTM_GETRULE), flags: MessageFlag.request | MessageFlag.dump, sequence: sequence)
            for _ in 0..<3 { request.append(UInt32(0)) }
            return request
        }
        var rules: [PolicyRule] = []
        for message in reply.messages where message.type == UInt16(RTM_NEWRULE) {
            if let rule = try parse(message) { rules.append(rule) }
        }
        return rules
    }

    static func change(
        _ rule: PolicyRule, _ operation: NetlinkError.Operation, over connection: NetlinkConnection
    ) throws(NetlinkError) {
        // Without its other selectors it would be another rule.
        guard !rule.hasOtherSelectors else { throw NetlinkError(operation: operation, errno: .invalidArgument) }
        let sequence = connection.nextSequence
        let request = request(rule, isAddition: operation == .addRule, sequence: sequence)
        _ = try connection.exchange(operation, request, sequence: sequence)
    }

    static func request(_ rule: PolicyRule, isAddition: Bool, sequence: UInt32) -> MessageBuilder {
        let makes = isAddition ? MessageFlag.create | MessageFlag.exclusive : 0
        var request = MessageBuilder(
            type: UInt16(isAddition ? RTM_NEWRULE : RTM_DELRULE),
            flags: MessageFlag.request | MessageFlag.acknowledge | makes, sequence: sequence)
        request.append(UInt8(rule.family == .ipv4 ? AddressFamily.ipv4 : AddressFamily.ipv6))
        request.append(UInt8(0))  // destination length
        request.append(UInt8(0))  // source length
        request.append(UInt8(0))  // TOS
        request.append(UInt8(clamping: rule.table > 255 ? 0 : rule.table))
        request.append(UInt16(0))
        request.append(UInt8(FR_ACT_TO_TBL))
        request.append(rule.invert ? UInt32(FIB_RULE_INVERT) : 0)
        if let priority = rule.priority { request.put(UInt16(FRA_PRIORITY), priority) }
        if let mark = rule.fwmark { request.put(UInt16(FRA_FWMARK), mark) }
        if let mask = rule.mask { request.put(UInt16(FRA_FWMASK), mask) }
        request.put(UInt16(FRA_TABLE), rule.table)
        if let length = rule.suppressPrefixLength { request.put(UInt16(FRA_SUPPRESS_PREFIXLEN), length) }
        return request
    }

    /// `nil` for a rule of another family, such as multicast routing's.
    private static func parse(_ message: NetlinkMessage) throws(NetlinkError) -> PolicyRule? {
        guard let family = message.field(UInt8.self, at: 0), let lengths = message.field(UInt16.self, at: 1),
            let service = message.field(UInt8.self, at: 3), let table = message.field(UInt8.self, at: 4),
            let action = message.field(UInt8.self, at: 7), let flags = message.field(UInt32.self, at: 8)
        else { throw .malformedReply(.listRules) }
        var rule: PolicyRule
        switch UInt16(family) {
        case AddressFamily.ipv4: rule = PolicyRule(family: .ipv4, table: UInt32(table))
        case AddressFamily.ipv6: rule = PolicyRule(family: .ipv6, table: UInt32(table))
        default: return nil
        }
        rule.priority = 0
        rule.invert = flags & UInt32(FIB_RULE_INVERT) != 0
        rule.hasOtherSelectors = lengths != 0 || service != 0 || action != UInt8(FR_ACT_TO_TBL)
        var reader = message.attributes(after: headerSize)
        while let type = reader.next() { read(type, &reader, into: &rule) }
        if reader.isMalformed { throw .malformedReply(.listRules) }
        return rule
    }

    private static func read(_ type: UInt16, _ reader: inout AttributeReader, into rule: inout PolicyRule) {
        switch Int(type) {
        case FRA_PRIORITY: rule.priority = reader.uint32()
        case FRA_FWMARK: rule.fwmark = reader.uint32()
        case FRA_FWMASK: rule.mask = reader.uint32()
        case FRA_TABLE: rule.table = reader.uint32()
        case FRA_SUPPRESS_PREFIXLEN:
            let length: Int32 = reader.integer()
            rule.suppressPrefixLength = length == -1 ? nil : length
        case FRA_SUPPRESS_IFGROUP:
            let group: Int32 = reader.integer()
            if group != -1 { rule.hasOtherSelectors = true }
        case FRA_UNSPEC, FRA_PAD, FRA_PROTOCOL:
            break
        default:
            rule.hasOtherSelectors = true
        }
    }
}
