import WGModel

/// The values of wg-quick's own keys. White space separates here, so the ranges of errors are those of the slice.
extension ValueParser {
    /// Split at commas and white space, as `wg-quick` does; empty parts don't count.
    static func parts(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        text.split { isWhitespace($0) || $0 == UInt8(ascii: ",") }
    }

    static func addresses(_ text: ArraySlice<UInt8>) -> Result<[IPPrefix], ValueError> {
        var addresses: [IPPrefix] = []
        for part in parts(text) {
            switch prefix(part.span) {
            case .success(let prefix): addresses.append(prefix)
            case .failure(let error):
                let place = error.range.lowerBound + part.startIndex..<error.range.upperBound + part.startIndex
                return .failure(ValueError(error.fault, place))
            }
        }
        return .success(addresses)
    }

    /// Digits and dots, or anything with a colon, is a server; the rest are search domains.
    static func dns(_ text: ArraySlice<UInt8>) -> Result<(servers: [IPAddress], domains: [String]), ValueError> {
        var servers: [IPAddress] = []
        var domains: [String] = []
        for part in parts(text) {
            let range = part.startIndex..<part.endIndex
            let isNumeric = part.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
            if isNumeric || part.contains(UInt8(ascii: ":")) {
                guard let server = IPAddress(utf8: part) else { return .failure(ValueError(.notAddress, range)) }
                servers.append(server)
            } else {
                guard let domain = String(validating: part, as: UTF8.self) else {
                    return .failure(ValueError(.notUTF8, range))
                }
                domains.append(domain)
            }
        }
        return .success((servers, domains))
    }

    /// 68, the least IPv4 allows, to 65535.
    static func mtu(_ text: ArraySlice<UInt8>) -> Result<Int, ValueError> {
        let range = text.startIndex..<text.endIndex
        guard let number = decimal(text.span) else { return .failure(ValueError(.notMTU, range)) }
        guard (68...65535).contains(number) else { return .failure(ValueError(.mtuOutOfRange, range)) }
        return .success(number)
    }

    /// `auto`, `off`, a number, one of the names that every system has for a table (`linux/rtnetlink.h`), or one of this
    /// host's.
    static func table(_ text: ArraySlice<UInt8>, _ names: RouteTableNames) -> Result<RouteTable, ValueError> {
        let range = text.startIndex..<text.endIndex
        if isWord("auto", text.span) { return .success(.automatic) }
        if isWord("off", text.span) { return .success(.off) }
        if isWord("default", text.span) { return .success(.number(253)) }
        if isWord("main", text.span) { return .success(.number(254)) }
        if isWord("local", text.span) { return .success(.number(255)) }
        if let number = names.number(of: text) { return .success(.number(number)) }
        guard let number = number(text.span) else { return .failure(ValueError(.notTable, range)) }
        guard let table = UInt32(exactly: number), table != 0 else {
            return .failure(ValueError(.tableOutOfRange, range))
        }
        return .success(.number(table))
    }

    static func boolean(_ text: ArraySlice<UInt8>) -> Result<Bool, ValueError> {
        if isWord("true", text.span) { return .success(true) }
        if isWord("false", text.span) { return .success(false) }
        return .failure(ValueError(.notBoolean, text.startIndex..<text.endIndex))
    }
}
