import Testing
import WGCrypto
import WGLinux
import WGModel

@testable import wg

private let zeroKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
private let zeroKeysPublic = "L+V9o0fNYkMVKNqsX7spBzD/9oSvxM/C7ZCZX1jLO3Q="

@Suite struct WgKeysTests {
    @Test func genkeyPrintsOneClampedKey() throws {
        let host = WgHost("genkey")
        #expect(host.run() == .success)
        #expect(host.output.hasSuffix("=\n"))
        let key = try #require(PrivateKey(base64: host.output.dropLast()))
        #expect(key == key.clamped)
        #expect(host.errors.isEmpty)
    }

    @Test func genkeyPrintsAnotherKeyEachTime() {
        let hosts = [WgHost("genkey"), WgHost("genkey")]
        for host in hosts { #expect(host.run() == .success) }
        #expect(hosts[0].output != hosts[1].output)
    }

    @Test func genpskDoesNotClamp() throws {
        // Three bits of the first byte and two of the last are forced in a private key.
        let keys = try (0..<64).map { _ in
            let host = WgHost("genpsk")
            #expect(host.run() == .success)
            return try #require(PrivateKey(base64: host.output.dropLast()))
        }
        #expect(keys.contains { $0 != $0.clamped })
    }

    @Test(arguments: ["genkey", "genpsk"])
    func aFileThatOthersMayUseIsWarnedOf(command: String) {
        let host = WgHost(command)
        host.outputIsOpenToOthers = true
        #expect(host.run() == .success)
        #expect(host.errors.split(separator: "\n").count == 2)
        #expect(host.errors.hasPrefix("Warning: "))
        #expect(host.output.count == 45)
    }

    @Test(arguments: ["", "\n", " \t\r\n\u{b}\u{c}", "\u{0}", "\n\u{0}\n"])
    func pubkeyTakesAKeyAndSpaceAfterIt(rest: String) {
        let host = WgHost("pubkey")
        host.input = Array((zeroKey + rest).utf8)
        #expect(host.run() == .success)
        #expect(host.output == zeroKeysPublic + "\n")
    }

    @Test(arguments: [
        ("", "wg: Key is not the correct length or format\n"),
        ("abc", "wg: Key is not the correct length or format\n"),
        (String(repeating: "A", count: 44), "wg: Key is not the correct length or format\n"),
        (" " + zeroKey, "wg: Trailing characters found after key\n"),
        (zeroKey + "x", "wg: Trailing characters found after key\n"),
        (zeroKey + "\n" + zeroKey, "wg: Trailing characters found after key\n"),
        (zeroKey + String(repeating: "\n", count: 1 << 17), "wg: Trailing characters found after key\n"),
    ])
    func pubkeyRefusesAnythingElse(input: String, error: String) {
        let host = WgHost("pubkey")
        host.input = Array(input.utf8)
        #expect(host.run() == .failure)
        #expect(host.errors == error)
        #expect(host.output.isEmpty)
    }

    @Test func pubkeyOfGenkeyIsItsPublicKey() throws {
        let host = WgHost("pubkey")
        let key = Random.privateKey()
        host.input = Array(key.base64.utf8)
        #expect(host.run() == .success)
        #expect(host.output == X25519.publicKey(of: key).base64 + "\n")
    }

    @Test func aFullDiskIsAnError() {
        let host = WgHost("genkey")
        host.writeFailure = .noSpace
        #expect(host.run() == .failure)
        #expect(host.errors == "wg: Unable to write to standard output: No space left on device\n")
    }
}
