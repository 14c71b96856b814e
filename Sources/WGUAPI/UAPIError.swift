/// Which of the two operations of the protocol is meant.
public enum UAPIOperation: Hashable, Sendable {
    case get
    case set
}

/// Why a server refuses a request. Carries what to answer, and never a value from the request: it may be a key.
public struct UAPIError: Error, Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// The first line is neither `get=1` nor `set=1`.
        case unknownOperation
        /// More than 1024 bytes without a line feed.
        case lineTooLong
        /// A line of a set request has no equals sign.
        case missingEquals
        /// The key doesn't exist, or not in this place: device keys come before the first `public_key`.
        case unknownKey
        /// The value of this key.
        case invalidValue(key: String)
        /// Something other than a blank line follows `get=1`.
        case trailingText
    }

    public let kind: Kind
    /// The request it occurred in; `nil` when the first line was not understood.
    public let operation: UAPIOperation?
    /// 1 for the request's first line.
    public let line: Int

    public init(_ kind: Kind, operation: UAPIOperation?, line: Int) {
        self.kind = kind
        self.operation = operation
        self.line = line
    }

    /// The number to answer with, positive: EPROTO for what is not a protocol line, EINVAL for a line that says
    /// something impossible. `UAPIEncoder.reply(to:)` gives it the sign.
    public var errno: Int32 {
        switch kind {
        case .unknownOperation, .lineTooLong, .missingEquals: 71
        case .unknownKey, .invalidValue, .trailingText: 22
        }
    }

    /// Whether the stream has lost its frame: answer, then close. Otherwise the parser stands at the next request.
    public var closesConnection: Bool {
        switch kind {
        case .unknownOperation, .lineTooLong: true
        case .missingEquals, .unknownKey, .invalidValue, .trailingText: false
        }
    }
}
