/// Keys of AmneziaWG's dialect, which tools of ours and the stock ones don't know.
public enum ForeignKeyword: String, CaseIterable, Sendable {
    case jc = "Jc"
    case jmin = "Jmin"
    case jmax = "Jmax"
    case s1 = "S1"
    case s2 = "S2"
    case s3 = "S3"
    case s4 = "S4"
    case h1 = "H1"
    case h2 = "H2"
    case h3 = "H3"
    case h4 = "H4"
    case i1 = "I1"
    case i2 = "I2"
    case i3 = "I3"
    case i4 = "I4"
    case i5 = "I5"

    /// Finds a key by its name in any case.
    public init?(name: some StringProtocol) {
        let lower = name.lowercased()
        guard let found = Self.allCases.first(where: { $0.rawValue.lowercased() == lower }) else { return nil }
        self = found
    }
}
