import WGCommandLine

/// The commands of `wg`, in the order of the help text.
enum Subcommand: String, CommandWord {
    case show, watch, metrics, showconf, set, setconf, addconf, syncconf, genkey, genpsk, pubkey

    var options: [Option] {
        switch self {
        case .show: [.json, .secrets, .names, .help]
        case .watch: [.interval, .count, .names, .help]
        case .metrics: [.textfile, .names, .help]
        case .showconf, .set, .setconf, .addconf, .syncconf, .genkey, .genpsk, .pubkey: [.help]
        }
    }

    var operands: String {
        switch self {
        case .show: "[INTERFACE | all | interfaces] [\(ShowField.names.joined(separator: " | "))]"
        case .watch: "[INTERFACE]"
        case .metrics: "[INTERFACE]..."
        case .showconf: "INTERFACE"
        case .set: "INTERFACE \(SetKeyword.synopsis)"
        case .setconf, .addconf, .syncconf: "INTERFACE FILE"
        case .genkey, .genpsk, .pubkey: ""
        }
    }

    var summary: String {
        switch self {
        case .show: "print devices, their peers and counters"
        case .watch: "show peers and their traffic again and again"
        case .metrics: "print devices, peers and counters for Prometheus"
        case .showconf: "print a device's configuration in the form that setconf reads"
        case .set: "change a device, and add, change or remove peers"
        case .setconf: "make a device what a configuration file says"
        case .addconf: "add what a configuration file says to a device"
        case .syncconf: "as setconf, but without disturbing what is right already"
        case .genkey: "print a new private key"
        case .genpsk: "print a new preshared key"
        case .pubkey: "read a private key from standard input and print its public key"
        }
    }
}
