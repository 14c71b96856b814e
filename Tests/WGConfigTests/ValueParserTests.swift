import Testing
import WGConfig
import WGModel

@Suite struct ValueParserTests {
    @Test(arguments: [
        ("0", PortName.number(0)), ("51820", .number(51820)), ("65535", .number(65535)), ("+98", .number(98)),
        (" 99", .number(99)), ("\t\n+7", .number(7)), ("00080", .number(80)), ("domain", .service("domain")),
        ("z39.50", .service("z39.50")), ("914c-g", .service("914c-g")), ("-0", .number(0)),
    ])
    func portsAreNumbersOrServices(text: String, port: PortName) {
        #expect(ValueParser.listenPort(text) == .success(port))
    }

    @Test(arguments: [
        ("", ValueFault.empty), (" ", .empty), ("65536", .portOutOfRange(wrapped: 0)),
        ("70000", .portOutOfRange(wrapped: 4464)), ("2147483647", .portOutOfRange(wrapped: 65535)),
        ("2147483648", .portOutOfRange(wrapped: nil)), ("-1", .portOutOfRange(wrapped: nil)),
        ("99999999999999999999999", .portOutOfRange(wrapped: nil)), ("1.2", .notPort), ("1,2", .notPort),
        ("+", .notPort), ("-", .notPort), ("9 9", .notPort), ("99 ", .notPort), ("d\u{f6}main", .notPort),
        ("a:b", .notPort),
    ])
    func otherPortsAreRefused(text: String, fault: ValueFault) {
        #expect(faultOf(ValueParser.listenPort(text)) == fault)
    }

    @Test(
        arguments: [
            ("off", 0), ("OFF", 0), ("oFf", 0), ("0", 0), ("0x0", 0), ("51820", 51820), ("0xca6c", 0xca6c),
            ("4294967295", .max), ("0xffffffff", .max), ("010", 10), ("0x0000000000001", 1), ("0xCa6C", 0xca6c),
        ] as [(String, UInt32)])
    func marksAreOffDecimalOrHexadecimal(text: String, mark: UInt32) {
        #expect(ValueParser.fwmark(text) == .success(mark))
    }

    @Test(arguments: [
        ("", ValueFault.empty), ("0X10", .notFwmark), ("0xG", .notFwmark), (" 1", .notFwmark), ("1 0", .notFwmark),
        ("0x", .notFwmark), ("+1", .notFwmark),
        ("-1", .notFwmark), ("xff", .notFwmark), ("12a", .notFwmark), ("on", .notFwmark),
        ("4294967296", .fwmarkOutOfRange), ("0x100000000", .fwmarkOutOfRange),
        ("0xfffffffffffffffffffffffff", .fwmarkOutOfRange),
    ])
    func otherMarksAreRefused(text: String, fault: ValueFault) {
        #expect(faultOf(ValueParser.fwmark(text)) == fault)
    }

    @Test(arguments: [("off", 0), ("Off", 0), ("0", 0), ("25", 25), ("65535", 65535)] as [(String, UInt16)])
    func keepalivesAreOffOrSeconds(text: String, seconds: UInt16) {
        #expect(ValueParser.persistentKeepalive(text) == .success(seconds))
    }

    @Test(arguments: [
        ("", ValueFault.empty), ("65536", .secondsOutOfRange), ("-1", .notSeconds), ("0x10", .notSeconds),
        ("5 ", .notSeconds),
        ("on", .notSeconds), ("25s", .notSeconds), ("99999999999999999999999", .secondsOutOfRange),
    ])
    func otherKeepalivesAreRefused(text: String, fault: ValueFault) {
        #expect(faultOf(ValueParser.persistentKeepalive(text)) == fault)
    }

    @Test(arguments: [
        ("192.0.2.1:51820", "192.0.2.1", "51820"), ("[2001:db8::1]:51820", "2001:db8::1", "51820"),
        ("2001:db8::1:51820", "2001:db8::1", "51820"), ("[example.net]:http", "example.net", "http"),
        ("1.2:10", "1.2", "10"), ("[fe80::1%eth0]:8", "fe80::1%eth0", "8"),
        ("b\u{fc}cher.example:1", "b\u{fc}cher.example", "1"),
        ("h:+7", "h", "7"), ("h: 7", "h", "7"), ("1.2.3:4", "1.2.3", "4"), ("010.0.0.1:1", "010.0.0.1", "1"),
        ("1.16777215:1", "1.16777215", "1"), ("7:1", "7", "1"), ("0x7f.1:1", "0x7f.1", "1"),
        ("1.2.3.999.example:1", "1.2.3.999.example", "1"),
    ])
    func endpointsAreSplit(text: String, host: String, service: String) {
        #expect(ValueParser.endpoint(text) == .success(EndpointName(host: host, service: service)))
    }

    @Test(arguments: [
        ("", ValueFault.empty), ("host", .endpointWithoutPort), ("host:", .endpointWithoutPort),
        (":1", .endpointWithoutHost), ("[]:1", .endpointWithoutHost), ("[::1", .endpointBracket),
        ("[::1]", .endpointWithoutPort), ("[::1]1", .endpointBracket), ("[::1]:", .endpointWithoutPort),
        ("[::g]:1", .notAddress), ("1.2.3.999:5", .notAddress), ("1.2.3.4.5:6", .notAddress), ("1.2.3.:4", .notAddress),
        ("08.0.0.1:1", .notAddress), ("1.16777216:1", .notAddress), ("...:1", .notAddress), ("h:5:6", .notAddress),
        ("[fe80::g%eth0]:1", .notAddress), ("[::1%]1:1", .endpointBracket),
        ("host:65537", .portOutOfRange(wrapped: 1)), ("host:1,2", .notPort),
        ("host:-1", .portOutOfRange(wrapped: nil)),
    ])
    func otherEndpointsAreRefused(text: String, fault: ValueFault) {
        #expect(faultOf(ValueParser.endpoint(text)) == fault)
    }

    @Test(arguments: [
        ("", [], true), ("10.0.0.0/8", ["10.0.0.0/8"], true), ("10.0.0.1,::1", ["10.0.0.1/32", "::1/128"], true),
        (" 10.0.0.1 / 8 , ::/0 ", ["10.0.0.1/8", "::/0"], true), ("+10.0.0.1", ["10.0.0.1/32"], false),
        ("10.0.0.1,-10.0.0.2/008", ["10.0.0.1/32", "-10.0.0.2/8"], false),
        ("-::/0,10.0.0.0/8", ["-::/0", "10.0.0.0/8"], false),
    ])
    func allowedIPsAreLists(text: String, entries: [String], replaces: Bool) throws {
        let list = try ValueParser.allowedIPs(text).get()
        #expect(list.changes.map(written) == entries)
        #expect(list.replaces == replaces)
    }

    @Test(arguments: [
        ("10.0.0.0/8,", ValueFault.emptyEntry, 10..<11), (",", .emptyEntry, 0..<1), ("a,,b", .notAddress, 0..<1),
        ("::,,::", .emptyEntry, 2..<3), ("10.0.0.0/33", .prefixLengthOutOfRange(bits: 32), 9..<11),
        ("::/129", .prefixLengthOutOfRange(bits: 128), 3..<6), ("::/", .notPrefixLength, 0..<3),
        ("::/+1", .notPrefixLength, 0..<5), ("10.0.0.0/8,10.0.0", .notAddress, 11..<17), ("+", .emptyEntry, 1..<1),
        ("++1.2.3.4", .notAddress, 1..<9), ("::1 ::2", .notAddress, 0..<6),
    ])
    func otherListsAreRefusedAtTheirFirstBadEntry(text: String, fault: ValueFault, range: Range<Int>) {
        #expect(throws: ValueError(fault, range)) { try ValueParser.allowedIPs(text).get() }
    }

    private static let keys: [(String, ValueFault?)] = [
        (publicText, nil), (" \(publicText)\n", .keyLength(46)), ("", .empty), ("abc", .keyLength(3)),
        ("\(publicText)=", .keyLength(45)), ("\(publicText.dropLast())", .keyLength(43)),
        ("\(publicText.dropLast(2))h=", .keyNotBase64), ("\(publicText.dropLast())A", .keyNotBase64),
        ("!\(publicText.dropFirst())", .keyNotBase64),
    ]

    @Test(arguments: keys)
    func keysAreCanonicalBase64(text: String, fault: ValueFault?) {
        #expect(faultOf(ValueParser.publicKey(text)) == fault)
        #expect(faultOf(ValueParser.privateKey(text)) == fault)
        #expect(faultOf(ValueParser.presharedKey(text)) == fault)
    }

    private func faultOf<Value>(_ result: Result<Value, ValueError>) -> ValueFault? {
        if case .failure(let error) = result { error.fault } else { nil }
    }

    private func written(_ change: AllowedIPChange) -> String {
        switch change {
        case .add(let prefix): "\(prefix)"
        case .remove(let prefix): "-\(prefix)"
        }
    }
}
