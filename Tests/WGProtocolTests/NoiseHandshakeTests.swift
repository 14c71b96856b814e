import TestSupport
import Testing
import WGCrypto
import WGModel
import WGProtocol

struct NoiseHandshakeTests {
    @Test(
        "With fixed keys every message and key is what another implementation computes",
        arguments: HandshakeTranscript.all)
    func transcript(_ golden: HandshakeTranscript) throws {
        let initiator = LocalIdentity(privateKey: PrivateKey(bytes: key(golden.initiatorPrivate)))
        let responder = LocalIdentity(privateKey: PrivateKey(bytes: key(golden.responderPrivate)))
        let presharedKey = PresharedKey(bytes: key(golden.presharedKey))
        let initiatorIndex = try #require(UInt32(golden.initiatorIndex, radix: 16))
        let responderIndex = try #require(UInt32(golden.responderIndex, radix: 16))

        let timestamp = try #require(label(golden.timestamp))
        let (initiation, state) = try #require(
            NoiseHandshake.createInitiation(
                local: initiator, remote: RemoteIdentity(publicKey: responder.publicKey, local: initiator),
                ephemeral: PrivateKey(bytes: key(golden.initiatorEphemeral)),
                timestamp: timestamp, senderIndex: initiatorIndex))
        #expect(initiation == hex(golden.initiation))

        #expect(MacChecker(publicKey: responder.publicKey).isValid(initiation))
        let received = try #require(NoiseHandshake.consumeInitiation(initiation, local: responder))
        #expect(received.publicKey == initiator.publicKey)
        #expect(received.timestamp.bytes == hex(golden.timestamp))
        #expect(received.senderIndex == initiatorIndex)

        let (response, responderKeys) = try #require(
            NoiseHandshake.createResponse(
                to: received, remote: RemoteIdentity(publicKey: received.publicKey, local: responder),
                presharedKey: presharedKey, ephemeral: PrivateKey(bytes: key(golden.responderEphemeral)),
                senderIndex: responderIndex))
        #expect(response == hex(golden.response))
        #expect(MacChecker(publicKey: initiator.publicKey).isValid(response))
        let initiatorKeys = try #require(
            NoiseHandshake.consumeResponse(response, state: state, local: initiator, presharedKey: presharedKey))
        #expect(PublicKey(bytes: initiatorKeys.sendKey).hex == golden.initiatorSendKey)
        #expect(PublicKey(bytes: initiatorKeys.receiveKey).hex == golden.responderSendKey)
        #expect(PublicKey(bytes: responderKeys.sendKey).hex == golden.responderSendKey)
        #expect(PublicKey(bytes: responderKeys.receiveKey).hex == golden.initiatorSendKey)
        #expect(transport(initiatorKeys, counter: 0, []) == hex(golden.keepalive))
        #expect(transport(responderKeys, counter: 0x01_0203_0405, Array(0..<32)) == hex(golden.data))
    }

    @Test("Both sides derive crossing keys and each other's indexes", arguments: 0..<16 as Range<UInt64>)
    func crossing(_ seed: UInt64) throws {
        let pair = Pair(seed: seed)
        let (initiation, state) = try #require(pair.initiation(index: 0x1234_5678))
        #expect(initiation.count == 148)
        #expect(initiation.suffix(16).allSatisfy { $0 == 0 })
        let received = try #require(
            NoiseHandshake.consumeInitiation(initiation, local: pair.responder) { publicKey in
                publicKey == pair.initiator.publicKey ? pair.toInitiator : nil
            })
        let (response, theirs) = try #require(pair.response(to: received, index: 0x9ABC_DEF0))
        #expect(response.count == 92)
        let ours = try #require(
            NoiseHandshake.consumeResponse(
                response, state: state, local: pair.initiator, presharedKey: pair.presharedKey))
        #expect(array(ours.sendKey) == array(theirs.receiveKey))
        #expect(array(ours.receiveKey) == array(theirs.sendKey))
        #expect(array(ours.sendKey) != array(ours.receiveKey))
        #expect(ours.isInitiator && !theirs.isInitiator)
        #expect((ours.localIndex, ours.remoteIndex) == (0x1234_5678, 0x9ABC_DEF0))
        #expect((theirs.localIndex, theirs.remoteIndex) == (0x9ABC_DEF0, 0x1234_5678))
    }

    @Test("Every single-bit error in an initiation is refused; only the unused second MAC isn't looked at")
    func corruptInitiation() throws {
        let pair = Pair(seed: 100)
        let (message, _) = try #require(pair.initiation())
        let checker = MacChecker(publicKey: pair.responder.publicKey)
        for bit in 0..<MessageLayout.Initiation.mac2 * 8 { #expect(!checker.isValid(flip(bit, of: message))) }
        for bit in MessageLayout.Initiation.mac2 * 8..<message.count * 8 {
            #expect(checker.isValid(flip(bit, of: message)))
        }
        // Without the MAC, everything but the sender index is still authenticated.
        for bit in 0..<MessageLayout.Initiation.mac1 * 8 where !(4 * 8..<8 * 8).contains(bit) {
            // The top bit of a point doesn't count for X25519, but it does for the hash.
            #expect(NoiseHandshake.consumeInitiation(flip(bit, of: message), local: pair.responder) == nil)
        }
    }

    @Test("Every single-bit error in a response is refused; only the unused second MAC isn't looked at")
    func corruptResponse() throws {
        let pair = Pair(seed: 101)
        let (initiation, state) = try #require(pair.initiation())
        let received = try #require(NoiseHandshake.consumeInitiation(initiation, local: pair.responder))
        let (message, _) = try #require(pair.response(to: received))
        let checker = MacChecker(publicKey: pair.initiator.publicKey)
        for bit in 0..<MessageLayout.Response.mac2 * 8 { #expect(!checker.isValid(flip(bit, of: message))) }
        for bit in MessageLayout.Response.mac2 * 8..<message.count * 8 {
            #expect(checker.isValid(flip(bit, of: message)))
        }
        for bit in 0..<MessageLayout.Response.mac1 * 8 where !(4 * 8..<8 * 8).contains(bit) {
            #expect(
                NoiseHandshake.consumeResponse(
                    flip(bit, of: message), state: state, local: pair.initiator, presharedKey: pair.presharedKey)
                    == nil)
        }
        // None of the bad ones has spoilt the handshake.
        #expect(
            NoiseHandshake.consumeResponse(
                message, state: state, local: pair.initiator, presharedKey: pair.presharedKey) != nil)
    }

    @Test("A message of any other length is refused", arguments: [0, 1, 3, 4, 31, 32, 91, 93, 116, 147, 149, 1500])
    func wrongLength(_ count: Int) throws {
        let pair = Pair(seed: 102)
        let (initiation, state) = try #require(pair.initiation())
        let cut = Array((initiation + [UInt8](repeating: 0, count: 2000)).prefix(count))
        var response = cut
        if count > 0 { response[0] = 2 }
        for message in [cut, response] {
            #expect(!MacChecker(publicKey: pair.responder.publicKey).isValid(message))
            #expect(NoiseHandshake.consumeInitiation(message, local: pair.responder) == nil)
            #expect(
                NoiseHandshake.consumeResponse(
                    message, state: state, local: pair.initiator, presharedKey: pair.presharedKey) == nil)
        }
    }

    @Test("A handshake fails when the preshared keys differ")
    func wrongPresharedKey() throws {
        let pair = Pair(seed: 103)
        let (initiation, state) = try #require(pair.initiation())
        let received = try #require(NoiseHandshake.consumeInitiation(initiation, local: pair.responder))
        let (response, _) = try #require(pair.response(to: received))
        for other in [.zero, PresharedKey(bytes: key(String(repeating: "5a", count: 32)))] {
            #expect(
                NoiseHandshake.consumeResponse(response, state: state, local: pair.initiator, presharedKey: other)
                    == nil)
        }
    }

    @Test("An initiation for somebody else, or from nobody known, is refused")
    func strangers() throws {
        let pair = Pair(seed: 104)
        let stranger = Pair(seed: 105)
        let (message, _) = try #require(pair.initiation())
        #expect(!MacChecker(publicKey: stranger.responder.publicKey).isValid(message))
        #expect(NoiseHandshake.consumeInitiation(message, local: stranger.responder) == nil)
        #expect(NoiseHandshake.consumeInitiation(message, local: pair.responder) { _ in nil } == nil)
        #expect(
            NoiseHandshake.consumeInitiation(message, local: pair.responder) { _ in stranger.toInitiator } == nil)
    }

    @Test("A response to another initiation is refused, even to one with the same index")
    func crossedResponse() throws {
        let pair = Pair(seed: 106)
        let (initiation, _) = try #require(pair.initiation())
        let (_, otherState) = try #require(
            NoiseHandshake.createInitiation(
                local: pair.initiator, remote: pair.toResponder, ephemeral: pair.responderEphemeral,
                timestamp: Pair.timestamp, senderIndex: 7))
        let received = try #require(NoiseHandshake.consumeInitiation(initiation, local: pair.responder))
        let (response, _) = try #require(pair.response(to: received))
        #expect(
            NoiseHandshake.consumeResponse(
                response, state: otherState, local: pair.initiator, presharedKey: pair.presharedKey) == nil)
    }

    @Test("Keys of low order make no handshake", arguments: ["00", "01"])
    func lowOrder(_ firstByte: String) throws {
        let pair = Pair(seed: 107)
        let point = PublicKey(bytes: key(firstByte + String(repeating: "00", count: 31)))
        #expect(
            NoiseHandshake.createInitiation(
                local: pair.initiator, remote: RemoteIdentity(publicKey: point, local: pair.initiator),
                ephemeral: pair.initiatorEphemeral, timestamp: Pair.timestamp, senderIndex: 1) == nil)
        var (message, state) = try #require(pair.initiation())
        message.replaceSubrange(8..<40, with: point.array)
        #expect(NoiseHandshake.consumeInitiation(message, local: pair.responder) == nil)
        var response: [UInt8] = [2, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0] + point.array
        response += [UInt8](repeating: 0, count: 48)
        #expect(
            NoiseHandshake.consumeResponse(
                response, state: state, local: pair.initiator, presharedKey: pair.presharedKey) == nil)
    }

    @Test("Nothing that holds a secret prints it")
    func descriptions() throws {
        let pair = Pair(seed: 108)
        let (initiation, state) = try #require(pair.initiation())
        let received = try #require(NoiseHandshake.consumeInitiation(initiation, local: pair.responder))
        let (_, keys) = try #require(pair.response(to: received))
        var remote = pair.toInitiator
        remote.presharedKey = pair.presharedKey
        #expect(remote.presharedKey == pair.presharedKey)
        var text = "\(keys) \(state) \(received) \(remote) \(pair.initiator)"
        dump((keys, state, received, remote, pair.initiator), to: &text)
        let secrets = [
            keys.sendKey, keys.receiveKey, pair.presharedKey.bytes, pair.initiator.privateKey.bytes,
            pair.initiatorEphemeral.bytes,
        ]
        for secret in secrets {
            let secret = array(secret)
            #expect(!text.contains(PublicKey(secret)!.hex) && !text.contains(PublicKey(secret)!.base64))
            #expect(!text.contains("\(secret[0]), \(secret[1]), \(secret[2])"))
        }
    }

    private func label(_ text: String) -> TAI64N? { TAI64N(hex(text).span) }

    private func transport(_ keys: TransportKeys, counter: UInt64, _ packet: [UInt8]) -> [UInt8] {
        var message: [UInt8] = [4, 0, 0, 0]
        for shift in 0..<4 as Range<UInt32> {
            message.append(UInt8(truncatingIfNeeded: keys.remoteIndex >> (8 * shift)))
        }
        for shift in 0..<8 as Range<UInt64> { message.append(UInt8(truncatingIfNeeded: counter >> (8 * shift))) }
        return message
            + Aead.seal(
                key: keys.sendKey, nonce: Aead.nonce(counter: counter), packet.span, additionalData: [UInt8]().span)
    }
}
