/// Seed: F replaces it.
struct RoutingSnapshot { var unused: Int }
