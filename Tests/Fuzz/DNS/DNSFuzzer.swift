import WGModel

@testable import WGLinux

// `make fuzz` runs it. What it finds becomes a test. The seeds are answers of NSD; WGLinuxTests reads them too.

/// Any bytes at all in a name server's place, taken as the answer to the very question that they hold: reading comes to an
/// end, an answer with addresses has some, and cut off it is no answer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDNS(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let message = Array(UnsafeBufferPointer(start: start, count: count))
    guard message.count >= 12, let name = DNSName.read(message, at: 12) else { return 0 }
    let id = UInt16(message[0]) << 8 | UInt16(message[1])
    for kind in [DNSQuestion.Kind.a, .aaaa] {
        let question = DNSQuestion(name: name.name, kind: kind)
        guard let reply = DNSReply(message, to: question, id: id) else { continue }
        precondition(DNSReply(message, to: question, id: id &+ 1) == nil)
        if case .addresses(let addresses, _) = reply {
            precondition(!addresses.isEmpty && addresses.allSatisfy { $0.isIPv4 == (kind == .a) })
            precondition(DNSReply(Array(message.prefix(name.end)), to: question, id: id) == nil)
        }
        let query = question.query(id: id)
        precondition(DNSName.read(query, at: 12)?.name == name.name && DNSReply(query, to: question, id: id) == nil)
    }
    return 0
}
