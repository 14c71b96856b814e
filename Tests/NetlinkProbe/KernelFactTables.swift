import Glibc

extension KernelFacts {
    static func key(_ number: Int) -> [UInt8] {
        (0..<32).map { UInt8(truncatingIfNeeded: number * 7 + $0 * number + 1) }
    }

    static func peer(_ key: [UInt8], _ more: [RawAttribute] = []) -> RawAttribute {
        RawAttribute(0, [RawAttribute(1, key)] + more)
    }

    /// The allowed IP 10.0.0.N.
    static func ip(_ number: UInt8, length: UInt8 = 32, _ more: [RawAttribute] = []) -> RawAttribute {
        RawAttribute(
            0, [RawAttribute(1, UInt16(2)), RawAttribute(2, [10, 0, 0, number]), RawAttribute(3, length)] + more)
    }

    /// A message with one peer, whose key is well.
    private static func one(_ attributes: RawAttribute...) -> [RawAttribute] {
        [RawAttribute(8, [peer(key(1), attributes)])]
    }

    /// A peer with the one allowed IP, then a second one.
    private static func good(then second: RawAttribute) -> [RawAttribute] {
        [RawAttribute(8, [peer(key(1), [RawAttribute(9, [ip(1)])]), second])]
    }

    private static let wrongSize = "binary attribute size out of range"
    private static let unknown = "Unknown attribute type"
    private static let reserved = "reserved bit set"

    static let deviceFacts = [
        Fact(
            "device: a flag that does not exist", [RawAttribute(5, UInt32(2))],
            older: .refusal(EOPNOTSUPP), newer: .refusal(EINVAL, reserved)),
        Fact("device: an attribute that does not exist", [RawAttribute(9, UInt32(1))], .refusal(EINVAL, unknown)),
        Fact("device: a public key is left alone", [RawAttribute(4, key(1))], .success()),
        Fact("device: a short private key", [RawAttribute(3, [1, 2, 3])], .refusal(ERANGE, wrongSize)),
        Fact(
            "device: a port of four bytes", [RawAttribute(6, UInt32(1))], .refusal(EINVAL, "invalid attribute length")),
        Fact(
            "device: peers not marked as nested", [RawAttribute(8, marked: false, [peer(key(1))])],
            .refusal(EINVAL, "NLA_F_NESTED is missing")),
    ]

    static let peerFacts = [
        Fact(
            "peer: not marked as nested",
            [RawAttribute(8, [RawAttribute(0, marked: false, [RawAttribute(1, key(1))])])], .refusal(EINVAL)),
        Fact(
            "peer: entries may be numbered", [RawAttribute(8, [RawAttribute(300, [RawAttribute(1, key(1))])])],
            .success([0])),
        Fact(
            "peer: without a key", [RawAttribute(8, [RawAttribute(0, [RawAttribute(5, UInt16(1))])])], .refusal(EINVAL)),
        Fact(
            "peer: a short key", [RawAttribute(8, [peer(Array(key(1).dropLast()))])],
            older: .refusal(ERANGE), newer: .refusal(ERANGE, wrongSize)),
        Fact(
            "peer: a flag that does not exist", one(RawAttribute(3, UInt32(8))),
            older: .refusal(EOPNOTSUPP), newer: .refusal(EINVAL, reserved)),
        Fact(
            "peer: an attribute that does not exist", one(RawAttribute(11, UInt32(8))),
            older: .refusal(EINVAL), newer: .refusal(EINVAL, unknown)),
        Fact("peer: protocol version 1", one(RawAttribute(10, UInt32(1))), .success([0])),
        Fact("peer: protocol version 2", one(RawAttribute(10, UInt32(2))), .refusal(EPFNOSUPPORT)),
        Fact("peer: removing an unknown one succeeds", one(RawAttribute(3, UInt32(1))), .success()),
        Fact("peer: update only of an unknown one succeeds", one(RawAttribute(3, UInt32(4))), .success()),
        Fact("peer: the same key twice is one peer", [RawAttribute(8, [peer(key(1)), peer(key(1))])], .success([0])),
    ]

    private static let v4Endpoint: [UInt8] = [2, 0, 0, 9, 192, 0, 2, 1] + [UInt8](repeating: 0, count: 8)

    static let endpointFacts = [
        Fact("endpoint: 16 bytes for IPv4", one(RawAttribute(4, v4Endpoint)), .success([0])),
        Fact(
            "endpoint: fewer than 16 bytes", one(RawAttribute(4, Array(v4Endpoint.dropLast()))),
            older: .refusal(ERANGE), newer: .refusal(ERANGE, wrongSize)),
        Fact("endpoint: any other size is left alone", one(RawAttribute(4, v4Endpoint + [0, 0, 0, 0])), .success([0])),
        Fact(
            "endpoint: a family that does not exist is left alone", one(RawAttribute(4, [99] + v4Endpoint.dropFirst())),
            .success([0])),
    ]

    private static func ips(_ entries: RawAttribute...) -> [RawAttribute] { one(RawAttribute(9, entries)) }
    private static func flagged(_ number: UInt8, _ flags: UInt32) -> RawAttribute {
        ip(number, [RawAttribute(4, flags)])
    }

    /// Where the module itself refuses, the peer is there already.
    static let allowedIPFacts = [
        Fact("allowed IP: added", ips(ip(1)), .success([1])),
        Fact(
            "allowed IP: without a family",
            ips(RawAttribute(0, [RawAttribute(2, [10, 0, 0, 1]), RawAttribute(3, UInt8(9))])),
            .refusal(EINVAL, nil, [0])),
        Fact(
            "allowed IP: without an address",
            ips(RawAttribute(0, [RawAttribute(1, UInt16(2)), RawAttribute(3, UInt8(9))])),
            .refusal(EINVAL, nil, [0])),
        Fact(
            "allowed IP: without a length",
            ips(RawAttribute(0, [RawAttribute(1, UInt16(2)), RawAttribute(2, [10, 0, 0, 1])])),
            .refusal(EINVAL, nil, [0])),
        Fact("allowed IP: a length of 33", ips(ip(1, length: 33)), .refusal(EINVAL, nil, [0])),
        Fact(
            "allowed IP: an attribute that does not exist", ips(ip(1, [RawAttribute(5, UInt32(1))])),
            older: .refusal(EINVAL, nil, [0]), newer: .refusal(EINVAL, unknown)),
        Fact(
            "allowed IP: a flag that does not exist", ips(flagged(1, 2)),
            older: .refusal(EINVAL, nil, [0]), newer: .refusal(EINVAL, reserved)),
        Fact(
            "allowed IP: flags of 0", ips(flagged(1, 0)),
            older: .refusal(EINVAL, nil, [0]), newer: .success([1])),
        Fact(
            "allowed IP: removed again", ips(ip(1), ip(2), flagged(1, 1)),
            older: .refusal(EINVAL, nil, [2]), newer: .success([1])),
        Fact(
            "allowed IP: removing one that is not there", ips(ip(1), flagged(2, 1)),
            older: .refusal(EINVAL, nil, [1]), newer: .success([1])),
        Fact(
            "allowed IP: removing one of another peer's leaves it there",
            good(then: peer(key(2), [RawAttribute(9, [flagged(1, 1)])])),
            older: .refusal(EINVAL, nil, [1, 0]), newer: .success([1, 0])),
        Fact(
            "allowed IP: adding one of another peer's moves it", good(then: peer(key(2), [RawAttribute(9, [ip(1)])])),
            .success([0, 1])),
    ]

    /// The newer kernel holds a whole message against its policy before it does anything.
    static let lateFaults = [
        Fact(
            "late fault: a bad flag of the second peer", good(then: peer(key(2), [RawAttribute(3, UInt32(8))])),
            older: .refusal(EOPNOTSUPP, nil, [1]), newer: .refusal(EINVAL, reserved)),
        Fact(
            "late fault: a short address of its second allowed IP",
            good(
                then: peer(
                    key(2),
                    [
                        RawAttribute(
                            9,
                            [
                                ip(2),
                                RawAttribute(
                                    0, [RawAttribute(1, UInt16(2)), RawAttribute(2, [10]), RawAttribute(3, UInt8(9))]),
                            ])
                    ])),
            older: .refusal(ERANGE, nil, [1, 1]), newer: .refusal(ERANGE, wrongSize)),
        Fact(
            "late fault: a second peer without a key, which no policy can tell",
            good(then: RawAttribute(0, [RawAttribute(5, UInt16(1))])), .refusal(EINVAL, nil, [1])),
        Fact(
            "late fault: protocol version 2 of the second peer, which no policy tells",
            good(then: peer(key(2), [RawAttribute(10, UInt32(2))])), .refusal(EPFNOSUPPORT, nil, [1])),
        Fact(
            "late fault: a length of 33 in its second allowed IP, which no policy tells",
            good(then: peer(key(2), [RawAttribute(9, [ip(2), ip(3, length: 33)])])), .refusal(EINVAL, nil, [1, 1])),
    ]
}
