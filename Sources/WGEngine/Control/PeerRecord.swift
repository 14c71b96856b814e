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

    /// `nil` while the device has no private key.
    private(set) var remote: RemoteIdentity?
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

    /// Computes what depends on the device's own key.
    func identify(to local: LocalIdentity?) { remote = local.map { RemoteIdentity(publicKey: publicKey, local: $0) } }
}
