/// The commands of `wg`, in the order of the help text.
enum Subcommand: String, CaseIterable {
    case show, showconf, set, setconf, addconf, genkey, genpsk, pubkey
}
