/// The names that a host has for routing tables: what `ip route` takes for `table`, beside a number.
public struct RouteTableNames: Equatable, Sendable {
    private var numbers: [String: UInt32] = [:]

    /// None but those that every host has.
    public init() {}

    /// Adds what a file like iproute2's `rt_tables` says: a number, decimal or `0x` and hexadecimal, and a name in each line;
    /// what follows a `#`, and all else, is nothing. Of several lines with a name the last counts.
    public mutating func add(_ file: some Sequence<UInt8>) {
        for line in Array(file).split(separator: 10) {
            let words = line.prefix { $0 != UInt8(ascii: "#") }.split(whereSeparator: ValueParser.isWhitespace)
            guard words.count == 2 else { continue }
            let digits = words[0]
            guard let number = ValueParser.number(digits.span), let table = UInt32(exactly: number), table != 0 else {
                continue
            }
            numbers[String(decoding: words[1], as: UTF8.self)] = table
        }
    }

    /// As it is written there.
    func number(of name: ArraySlice<UInt8>) -> UInt32? { numbers[String(decoding: name, as: UTF8.self)] }
}
