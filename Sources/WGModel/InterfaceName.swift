/// The name of a network interface that the kernel would accept: 1 to 15 bytes, no slash, no white space, not `.` or
/// `..` (`dev_valid_name`; `IFNAMSIZ` counts the final NUL).
public struct InterfaceName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The name as it is.
    public let text: String

    /// Why a text is not a name.
    public enum Fault: Error, Hashable, Sendable {
        case empty
        case tooLong
        /// A slash, white space, colon, NUL, or `.` or `..` alone.
        case invalidCharacter
    }

    /// Takes a text that can be a name.
    public init(_ text: some StringProtocol) throws(Fault) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= 15 else { throw .tooLong }
        let forbidden: Set<UInt8> = [0, 9, 10, 11, 12, 13, 32, UInt8(ascii: "/"), UInt8(ascii: ":")]
        guard !bytes.contains(where: forbidden.contains), text != ".", text != ".." else { throw .invalidCharacter }
        self.text = String(text)
    }

    public var description: String { text }

    public static func < (left: InterfaceName, right: InterfaceName) -> Bool { left.text < right.text }
}
