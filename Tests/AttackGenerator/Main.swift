import Glibc
import WGModel

/// Sends what an attacker would, for `Tests/Benchmarks/attack-bench.sh` and the case `flood.sh`. Needs raw sockets; runs in a
/// network namespace of its own, and nowhere else.
///
///     attack-generator capture INTERFACE PORT COUNT FILE
///     attack-generator flood KIND ADDRESS PORT KEY RATE SECONDS [FILE]
///
/// `capture` writes down so many data packets that go to the port, as `flood` wants them for `replays`, `truncated` and
/// `mix`. KEY is the victim's public key, RATE the number of datagrams in a second; IPv4 only. The sources are made up,
/// in 10.66.0.0/16.
@main
struct Main {
    static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        guard !arguments.isEmpty else { fail("capture or flood?") }
        switch (arguments.removeFirst(), arguments.count) {
        case ("capture", 4):
            guard let port = UInt16(arguments[1]), let count = Int(arguments[2]) else { fail("PORT, COUNT") }
            CapturedPacket.write(capture(on: arguments[0], port: port, count: count), to: arguments[3])
        case ("flood", 6...7):
            guard let attack = Attack(rawValue: arguments[0]) else { fail("KIND") }
            guard case .v4(let address)? = IPAddress(arguments[1]), let port = UInt16(arguments[2]),
                let key = PublicKey(base64: arguments[3]), let rate = Int(arguments[4]),
                let seconds = Double(arguments[5])
            else { fail("ADDRESS, PORT, KEY, RATE, SECONDS") }
            let captured = arguments.count == 7 ? CapturedPacket.read(arguments[6]) : []
            let datagrams = attack.datagrams(key: key, captured: captured)
            guard !datagrams.isEmpty else { fail("nothing has been captured") }
            var flood = Flood(datagrams, to: address, port: port, hasManySources: attack == .manySources)
            say("\(flood.run(rate: rate, seconds: seconds))", to: 1)
        default: fail("wrong arguments")
        }
    }
}

/// Writes a line at once.
func say(_ message: String, to descriptor: Int32) {
    let line = Array((message + "\n").utf8)
    _ = write(descriptor, line, line.count)
}

func fail(_ message: String) -> Never {
    say("attack-generator: \(message)", to: 2)
    exit(1)
}
