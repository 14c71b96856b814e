/// Random numbers that can be had again: splitmix64. The seed is printed, so that a failure can be repeated with it.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// - Parameter seed: one from a failed run, to repeat it.
    static func printed(_ seed: UInt64? = nil, _ function: String = #function) -> SeededRandom {
        let seed = seed ?? UInt64.random(in: 0...UInt64.max)
        print("\(function): seed \(seed)")
        return SeededRandom(seed: seed)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    mutating func key() -> [UInt8] { (0..<32).map { _ in UInt8.random(in: 0...255, using: &self) } }
}
