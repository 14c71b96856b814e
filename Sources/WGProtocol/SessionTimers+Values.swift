/// The constants of whitepaper 6.1 and those that the Linux module adds. Times are nanoseconds.
extension SessionTimers {
    private static var second: UInt64 { 1_000_000_000 }

    /// REKEY_AFTER_MESSAGES: from this counter on, every sender asks for a new handshake.
    @inlinable public static var rekeyAfterMessages: UInt64 { 1 << 60 }
    /// REJECT_AFTER_MESSAGES: no packet is sent with, nor received with, this counter or a greater one.
    @inlinable public static var rejectAfterMessages: UInt64 { UInt64.max - (1 << 13) }
    /// REKEY_AFTER_TIME: an initiator that sends on an older keypair asks for a new handshake.
    @inlinable public static var rekeyAfterTime: UInt64 { 120_000_000_000 }
    /// REJECT_AFTER_TIME: an older keypair neither sends nor receives.
    @inlinable public static var rejectAfterTime: UInt64 { 180_000_000_000 }
    /// An initiator that receives on an older keypair asks for a new handshake, in case it never sends:
    /// REJECT_AFTER_TIME - KEEPALIVE_TIMEOUT - REKEY_TIMEOUT.
    @inlinable public static var rekeyAfterTimeReceiving: UInt64 { 165_000_000_000 }
    /// REKEY_ATTEMPT_TIME: how long a handshake is tried for, counted in attempts.
    @inlinable public static var rekeyAttemptTime: UInt64 { 90_000_000_000 }
    /// REKEY_TIMEOUT: the least time between two initiations, and how long a response is waited for.
    @inlinable public static var rekeyTimeout: UInt64 { 5_000_000_000 }
    /// How long to wait after a cookie that an initiation without one was answered with. The Linux module waits for
    /// REKEY_TIMEOUT; our next initiation has a cookie, so it comes early once at most, and a stranger can't make us send
    /// more, as a cookie reply is bound to our own message.
    @inlinable public static var cookieDelay: UInt64 { 250_000_000 }
    /// The most that chance adds to REKEY_TIMEOUT, so that two sides don't initiate in step for ever.
    @inlinable public static var maximumJitter: UInt64 { 333_333_333 }
    /// KEEPALIVE_TIMEOUT: how long received data may go unreplied.
    @inlinable public static var keepaliveTimeout: UInt64 { 10_000_000_000 }
    /// How long data may go unanswered until the session is doubted: KEEPALIVE_TIMEOUT + REKEY_TIMEOUT.
    @inlinable public static var newHandshakeTimeout: UInt64 { 15_000_000_000 }
    /// How long keys are kept after the last handshake: 3 * REJECT_AFTER_TIME.
    @inlinable public static var zeroKeysAfterTime: UInt64 { 540_000_000_000 }
    /// Attempts after the first: the retransmission after the one with this number is the last.
    static var maximumRetries: Int { Int(rekeyAttemptTime / rekeyTimeout) }
}

extension SessionTimers {
    /// What has happened.
    public enum Event: Sendable, Equatable {
        /// Data waits, and there was no session to send it with.
        case sessionNeeded
        /// The data plane has found the current keypair due for renewal, by age or messages.
        case rekeyDue
        /// Data went out or came in while `isWatching` was false.
        case activity
        /// `nextDeadline` has come.
        case deadline
        /// We have answered an initiation; the new keypair is next.
        case responseSent
        /// A response to our initiation has come; the new keypair is current.
        case establishedAsInitiator
        /// Our initiation, which had no mac2, has been answered with a cookie.
        case cookieReceived
        /// The first authenticated packet has come on our next keypair; it is current now.
        case establishedAsResponder
        /// The interval has been set, in seconds; 0 is off.
        case persistentKeepalive(UInt16)
        /// Nothing could be sent before and now it can: the device has got its private key, say.
        case started
    }

    /// What the peer's slot says. Times are those of the same clock as `now`, 0 for never.
    ///
    /// Whoever sends or receives keeps them current: the data plane for its packets, the control thread for handshake
    /// messages and the keepalives it sends. Handshake messages count as authenticated, both ways.
    public struct Observations: Sendable {
        public var lastDataSent: UInt64
        public var lastDataReceived: UInt64
        /// Data, keepalives and handshake messages.
        public var lastAuthenticatedSent: UInt64
        /// Data, keepalives and handshake messages.
        public var lastAuthenticatedReceived: UInt64
        /// When the oldest data was sent that nothing authenticated has come after; 0 when there is none.
        public var firstUnansweredDataSent: UInt64
        /// When the oldest data was received that we have sent nothing authenticated after; 0 when there is none.
        public var firstUnrepliedDataReceived: UInt64
        /// The current keypair.
        public var session: Session?

        public init(
            lastDataSent: UInt64 = 0, lastDataReceived: UInt64 = 0, lastAuthenticatedSent: UInt64 = 0,
            lastAuthenticatedReceived: UInt64 = 0, firstUnansweredDataSent: UInt64 = 0,
            firstUnrepliedDataReceived: UInt64 = 0, session: Session? = nil
        ) {
            self.lastDataSent = lastDataSent
            self.lastDataReceived = lastDataReceived
            self.lastAuthenticatedSent = lastAuthenticatedSent
            self.lastAuthenticatedReceived = lastAuthenticatedReceived
            self.firstUnansweredDataSent = firstUnansweredDataSent
            self.firstUnrepliedDataReceived = firstUnrepliedDataReceived
            self.session = session
        }
    }

    /// What matters of the current keypair.
    public struct Session: Sendable {
        public var birth: UInt64
        public var isInitiator: Bool
        /// The next counter to send with.
        public var sendCounter: UInt64

        public init(birth: UInt64, isInitiator: Bool, sendCounter: UInt64) {
            self.birth = birth
            self.isInitiator = isInitiator
            self.sendCounter = sendCounter
        }

        /// Whether anything may be sent with it.
        func isUsable(now: UInt64) -> Bool {
            now < birth &+ SessionTimers.rejectAfterTime && sendCounter < SessionTimers.rejectAfterMessages
        }
    }

    /// What is to be done, at once and in the order of declaration. What can't be done (no endpoint, say) counts as
    /// done: it is tried again when a packet would be resent after a loss.
    public struct Actions: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Erase all keypairs and the handshake under way.
        public static let zeroKeys = Actions(rawValue: 1 << 0)
        /// Drop the packets that wait for a session.
        public static let dropStagedPackets = Actions(rawValue: 1 << 1)
        /// Forget from which of our addresses to send: it may be why nothing comes back.
        public static let clearSourceAddress = Actions(rawValue: 1 << 2)
        /// Send a new initiation, in place of any before it.
        public static let sendInitiation = Actions(rawValue: 1 << 3)
        /// Send the packets that wait for a session.
        public static let sendStagedPackets = Actions(rawValue: 1 << 4)
        /// Send the packets that wait for a session, or a keepalive when there are none: an initiator must send
        /// something on a new keypair, so that the responder may.
        public static let confirmSession = Actions(rawValue: 1 << 5)
        /// Send a keepalive on the current keypair.
        public static let sendKeepalive = Actions(rawValue: 1 << 6)
    }
}
