import TestSupport
import Testing
import WGModel

@Suite struct IPPrefixTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8"), ("10.1.2.3/8", "10.1.2.3/8", "10.0.0.0/8"),
        ("10.1.2.3", "10.1.2.3/32", "10.1.2.3/32"), ("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0"),
        ("255.255.255.255/0", "255.255.255.255/0", "0.0.0.0/0"), ("1.2.3.4/032", "1.2.3.4/32", "1.2.3.4/32"),
        ("::/0", "::/0", "::/0"), ("2001:db8::1", "2001:db8::1/128", "2001:db8::1/128"),
        ("2001:db8::1/64", "2001:db8::1/64", "2001:db8::/64"), ("ffff::/1", "ffff::/1", "8000::/1"),
        ("fe80::1/127", "fe80::1/127", "fe80::/127"), ("1.2.3.255/31", "1.2.3.255/31", "1.2.3.254/31"),
    ])
    func textIsReadAndMasked(text: String, written: String, masked: String) throws {
        let prefix = try #require(IPPrefix(text))
        #expect(prefix.description == written)
        #expect(prefix.masked.description == masked)
        #expect(prefix.hasHostBits == (written != masked))
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ", "10.0.0.0/8/8",
        "10.0.0.0/0x8", "::/129", "::/99999999999999999999999999", "10.0.0/8", "10.0.0.0/255.0.0.0",
    ])
    func otherTextIsRefused(text: String) {
        #expect(IPPrefix(text) == nil)
    }

    @Test func containmentIsEqualityOfTheFirstBits() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<2_000 {
            let count = Bool.random(using: &random) ? 4 : 16
            // Few different bits, so that both answers occur.
            var first = [UInt8](repeating: 0, count: count)
            for _ in 0..<2 {
                first[Int.random(in: 0..<count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            }
            var second = first
            second[Int.random(in: 0..<count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            let length = Int.random(in: 0...count * 8, using: &random)
            let network = try #require(IPAddress(networkBytes: first))
            let prefix = try #require(IPPrefix(address: network, length: length))
            let address = try #require(IPAddress(networkBytes: second))
            let expected = bits(first).prefix(length) == bits(second).prefix(length)
            #expect(prefix.contains(address) == expected)
            #expect(prefix.contains(IPPrefix(host: address)) == expected)
        }
    }

    @Test func aPrefixContainsTheLongerOnesWithin() throws {
        let eight = try #require(IPPrefix("10.0.0.0/8"))
        let sixteen = try #require(IPPrefix("10.7.0.0/16"))
        #expect(eight.contains(sixteen))
        #expect(eight.contains(eight))
        #expect(!sixteen.contains(eight))
        let everything = try #require(IPPrefix("0.0.0.0/0"))
        let other = try #require(IPAddress("::"))
        #expect(!everything.contains(other))
    }

    @Test func lengthsBeyondTheAddressAreRefused() throws {
        let address = try #require(IPAddress("10.0.0.0"))
        #expect(IPPrefix(address: address, length: 33) == nil)
        #expect(IPPrefix(address: address, length: -1) == nil)
        #expect(IPPrefix(address: address, length: 0)?.isDefault == true)
        #expect(IPPrefix(address: address, length: 32)?.isHost == true)
    }

    @Test func theOrderIsFamilyThenAddressThenLength() throws {
        let texts = ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.1.0.0/16", "::/0", "2001:db8::/32"]
        let prefixes = try texts.map { try #require(IPPrefix($0)) }
        #expect(prefixes.reversed().sorted() == prefixes)
    }

    private func bits(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
    }
}
