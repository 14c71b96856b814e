import Testing

/// A handshake with fixed keys and the first transport message of each side.
///
/// Computed from the whitepaper by another implementation, in Python, over its `cryptography` and `hashlib` modules.
struct HandshakeTranscript: Sendable, CustomTestStringConvertible {
    let name: String
    let initiatorPrivate, responderPrivate, initiatorEphemeral, responderEphemeral, presharedKey: String
    let timestamp: String
    /// Big-endian, as one writes numbers.
    let initiatorIndex, responderIndex: String
    let initiation, response: String
    let initiatorSendKey, responderSendKey: String
    /// By the initiator, counter 0, empty.
    let keepalive: String
    /// By the responder, counter 0x0102030405, the bytes 0 to 31.
    let data: String

    var testDescription: String { name }

    static let all = [
        HandshakeTranscript(
            name: "without a preshared key",
            initiatorPrivate: "97a62ad21d79c01cceb7767952acec4fec86bfe909b06e5f3f6963365cf91ab8",
            responderPrivate: "cc8844298c08e2fb7ba75080b9fad6fbd23d63bf3534c713e87ad87cee8f5b57",
            initiatorEphemeral: "39d633dc9cf015fb99ef4bc11351e02f55f37397c9017f1f7cefe05c08493aeb",
            responderEphemeral: "cc7e4412564ba8a761bd32ab4cc6086bac3c2c9e580367e0b0eb32a4316f9154",
            presharedKey: "0000000000000000000000000000000000000000000000000000000000000000",
            timestamp: "400000006553f10a03000000",
            initiatorIndex: "00000001",
            responderIndex: "fedcba98",
            initiation: """
                01000000010000002f63a2cf597dc51b7cd650eef555939f0c32db6ed0f104679d02006fbad6b37720fd5778d5b77828
                7996f98d1b99bb7a4c6eda33fbf6d4cd5c2c71f2f31e0e16d84e86c66ad418699eec4bd95bc9b3644937afe9f0bd933a
                be6e6acef40ec1c12fb732d259bde40ec8504670603dc4b78fc9ca1e1153cf5945edf049000000000000000000000000
                00000000
                """,
            response: """
                0200000098badcfe0100000062185c01c5a018c18258fe188bc2781e6d813e4cb97b62b7ace200a47b4bd7468c4887a0
                f85be810c076f972aeacd17ecd655f4b2806ed28fa59f3df0708b53500000000000000000000000000000000
                """,
            initiatorSendKey: "e6ba6e55adb99432cc314345d92113b4952343d47342859d263e2b581c85add1",
            responderSendKey: "892e838b7556978c169ca26053e5fb780037c69b22b3be69b3b1f500351d7583",
            keepalive: "0400000098badcfe000000000000000087e9c6d4c9dca8e3a0a3e5d9daa054df",
            data: """
                04000000010000000504030201000000d4eb4771b279386e575d687aadc3b9d5f584c8489a94c62cb7a6a37f5c047131
                a1f45d8b357c10029154b023f69a2f72
                """),
        HandshakeTranscript(
            name: "with a preshared key",
            initiatorPrivate: "d5b93b0975236a6e52af0580b9e80159acdef98b827882d1f276e7dfaac8c0e1",
            responderPrivate: "648f8d54b6e97ad65c255684d296b121b05fd66c37e6c6b739f5f741321eb6e5",
            initiatorEphemeral: "72da836ec82b501abe66dd305ee044d73e4188c17b1debcb01b5436412953816",
            responderEphemeral: "3128cc6acab63b1f46917b8b56ab93e6c0f04bef932ac6f4df453c9aa3591be7",
            presharedKey: "233edfa58c84847712e911572533907dc46771c2af022cea0766b422d44f31e5",
            timestamp: "400000006920382a3b000000",
            initiatorIndex: "80000001",
            responderIndex: "00000002",
            initiation: """
                0100000001000080ba4e76d4246415958e6e8dc6850d65ab30bad8eb981a528e5f72185f70df1c497d1af54bea734ebd
                89ec15a925af90088a28d4647c1b36f79a0bbdad4bc43d28d73d509049b3a5cb5b498e54a75e4460418eb12adb7e5cb1
                bdf27fcc8e898ccb1f2987f4209c5fae85a51b2603a1be176ee024033d730875d10478f9000000000000000000000000
                00000000
                """,
            response: """
                02000000020000000100008007497676edd7831ff19944413bbca99e0071cc0ab08f4cd861a42465dab57c7d532edae8
                4f71fa6a9a71619d702c9df5b2ea383c4510648955c5a285b589c38b00000000000000000000000000000000
                """,
            initiatorSendKey: "99c0524144b13177c717f4abd384cfbee5a0f7428e2211e139f15cefd48ed753",
            responderSendKey: "ff82f7afd3d960c2485acbcfa4e23ac74fb7beca591ed6e3c574110928dd16a0",
            keepalive: "040000000200000000000000000000001e551eb3ea916beb34b1bb50453aa493",
            data: """
                04000000010000800504030201000000a8631b1805ff22a3026897b35b35ac72ced5f1fdad9705c210fa483eecf01cfd
                fbaee4778020e9001cfa417878fbced2
                """),
    ]
}
