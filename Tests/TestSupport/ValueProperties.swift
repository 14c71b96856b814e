import Glibc
import WGConfig
import WGModel

/// What must hold of every value that is read from text, whatever the text: for the fuzzer and the unit tests.
public enum ValueProperties {
    /// The properties that a text breaks; none if all is well.
    public static func broken(by bytes: [UInt8]) -> [String] {
        var broken: [String] = []
        func hold(_ name: String, _ condition: Bool) { if !condition { broken.append(name) } }
        keys(bytes, hold)
        addresses(bytes, hold)
        let text = String(decoding: bytes, as: UTF8.self)
        numbers(text, hold)
        lists(text, hold)
        endpoints(text, hold)
        return broken
    }

    private typealias Hold = (String, Bool) -> Void

    private static func keys(_ bytes: [UInt8], _ hold: Hold) {
        if let key = PublicKey(base64: bytes) {
            hold("base64 is canonical", Array(key.base64.utf8) == bytes)
            hold("a key survives hexadecimal", PublicKey(hex: Array(key.hex.utf8)[...]) == key)
        }
        if let key = PublicKey(hex: bytes[...]) {
            hold(
                "hexadecimal has one form but for case", key.hex == String(decoding: bytes, as: UTF8.self).lowercased())
            hold("a key survives base64", PublicKey(base64: Array(key.base64.utf8)) == key)
        }
    }

    /// As the C library reads and writes addresses.
    private static func addresses(_ bytes: [UInt8], _ hold: Hold) {
        let address = IPAddress(utf8: bytes[...])
        if let address {
            hold("an address survives its text", IPAddress(address.description) == address)
            hold("an address survives its bytes", IPAddress(networkBytes: address.networkBytes) == address)
            hold("an address is written as inet_ntop does", libraryText(address) == address.description)
        }
        guard !bytes.contains(0) else { return }
        hold("an address is read as inet_pton does", address == libraryAddress(bytes))
        let text = String(decoding: bytes, as: UTF8.self)
        if bytes.contains(46), bytes.allSatisfy({ $0 == 46 || (48...57).contains($0) }) {
            var found = in_addr()
            let isEndpoint = (try? ValueParser.endpoint(text + ":1").get()) != nil
            hold("a short IPv4 address is one for inet_aton", isEndpoint == (inet_aton(text, &found) != 0))
        }
    }

    private static func libraryAddress(_ bytes: [UInt8]) -> IPAddress? {
        let text = bytes.map { CChar(bitPattern: $0) } + [0]
        var found = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &found) == 1 { return IPAddress(networkBytes: found.prefix(4)) }
        if inet_pton(AF_INET6, text, &found) == 1 { return IPAddress(networkBytes: found) }
        return nil
    }

    private static func libraryText(_ address: IPAddress) -> String {
        var text = [CChar](repeating: 0, count: 64)
        inet_ntop(address.isIPv4 ? AF_INET : AF_INET6, address.networkBytes, &text, 64)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func numbers(_ text: String, _ hold: Hold) {
        check(ValueParser.fwmark(text), text, hold) { mark in
            ValueParser.fwmark("\(mark)") == .success(mark)
                && ValueParser.fwmark("0x" + String(mark, radix: 16)) == .success(mark)
        }
        check(ValueParser.persistentKeepalive(text), text, hold) { seconds in
            ValueParser.persistentKeepalive("\(seconds)") == .success(seconds)
        }
        check(ValueParser.listenPort(text), text, hold) { port in
            switch port {
            case .number(let number): ValueParser.listenPort("\(number)") == .success(port)
            case .service(let name): ValueParser.listenPort(name) == .success(port) && UInt16(name) == nil
            }
        }
    }

    private static func lists(_ text: String, _ hold: Hold) {
        if let prefix = IPPrefix(text) {
            hold("a prefix survives its text", IPPrefix(prefix.description) == prefix)
            hold("a masked prefix has no host bits", !prefix.masked.hasHostBits)
        }
        check(ValueParser.allowedIPs(text), text, hold) { list in
            let entries = list.changes.map { change in
                switch change {
                case .add(let prefix): list.replaces ? "\(prefix)" : "+\(prefix)"
                case .remove(let prefix): "-\(prefix)"
                }
            }
            let again = try? ValueParser.allowedIPs(entries.joined(separator: ",")).get()
            return again?.changes == list.changes && again?.replaces == list.replaces
        }
    }

    private static func endpoints(_ text: String, _ hold: Hold) {
        if let endpoint = Endpoint(text) {
            hold("an endpoint survives its text", Endpoint(endpoint.description) == endpoint)
        }
        check(ValueParser.endpoint(text), text, hold) { name in
            if let numeric = name.numeric, Endpoint(name.description) != numeric { return false }
            // A bracket inside can't be written between brackets.
            return name.host.utf8.contains(UInt8(ascii: "]")) || name.host.utf8.first == UInt8(ascii: "[")
                || ValueParser.endpoint(name.description) == .success(name)
        }
    }

    /// A value survives being read again, and a failure has a text and a place inside the value.
    private static func check<Value>(
        _ result: Result<Value, ValueError>, _ text: String, _ hold: Hold, survives: (Value) -> Bool
    ) {
        switch result {
        case .success(let value): hold("a \(Value.self) survives its text", survives(value))
        case .failure(let error):
            hold("an error has a text", !DiagnosticText.explanation(of: error.fault).isEmpty)
            hold("an error has a place in the value", error.range.upperBound <= text.utf8.count)
        }
    }
}
