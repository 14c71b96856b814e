/// Finds what somebody probably meant.
enum Spelling {
    /// The candidate nearest to the word, if it is near enough: a third of the candidate's length, at most three
    /// insertions, deletions, substitutions or exchanges of neighbours. Case doesn't count.
    static func nearest<Candidate: RawRepresentable<String>>(
        to word: String, among candidates: some Sequence<Candidate>
    ) -> Candidate? {
        let lower = Array(word.lowercased().utf8)
        guard lower.count <= 40 else { return nil }
        var best: (candidate: Candidate, distance: Int)?
        for candidate in candidates {
            let target = Array(candidate.rawValue.lowercased().utf8)
            let limit = min(3, max(1, target.count / 3), (best?.distance ?? .max) - 1)
            guard abs(target.count - lower.count) <= limit else { continue }
            let distance = distance(lower, target)
            if distance <= limit { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// The edit distance with exchanges of neighbours (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast = Array(repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        var current = beforeLast
        for row in 0..<left.count {
            current[0] = row + 1
            for column in 0..<right.count {
                let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(substitution, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current[column + 1] = best
            }
            swap(&beforeLast, &last)
            swap(&last, &current)
        }
        return last[right.count]
    }
}
