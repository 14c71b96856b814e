public import WGModel

/// Reads the values of configuration keys and of `wg set`'s arguments.
///
/// In a file white space counts for nothing, in an argument it does: it may stand before a port, and in a list.
public enum ValueParser {
    /// 44 characters of canonical base64, in constant time.
    public static func privateKey(_ text: String) -> Result<PrivateKey, ValueError> { key(text.utf8.span) }

    /// 44 characters of canonical base64, in constant time.
    public static func publicKey(_ text: String) -> Result<PublicKey, ValueError> { key(text.utf8.span) }

    /// 44 characters of canonical base64, in constant time.
    public static func presharedKey(_ text: String) -> Result<PresharedKey, ValueError> { key(text.utf8.span) }

    /// 0 to 65535, or the name of a service.
    public static func listenPort(_ text: String) -> Result<PortName, ValueError> { port(text.utf8.span) }

    /// `off`, a decimal number, or hexadecimal after `0x`; at most 32 bits.
    public static func fwmark(_ text: String) -> Result<UInt32, ValueError> { fwmark(text.utf8.span) }

    /// `off`, or 0 to 65535 seconds.
    public static func persistentKeepalive(_ text: String) -> Result<UInt16, ValueError> { seconds(text.utf8.span) }

    /// `host:port`, `[v6]:port` or `v6:port`; a port that is a number is at most 65535.
    public static func endpoint(_ text: String) -> Result<EndpointName, ValueError> { endpoint(text.utf8.span) }

    /// A comma-separated list, with white space anywhere. An empty text is an empty list: it clears the peer's allowed IPs.
    public static func allowedIPs(_ text: String) -> Result<AllowedIPList, ValueError> {
        let bytes = squeezed(text)
        return bytes.isEmpty ? .success(AllowedIPList()) : allowedIPs(bytes.span)
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

    /// A list; an empty one clears what the peer has.
    public init(changes: [AllowedIPChange] = [], replaces: Bool = true) {
        self.changes = changes
        self.replaces = replaces
    }
}

/// The same from bytes without white space.
extension ValueParser {
    static func key<Value: Key>(_ text: Span<UInt8>) -> Result<Value, ValueError> {
        if let key = Value(base64: text) { return .success(key) }
        let fault: ValueFault =
            text.isEmpty ? .empty : text.count == 44 ? .keyNotBase64 : .keyLength(characters(text))
        return .failure(ValueError(fault, text.indices))
    }

    static func port(_ text: Span<UInt8>) -> Result<PortName, ValueError> {
        servicePort(text).mapError { ValueError($0, 0..<text.count) }
    }

    static func fwmark(_ text: Span<UInt8>) -> Result<UInt32, ValueError> {
        func failure(_ fault: ValueFault) -> Result<UInt32, ValueError> { .failure(ValueError(fault, 0..<text.count)) }
        if text.isEmpty { return failure(.empty) }
        if isWord("off", text) { return .success(0) }
        guard let number = number(text) else { return failure(.notFwmark) }
        guard let mark = UInt32(exactly: number) else { return failure(.fwmarkOutOfRange) }
        return .success(mark)
    }

    static func seconds(_ text: Span<UInt8>) -> Result<UInt16, ValueError> {
        func failure(_ fault: ValueFault) -> Result<UInt16, ValueError> { .failure(ValueError(fault, 0..<text.count)) }
        if text.isEmpty { return failure(.empty) }
        if isWord("off", text) { return .success(0) }
        guard let number = decimal(text) else { return failure(.notSeconds) }
        guard let seconds = UInt16(exactly: number) else { return failure(.secondsOutOfRange) }
        return .success(seconds)
    }

    static func endpoint(_ text: Span<UInt8>) -> Result<EndpointName, ValueError> {
        func failure(_ fault: ValueFault, _ range: Range<Int>) -> Result<EndpointName, ValueError> {
            .failure(ValueError(fault, range))
        }
        if text.isEmpty { return failure(.empty, 0..<0) }
        let host: Range<Int>
        let service: Range<Int>
        if text[0] == UInt8(ascii: "[") {
            guard let close = text.indices.first(where: { text[$0] == UInt8(ascii: "]") }) else {
                return failure(.endpointBracket, text.indices)
            }
            guard close + 1 < text.count else { return failure(.endpointWithoutPort, text.indices) }
            guard text[close + 1] == UInt8(ascii: ":") else {
                return failure(.endpointBracket, text.indices)
            }
            (host, service) = (1..<close, close + 2..<text.count)
        } else {
            guard let colon = text.indices.last(where: { text[$0] == UInt8(ascii: ":") }) else {
                return failure(.endpointWithoutPort, text.indices)
            }
            (host, service) = (0..<colon, colon + 1..<text.count)
        }
        if host.isEmpty { return failure(.endpointWithoutHost, text.indices) }
        if service.isEmpty { return failure(.endpointWithoutPort, text.indices) }
        let address = IPAddress(utf8: text.extracting(host))
        guard address != nil || isHost(text.extracting(host)) else { return failure(.notAddress, host) }
        switch servicePort(text.extracting(service)) {
        case .failure(let fault): return failure(fault, service)
        case .success(let port):
            if case .v4(let address) = address, case .number(let number) = port {
                return .success(EndpointName(ipv4: address, port: number))
            }
            guard let name = string(text.extracting(host)) else { return failure(.notUTF8, host) }
            return switch port {
            case .number(let number): .success(EndpointName(host: name, service: String(number)))
            case .service(let service): .success(EndpointName(host: name, service: service))
            }
        }
    }

    /// False for what can only be meant as an address, and is none: no name has a colon, or dots and digits alone.
    private static func isHost(_ host: Span<UInt8>) -> Bool {
        if host.indices.contains(where: { host[$0] == UInt8(ascii: ":") }) {
            let scope = host.indices.first { host[$0] == UInt8(ascii: "%") } ?? host.count
            return IPAddress(utf8: host.extracting(0..<scope)) != nil
        }
        let isNumeric = host.indices.allSatisfy { host[$0] == UInt8(ascii: ".") || (48...57).contains(host[$0]) }
        let text = host.indices.map { host[$0] }
        return !isNumeric || !text.contains(UInt8(ascii: ".")) || isShortIPv4(text[...])
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

    static func allowedIPs(_ text: Span<UInt8>) -> Result<AllowedIPList, ValueError> {
        var list = AllowedIPList()
        list.changes.reserveCapacity(text.indices.count { text[$0] == UInt8(ascii: ",") } + 1)
        var next = 0
        while next <= text.count {
            let range = next..<endOfEntry(text, from: next)
            next = range.upperBound + 1
            let sign = range.isEmpty ? nil : text[range.lowerBound]
            let isSigned = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
            if isSigned { list.replaces = false }
            let start = range.lowerBound + (isSigned ? 1 : 0)
            switch prefix(text.extracting(start..<range.upperBound)) {
            case .failure(let error):
                let place = error.range.lowerBound + start..<error.range.upperBound + start
                // The mark of an empty entry is the comma beside it.
                let shown = place.isEmpty && range.isEmpty ? comma(beside: range, in: text) : place
                return .failure(ValueError(error.fault, shown))
            case .success(let prefix):
                list.changes.append(sign == UInt8(ascii: "-") ? .remove(prefix) : .add(prefix))
            }
        }
        return .success(list)
    }

    /// Where the entries of a list stand that has commas between them.
    static func entries(_ text: Span<UInt8>) -> [Range<Int>] {
        var entries: [Range<Int>] = []
        var next = 0
        while next <= text.count {
            entries.append(next..<endOfEntry(text, from: next))
            next = entries[entries.count - 1].upperBound + 1
        }
        return entries
    }

    private static func endOfEntry(_ text: Span<UInt8>, from start: Int) -> Int {
        for index in start..<text.count where text[index] == UInt8(ascii: ",") { return index }
        return text.count
    }

    private static func comma(beside range: Range<Int>, in text: Span<UInt8>) -> Range<Int> {
        range.lowerBound > 0 ? range.lowerBound - 1..<range.lowerBound : 0..<min(1, text.count)
    }

    /// `ADDRESS` or `ADDRESS/LENGTH`.
    static func prefix(_ entry: Span<UInt8>) -> Result<IPPrefix, ValueError> {
        func failure(_ fault: ValueFault, _ range: Range<Int>) -> Result<IPPrefix, ValueError> {
            .failure(ValueError(fault, range))
        }
        if entry.isEmpty { return failure(.emptyEntry, entry.indices) }
        let slash = entry.indices.first { entry[$0] == UInt8(ascii: "/") }
        guard let address = IPAddress(utf8: entry.extracting(0..<(slash ?? entry.count))) else {
            return failure(.notAddress, entry.indices)
        }
        guard let slash else { return .success(IPPrefix(host: address)) }
        let digits = slash + 1..<entry.count
        guard let length = decimal(entry.extracting(digits)) else {
            return failure(.notPrefixLength, entry.indices)
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
    private static func servicePort(_ text: Span<UInt8>) -> Result<PortName, ValueFault> {
        let start = text.indices.first { !isWhitespace(text[$0]) }
        guard let start else { return .failure(.empty) }
        let text = text.extracting(start..<text.count)
        let first = text[0]
        let isSigned = first == UInt8(ascii: "+") || first == UInt8(ascii: "-")
        if let number = decimal(text.extracting((isSigned ? 1 : 0)..<text.count)) {
            guard let port = UInt16(exactly: number), first != UInt8(ascii: "-") || number == 0 else {
                let wraps = first != UInt8(ascii: "-") && number <= Int(Int32.max)
                return .failure(.portOutOfRange(wrapped: wraps ? UInt16(truncatingIfNeeded: number) : nil))
            }
            return .success(.number(port))
        }
        guard text.indices.allSatisfy({ isServiceCharacter(text[$0]) }),
            text.indices.contains(where: { isLetter(text[$0]) }), let name = string(text)
        else { return .failure(.notPort) }
        return .success(.service(name))
    }

    /// Digits only, at least one. Large numbers stop at a value that fits nothing here.
    static func decimal(_ digits: Span<UInt8>) -> Int? {
        if digits.isEmpty { return nil }
        var value = 0
        for index in digits.indices {
            guard (48...57).contains(digits[index]) else { return nil }
            value = min(value * 10 + Int(digits[index] - 48), 1 << 40)
        }
        return value
    }

    /// Decimal, or hexadecimal after `0x`.
    static func number(_ text: Span<UInt8>) -> Int? {
        guard text.count >= 2, text[0] == UInt8(ascii: "0"), text[1] == UInt8(ascii: "x") else { return decimal(text) }
        if text.count == 2 { return nil }
        var value = 0
        for index in 2..<text.count {
            switch text[index] {
            case 48...57: value = min(value << 4 | Int(text[index] - 48), 1 << 40)
            case 65...70: value = min(value << 4 | Int(text[index] - 55), 1 << 40)
            case 97...102: value = min(value << 4 | Int(text[index] - 87), 1 << 40)
            default: return nil
            }
        }
        return value
    }

    /// ASCII, in any case.
    static func isWord(_ word: String, _ text: Span<UInt8>) -> Bool {
        text.count == word.utf8.count && string(text)?.lowercased() == word
    }

    static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    private static func isServiceCharacter(_ byte: UInt8) -> Bool {
        isLetter(byte) || (48...57).contains(byte) || "-_.+*/".utf8.contains(byte)
    }

    /// `nil` unless the bytes are UTF-8.
    private static func string(_ text: Span<UInt8>) -> String? {
        guard let valid = try? UTF8Span(validating: text) else { return nil }
        return String(copying: valid)
    }

    /// Characters as people count them, or bytes where the text isn't UTF-8.
    private static func characters(_ text: Span<UInt8>) -> Int { string(text)?.count ?? text.count }
}
