public import WGModel

/// Reads the values of configuration keys and of `wg set`'s arguments.
///
/// In a file white space counts for nothing, in an argument it does: it may stand before a port, and in a list.
public enum ValueParser {
    /// 44 characters of canonical base64, in constant time.
    public static func privateKey(_ text: String) -> Result<PrivateKey, ValueError> { key(Array(text.utf8)) }

    /// 44 characters of canonical base64, in constant time.
    public static func publicKey(_ text: String) -> Result<PublicKey, ValueError> { key(Array(text.utf8)) }

    /// 44 characters of canonical base64, in constant time.
    public static func presharedKey(_ text: String) -> Result<PresharedKey, ValueError> { key(Array(text.utf8)) }

    /// 0 to 65535, or the name of a service.
    public static func listenPort(_ text: String) -> Result<PortName, ValueError> { port(Array(text.utf8)) }

    /// `off`, a decimal number, or hexadecimal after `0x`; at most 32 bits.
    public static func fwmark(_ text: String) -> Result<UInt32, ValueError> { fwmark(Array(text.utf8)) }

    /// `off`, or 0 to 65535 seconds.
    public static func persistentKeepalive(_ text: String) -> Result<UInt16, ValueError> { seconds(Array(text.utf8)) }

    /// `host:port`, `[v6]:port` or `v6:port`; a port that is a number is at most 65535.
    public static func endpoint(_ text: String) -> Result<EndpointName, ValueError> { endpoint(Array(text.utf8)) }

    /// A comma-separated list, with white space anywhere. An empty text is an empty list: it clears the peer's allowed IPs.
    public static func allowedIPs(_ text: String) -> Result<AllowedIPList, ValueError> {
        let bytes = squeezed(text)
        return bytes.isEmpty ? .success(AllowedIPList()) : allowedIPs(bytes)
    }

    /// The text's bytes without ASCII white space.
    static func squeezed(_ text: String) -> [UInt8] { text.utf8.filter { !isWhitespace($0) } }

    /// Tab, line feed, vertical tab, form feed, carriage return, space.
    static func isWhitespace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}

/// The value of `AllowedIPs` or `allowed-ips`.
public struct AllowedIPList: Equatable, Sendable {
    /// In order; host bits as written.
    public var changes: [AllowedIPChange]
    /// Whether the list takes the place of what the peer has: no entry carries `+` or `-`.
    public var replaces: Bool
    /// Of each entry, as `ValueError.range`.
    var ranges: [Range<Int>]

    /// A list; an empty one clears what the peer has.
    public init(changes: [AllowedIPChange] = [], replaces: Bool = true) {
        self.init(changes: changes, replaces: replaces, ranges: [])
    }

    init(changes: [AllowedIPChange], replaces: Bool, ranges: [Range<Int>]) {
        self.changes = changes
        self.replaces = replaces
        self.ranges = ranges
    }
}

/// The same from bytes without white space.
extension ValueParser {
    static func key<Value: Key>(_ bytes: [UInt8]) -> Result<Value, ValueError> {
        if let key = Value(base64: bytes) { return .success(key) }
        let fault: ValueFault =
            bytes.isEmpty ? .empty : bytes.count == 44 ? .keyNotBase64 : .keyLength(characters(bytes))
        return .failure(ValueError(fault, bytes.indices))
    }

    static func port(_ bytes: [UInt8]) -> Result<PortName, ValueError> {
        servicePort(bytes[...]).mapError { ValueError($0, bytes.indices) }
    }

    static func fwmark(_ bytes: [UInt8]) -> Result<UInt32, ValueError> {
        func failure(_ fault: ValueFault) -> Result<UInt32, ValueError> { .failure(ValueError(fault, bytes.indices)) }
        if bytes.isEmpty { return failure(.empty) }
        if isWord("off", bytes[...]) { return .success(0) }
        guard let number = number(bytes[...]) else { return failure(.notFwmark) }
        guard let mark = UInt32(exactly: number) else { return failure(.fwmarkOutOfRange) }
        return .success(mark)
    }

    static func seconds(_ bytes: [UInt8]) -> Result<UInt16, ValueError> {
        func failure(_ fault: ValueFault) -> Result<UInt16, ValueError> { .failure(ValueError(fault, bytes.indices)) }
        if bytes.isEmpty { return failure(.empty) }
        if isWord("off", bytes[...]) { return .success(0) }
        guard let number = decimal(bytes[...]) else { return failure(.notSeconds) }
        guard let seconds = UInt16(exactly: number) else { return failure(.secondsOutOfRange) }
        return .success(seconds)
    }

    static func endpoint(_ bytes: [UInt8]) -> Result<EndpointName, ValueError> {
        func failure(_ fault: ValueFault, _ range: Range<Int>) -> Result<EndpointName, ValueError> {
            .failure(ValueError(fault, range))
        }
        if bytes.isEmpty { return failure(.empty, 0..<0) }
        let host: Range<Int>
        let service: Range<Int>
        if bytes[0] == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else {
                return failure(.endpointBracket, bytes.indices)
            }
            guard close + 1 < bytes.count else { return failure(.endpointWithoutPort, bytes.indices) }
            guard bytes[close + 1] == UInt8(ascii: ":") else {
                return failure(.endpointBracket, bytes.indices)
            }
            (host, service) = (1..<close, close + 2..<bytes.count)
        } else {
            guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else {
                return failure(.endpointWithoutPort, bytes.indices)
            }
            (host, service) = (0..<colon, colon + 1..<bytes.count)
        }
        if host.isEmpty { return failure(.endpointWithoutHost, bytes.indices) }
        if service.isEmpty { return failure(.endpointWithoutPort, bytes.indices) }
        guard isHostOrAddress(bytes[host]) else { return failure(.notAddress, host) }
        switch servicePort(bytes[service]) {
        case .failure(let fault): return failure(fault, service)
        case .success(let port):
            guard let name = String(validating: bytes[host], as: UTF8.self) else { return failure(.notUTF8, host) }
            let text =
                switch port {
                case .number(let number): String(number)
                case .service(let name): name
                }
            return .success(EndpointName(host: name, service: text))
        }
    }

    /// False for what can only be meant as an address, and is none: no name has a colon, or dots and digits alone.
    private static func isHostOrAddress(_ host: ArraySlice<UInt8>) -> Bool {
        if host.contains(UInt8(ascii: ":")) {
            let scope = host.firstIndex(of: UInt8(ascii: "%")) ?? host.endIndex
            return IPAddress(utf8: host[..<scope]) != nil
        }
        let isName = !host.contains(UInt8(ascii: ".")) || !host.allSatisfy { $0 == 46 || (48...57).contains($0) }
        return isName || IPAddress(utf8: host) != nil || isShortIPv4(host)
    }

    /// What `inet_aton(3)` takes besides dotted quads: `10.1` is 10.0.0.1, and a number that begins with 0 is octal.
    private static func isShortIPv4(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 4 else { return false }
        for (index, part) in parts.enumerated() {
            let isOctal = part.first == UInt8(ascii: "0")
            let greatest = index < parts.count - 1 ? 255 : (1 << (8 * (5 - parts.count))) - 1
            guard let value = Int(String(decoding: part, as: UTF8.self), radix: isOctal ? 8 : 10), value <= greatest
            else { return false }
        }
        return true
    }

    static func allowedIPs(_ bytes: [UInt8]) -> Result<AllowedIPList, ValueError> {
        var list = AllowedIPList()
        for entry in bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let range = entry.startIndex..<entry.endIndex
            let sign = entry.first
            let isSigned = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
            if isSigned { list.replaces = false }
            switch prefix(isSigned ? entry.dropFirst() : entry) {
            case .failure(let error):
                // The mark of an empty entry is the comma beside it.
                let shown = error.range.isEmpty && range.isEmpty ? comma(beside: range, in: bytes) : error.range
                return .failure(ValueError(error.fault, shown))
            case .success(let prefix):
                list.changes.append(sign == UInt8(ascii: "-") ? .remove(prefix) : .add(prefix))
                list.ranges.append(range)
            }
        }
        return .success(list)
    }

    private static func comma(beside range: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
        range.lowerBound > 0 ? range.lowerBound - 1..<range.lowerBound : 0..<min(1, bytes.count)
    }

    /// `ADDRESS` or `ADDRESS/LENGTH`; the failure's range has the slice's own indices.
    static func prefix(_ entry: ArraySlice<UInt8>) -> Result<IPPrefix, ValueError> {
        func failure(_ fault: ValueFault, _ range: Range<Int>) -> Result<IPPrefix, ValueError> {
            .failure(ValueError(fault, range))
        }
        let range = entry.startIndex..<entry.endIndex
        if entry.isEmpty { return failure(.emptyEntry, range) }
        let slash = entry.firstIndex(of: UInt8(ascii: "/"))
        guard let address = IPAddress(utf8: entry[..<(slash ?? entry.endIndex)]) else {
            return failure(.notAddress, range)
        }
        guard let slash else { return .success(IPPrefix(host: address)) }
        let digits = slash + 1..<entry.endIndex
        guard let length = decimal(entry[digits]) else {
            return failure(.notPrefixLength, range)
        }
        guard let prefix = IPPrefix(address: address, length: length) else {
            return failure(.prefixLengthOutOfRange(bits: address.bitWidth), digits)
        }
        return .success(prefix)
    }
}

/// Numbers and words.
extension ValueParser {
    /// A port as `getaddrinfo` reads it, except that numbers don't wrap: `51820`, `+51820`, or a service's name.
    private static func servicePort(_ text: ArraySlice<UInt8>) -> Result<PortName, ValueFault> {
        let text = text.drop(while: isWhitespace)
        guard let first = text.first else { return .failure(.empty) }
        let isSigned = first == UInt8(ascii: "+") || first == UInt8(ascii: "-")
        if let number = decimal(isSigned ? text.dropFirst() : text) {
            guard let port = UInt16(exactly: number), first != UInt8(ascii: "-") || number == 0 else {
                return .failure(.portOutOfRange)
            }
            return .success(.number(port))
        }
        guard text.allSatisfy(isServiceCharacter), text.contains(where: isLetter) else { return .failure(.notPort) }
        return .success(.service(String(decoding: text, as: UTF8.self)))
    }

    /// Digits only, at least one. Large numbers stop at a value that fits nothing here.
    static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { min($0 * 10 + Int($1 - 48), 1 << 40) }
    }

    /// Decimal, or hexadecimal after `0x`.
    static func number(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.starts(with: "0x".utf8) else { return decimal(text) }
        let digits = text.dropFirst(2)
        guard !digits.isEmpty else { return nil }
        var value = 0
        for digit in digits {
            switch digit {
            case 48...57: value = min(value << 4 | Int(digit - 48), 1 << 40)
            case 65...70: value = min(value << 4 | Int(digit - 55), 1 << 40)
            case 97...102: value = min(value << 4 | Int(digit - 87), 1 << 40)
            default: return nil
            }
        }
        return value
    }

    /// ASCII, in any case.
    static func isWord(_ word: StaticString, _ text: ArraySlice<UInt8>) -> Bool {
        String(decoding: text, as: UTF8.self).lowercased() == word.description
    }

    static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    private static func isServiceCharacter(_ byte: UInt8) -> Bool {
        isLetter(byte) || (48...57).contains(byte) || "-_.+*/".utf8.contains(byte)
    }

    /// Characters as people count them, or bytes where the text isn't UTF-8.
    private static func characters(_ bytes: [UInt8]) -> Int {
        String(validating: bytes, as: UTF8.self)?.count ?? bytes.count
    }
}
