/// Which of a keypair's counters have been received: a window of 8128 below the greatest, as the Linux module keeps
/// (RFC 6479, whitepaper 5.4.6). Thread U alone.
struct ReplayWindow {
    /// How far a counter may lie behind the greatest one received and still be accepted.
    static let size: UInt64 = UInt64(wordCount - 1) * 64

    private static let wordCount = 128
    private static let wordMask = UInt64(wordCount - 1)

    private var greatest: UInt64 = 0
    /// A ring of bits by counter. One word more than the window: the word of `greatest` is filled only in part.
    private var words = InlineArray<128, UInt64>(repeating: 0)

    /// Whether `accept` would be true. Changes nothing.
    @inline(__always)
    func allows(_ counter: UInt64) -> Bool {
        if counter > greatest { return true }
        guard greatest &- counter < Self.size else { return false }
        return words[Int(truncatingIfNeeded: (counter &>> 6) & Self.wordMask)] & (1 &<< (counter & 63)) == 0
    }

    /// Notes the counter, once its packet has been authenticated. False when it has come before, or is too old to tell.
    @inline(__always)
    mutating func accept(_ counter: UInt64) -> Bool {
        let word = counter &>> 6
        if counter > greatest {
            let current = greatest &>> 6
            let steps = min(word &- current, Self.wordMask &+ 1)
            var step: UInt64 = 1
            while step <= steps {
                words[Int(truncatingIfNeeded: (current &+ step) & Self.wordMask)] = 0
                step &+= 1
            }
            greatest = counter
        } else if greatest &- counter >= Self.size {
            return false
        }
        let place = Int(truncatingIfNeeded: word & Self.wordMask)
        let bit: UInt64 = 1 &<< (counter & 63)
        let before = words[place]
        words[place] = before | bit
        return before & bit == 0
    }
}
