/// Seed: F replaces it.
struct ReplayWindow { var last: UInt64 = 0 }
