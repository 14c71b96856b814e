import Testing
import WGProtocol

struct MessageLayoutTests {
    @Test(
        "A message has a kind when its size fits its type",
        arguments: [
            (1, 148, .initiation), (1, 147, nil), (1, 149, nil), (2, 92, .response), (2, 91, nil), (2, 93, nil),
            (3, 64, .cookieReply), (3, 63, nil), (3, 65, nil), (4, 32, .transport), (4, 31, nil),
            (4, 65507, .transport), (0, 148, nil), (5, 148, nil), (255, 148, nil), (4, 4, nil), (4, 3, nil),
        ] as [(UInt8, Int, MessageLayout.Kind?)])
    func kinds(_ type: UInt8, _ size: Int, _ kind: MessageLayout.Kind?) {
        let message = [type] + [UInt8](repeating: 0, count: size - 1)
        #expect(MessageLayout.kind(of: message) == kind)
    }

    @Test("Reserved bytes are zero", arguments: 1...3)
    func reserved(_ position: Int) {
        for (type, size) in [(1, 148), (2, 92), (3, 64), (4, 32)] as [(UInt8, Int)] {
            var message = [type] + [UInt8](repeating: 0, count: size - 1)
            message[position] = 1
            #expect(MessageLayout.kind(of: message) == nil)
        }
    }

    @Test("A receiver index is read where the kind has it")
    func receivers() {
        let bytes = Array(0..<148 as Range<UInt8>)
        let message = { (type: UInt8, size: Int) in [type, 0, 0, 0] + bytes[4..<size] }
        #expect(MessageLayout.receiver(of: message(1, 148)) == nil)
        #expect(MessageLayout.receiver(of: message(2, 92)) == 0x0B0A_0908)
        #expect(MessageLayout.receiver(of: message(3, 64)) == 0x0706_0504)
        #expect(MessageLayout.receiver(of: message(4, 32)) == 0x0706_0504)
        #expect(MessageLayout.receiver(of: [UInt8]()) == nil)
    }

    @Test("The fields of each message follow each other without gaps")
    func offsets() {
        typealias I = MessageLayout.Initiation
        #expect(
            [I.ephemeral, I.sealedStatic, I.sealedTimestamp, I.mac1, I.mac2, I.size] == [8, 40, 88, 116, 132, 148])
        typealias R = MessageLayout.Response
        #expect([R.receiver, R.ephemeral, R.sealedNothing, R.mac1, R.mac2, R.size] == [8, 12, 44, 60, 76, 92])
    }
}
