import CNlRoute
import Testing

/// The kernel's explanation in a refusal, found in the bytes around what libnl hands out.
struct ExtackTests {
    /// `struct nlmsghdr`, `struct nlmsgerr` with the request's header alone, and `NLMSGERR_ATTR_MSG` "no way".
    private static let refusal: [UInt8] =
        [52, 0, 0, 0, 2, 0, 0, 3] + [UInt8](repeating: 0, count: 8)
        + [0xea, 0xff, 0xff, 0xff, 200, 0, 0, 0] + [UInt8](repeating: 0, count: 12)
        + [11, 0, 1, 0] + Array("no way".utf8) + [0, 0] + [4, 0, 9, 0]

    @Test("the text of a refusal is found")
    func text() {
        #expect(Self.extack(Self.refusal) == "no way")
    }

    @Test("the request's copy before the text is passed over")
    func uncapped() {
        var message = Self.refusal
        message[7] = 2  // no NLM_F_CAPPED
        message[20] = 24  // the request's length
        message.insert(contentsOf: [1, 2, 3, 4, 5, 6, 7, 8], at: 36)
        message[0] += 8
        #expect(Self.extack(message) == "no way")
    }

    @Test("a refusal that announces no attributes has no text")
    func unannounced() {
        var message = Self.refusal
        message[7] = 1
        #expect(Self.extack(message) == nil)
    }

    @Test(
        "a text that is cut, or a copy that is longer than the message, is no text", arguments: 0..<48 as Range<UInt8>)
    func bounds(length: UInt8) {
        var message = Self.refusal
        message[0] = length
        if length < 47 { #expect(Self.extack(message) == nil) }
        var uncapped = Self.refusal
        uncapped[7] = 2
        uncapped[20] = length &* 5
        #expect(Self.extack(uncapped) == nil)
    }

    private static func extack(_ message: [UInt8]) -> String? {
        message.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return nil }
            let error = (start + 16).assumingMemoryBound(to: nlmsgerr.self)
            return cnlroute_extack(error).map { String(cString: $0) }
        }
    }
}
