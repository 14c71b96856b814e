public import WGModel

/// Random numbers that can be had again (SplitMix64): the same for the same seed, so that a failure can be repeated.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// Starts from a new seed and prints it.
    ///
    /// - Parameter seed: one from a failed run, to repeat it.
    public static func printed(_ seed: UInt64? = nil, _ function: String = #function) -> SeededGenerator {
        let seed = seed ?? UInt64.random(in: 0...UInt64.max)
        print("\(function): seed \(seed)")
        return SeededGenerator(seed: seed)
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    public mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    public mutating func key() -> KeyBytes { KeyBytes { _ in UInt8.random(in: .min ... .max, using: &self) } }
}
