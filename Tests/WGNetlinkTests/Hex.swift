/// Reads hex with comments: pairs of digits, spaces, and `#` to the end of a line.
func hex(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for line in text.split(separator: "\n") {
        let code = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
        var digits = code[...]
        while !digits.isEmpty {
            guard let byte = UInt8(digits.prefix(2), radix: 16) else { return [] }
            bytes.append(byte)
            digits = digits.dropFirst(2)
        }
    }
    return bytes
}
