import WGCrypto
public import WGModel

/// Noise_IKpsk2 as WireGuard has it (whitepaper 5.4.1 to 5.4.5): two messages, then transport keys.
///
/// Pure: keys, indexes and time are parameters. Whatever arrives, the worst that comes of it is `nil`. Check mac1
/// (`MacChecker`) before a message comes here, since each function costs Diffie-Hellman computations of 40 us.
public enum NoiseHandshake {
    /// The first message, 148 bytes with both MACs (whitepaper 5.4.2); `nil` when the peer's key has low order.
    ///
    /// - Parameters:
    ///   - ephemeral: drawn for this message alone.
    ///   - timestamp: greater than that of any earlier initiation to this peer.
    ///   - senderIndex: ours, unused otherwise.
    public static func createInitiation(
        local: LocalIdentity, remote: RemoteIdentity, ephemeral: PrivateKey, timestamp: TAI64N, senderIndex: UInt32
    ) -> (message: [UInt8], state: InitiatorState)? {
        guard let staticSecret = remote.staticSecret else { return nil }
        guard let secret = X25519.sharedSecret(ephemeral, remote.publicKey) else { return nil }
        let ephemeralPublic = X25519.publicKey(of: ephemeral)
        var message: [UInt8] = []
        message.reserveCapacity(MessageLayout.Initiation.size)
        message.append(littleEndian: MessageLayout.Kind.initiation.rawValue)
        message.append(littleEndian: senderIndex)
        message.append(ephemeralPublic.bytes.span)

        var state = SymmetricState(initialHash: remote.initiatorHash)
        state.mixEphemeral(ephemeralPublic)
        let identityKey = state.mixKeyDerivingCipherKey(secret)
        message += state.seal(key: identityKey, local.publicKey.bytes.span)
        let timestampKey = state.mixKeyDerivingCipherKey(staticSecret.bytes)
        message += state.seal(key: timestampKey, timestamp.bytes.span)
        remote.mac1.append(to: &message)
        return (
            message,
            InitiatorState(
                senderIndex: senderIndex, ephemeral: SecretKey(ephemeral.bytes),
                chainingKey: SecretKey(state.chainingKey), hash: state.hash)
        )
    }

    /// Opens a first message. `nil` when it is no genuine initiation to us.
    public static func consumeInitiation(_ message: [UInt8], local: LocalIdentity) -> ReceivedInitiation? {
        consumeInitiation(message, local: local) { RemoteIdentity(publicKey: $0, local: local) }
    }

    /// Opens a first message. `nil` when it is no genuine initiation to us, or comes from nobody that `find` knows.
    ///
    /// - Parameter find: the peer that has this key. The claim isn't proven yet when it is called; what has been
    ///   computed for the peer beforehand saves one of two Diffie-Hellman computations.
    public static func consumeInitiation(
        _ message: [UInt8], local: LocalIdentity, find: (PublicKey) -> RemoteIdentity?
    ) -> ReceivedInitiation? {
        typealias Layout = MessageLayout.Initiation
        let bytes = message.span
        guard MessageLayout.kind(of: bytes) == .initiation else { return nil }
        guard let ephemeral = PublicKey(message[Layout.ephemeral..<Layout.sealedStatic]) else { return nil }
        var state = SymmetricState(initialHash: local.responderHash)
        state.mixEphemeral(ephemeral)
        guard let secret = X25519.sharedSecret(local.privateKey, ephemeral) else { return nil }
        let identityKey = state.mixKeyDerivingCipherKey(secret)
        let sealedStatic = bytes.extracting(Layout.sealedStatic..<Layout.sealedTimestamp)
        guard let opened = state.open(key: identityKey, sealedStatic), let publicKey = PublicKey(opened) else {
            return nil
        }
        guard let remote = find(publicKey), remote.publicKey == publicKey, let staticSecret = remote.staticSecret else {
            return nil
        }
        let timestampKey = state.mixKeyDerivingCipherKey(staticSecret.bytes)
        let sealedTimestamp = bytes.extracting(Layout.sealedTimestamp..<Layout.mac1)
        guard let label = state.open(key: timestampKey, sealedTimestamp), let timestamp = TAI64N(label.span) else {
            return nil
        }
        return ReceivedInitiation(
            publicKey: publicKey, timestamp: timestamp, senderIndex: bytes.uint32(at: Layout.sender),
            ephemeral: ephemeral, chainingKey: SecretKey(state.chainingKey), hash: state.hash)
    }

    /// The second message, 92 bytes with both MACs (whitepaper 5.4.3), and the responder's keys; `nil` when the
    /// initiator's ephemeral key is a bad one.
    ///
    /// - Parameters:
    ///   - remote: who sent the initiation.
    ///   - ephemeral: drawn for this message alone.
    ///   - senderIndex: ours, unused otherwise.
    public static func createResponse(
        to initiation: ReceivedInitiation, remote: RemoteIdentity, presharedKey: PresharedKey, ephemeral: PrivateKey,
        senderIndex: UInt32
    ) -> (message: [UInt8], keys: TransportKeys)? {
        guard let ephemeralSecret = X25519.sharedSecret(ephemeral, initiation.ephemeral) else { return nil }
        guard let staticSecret = X25519.sharedSecret(ephemeral, initiation.publicKey) else { return nil }
        let ephemeralPublic = X25519.publicKey(of: ephemeral)
        var message: [UInt8] = []
        message.reserveCapacity(MessageLayout.Response.size)
        message.append(littleEndian: MessageLayout.Kind.response.rawValue)
        message.append(littleEndian: senderIndex)
        message.append(littleEndian: initiation.senderIndex)
        message.append(ephemeralPublic.bytes.span)

        var state = SymmetricState(chainingKey: initiation.chainingKey.bytes, hash: initiation.hash)
        state.mixEphemeral(ephemeralPublic)
        state.mixKey(ephemeralSecret)
        state.mixKey(staticSecret)
        let confirmationKey = state.mixPresharedKey(presharedKey)
        message += state.seal(key: confirmationKey, [UInt8]().span)
        remote.mac1.append(to: &message)
        let (fromInitiator, fromResponder) = state.transportKeys()
        return (
            message,
            TransportKeys(
                sendKey: fromResponder, receiveKey: fromInitiator, localIndex: senderIndex,
                remoteIndex: initiation.senderIndex, isInitiator: false)
        )
    }

    /// The initiator's keys from a second message; `nil` when it is no genuine response to the initiation that `state`
    /// belongs to. The state stays good then: the genuine response may still come.
    public static func consumeResponse(
        _ message: [UInt8], state initiator: InitiatorState, local: LocalIdentity, presharedKey: PresharedKey
    ) -> TransportKeys? {
        typealias Layout = MessageLayout.Response
        let bytes = message.span
        guard MessageLayout.kind(of: bytes) == .response else { return nil }
        guard bytes.uint32(at: Layout.receiver) == initiator.senderIndex else { return nil }
        guard let ephemeral = PublicKey(message[Layout.ephemeral..<Layout.sealedNothing]) else { return nil }
        let ephemeralPrivate = PrivateKey(bytes: initiator.ephemeral.bytes)
        guard let ephemeralSecret = X25519.sharedSecret(ephemeralPrivate, ephemeral) else { return nil }
        guard let staticSecret = X25519.sharedSecret(local.privateKey, ephemeral) else { return nil }
        var state = SymmetricState(chainingKey: initiator.chainingKey.bytes, hash: initiator.hash)
        state.mixEphemeral(ephemeral)
        state.mixKey(ephemeralSecret)
        state.mixKey(staticSecret)
        let confirmationKey = state.mixPresharedKey(presharedKey)
        guard state.open(key: confirmationKey, bytes.extracting(Layout.sealedNothing..<Layout.mac1)) != nil else {
            return nil
        }
        let (fromInitiator, fromResponder) = state.transportKeys()
        return TransportKeys(
            sendKey: fromInitiator, receiveKey: fromResponder, localIndex: initiator.senderIndex,
            remoteIndex: bytes.uint32(at: Layout.sender), isInitiator: true)
    }
}
