import WGCrypto
import WGModel
import WGProtocol

/// What the control thread knows of one peer. Control thread only.
final class PeerRecord {
    /// Its place in `PeerTable`.
    let slot: Int32
    /// The order in which peers were added.
    let serial: UInt64
    let publicKey: PublicKey

    private var local: LocalIdentity?
    private var computed: Identity?
    private final class Identity {
        let remote: RemoteIdentity
        init(_ remote: RemoteIdentity) { self.remote = remote }
    }
    private var secret: SecretKey?
    /// What is published in the slot.
    var endpoint = EndpointRecord.none
    /// Seconds; 0 for off.
    var persistentKeepalive: UInt16 = 0

    /// Our initiation that awaits its response.
    var initiation: InitiatorState?
    /// The cookie that our handshake messages to the peer are marked with.
    var cookies: CookieJar
    /// Which of the peer's initiations are taken.
    var filter = InitiationFilter()
    var keypairs = KeypairRotation<UnsafeMutablePointer<KeypairRecord>>()
    var timers = SessionTimers()
    /// When the last handshake was completed.
    var lastHandshake: HandshakeTime?

    init(slot: Int32, serial: UInt64, publicKey: PublicKey) {
        self.slot = slot
        self.serial = serial
        self.publicKey = publicKey
        cookies = CookieJar(recipient: publicKey)
    }

    /// Zero for none.
    var presharedKey: PresharedKey {
        get { secret.map { PresharedKey(bytes: $0.bytes) } ?? .zero }
        set { secret = newValue.isZero ? nil : SecretKey(newValue.bytes) }
    }

    /// Who the device is from now on.
    func identify(to local: LocalIdentity?) {
        self.local = local
        computed = nil
    }

    /// What depends on the device's own key; `nil` while it has none. Computed for the first handshake, as thousands of
    /// peers may be set that never have one.
    var remote: RemoteIdentity? {
        if let computed { return computed.remote }
        guard let local else { return nil }
        let identity = Identity(RemoteIdentity(publicKey: publicKey, local: local))
        computed = identity
        return identity.remote
    }
}
