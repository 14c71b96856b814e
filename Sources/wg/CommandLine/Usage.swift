/// The help texts.
enum Usage {
    static func overview(program: String) -> String {
        let width = Subcommand.allCases.map(\.rawValue.count).max() ?? 0
        let commands = Subcommand.allCases.map { subcommand in
            let padding = String(repeating: " ", count: width - subcommand.rawValue.count)
            return "  \(subcommand.rawValue)\(padding)  \(summary(subcommand))\n"
        }
        return """
            Usage: \(program) COMMAND [ARGUMENT]...

            Commands; without one, `\(program)' means `\(program) show':
            \(commands.joined())
            `\(program) COMMAND --help' explains one of them. `\(program) --version' prints the version.

            """
    }

    /// One line: how a command is called.
    static func line(_ subcommand: Subcommand, program: String) -> String {
        "Usage: \(program) \(subcommand.rawValue)\(operands(subcommand))\n"
    }

    /// How a command is called, and what it does.
    static func page(_ subcommand: Subcommand, program: String) -> String {
        line(subcommand, program: program) + "\n" + explanation(subcommand) + "\n"
    }

    private static func summary(_ subcommand: Subcommand) -> String {
        switch subcommand {
        case .show: "print devices, their peers and counters"
        case .showconf: "print a device's configuration in the form that setconf reads"
        case .set: "change a device, and add, change or remove peers"
        case .setconf: "make a device what a configuration file says"
        case .addconf: "add what a configuration file says to a device"
        case .genkey: "print a new private key"
        case .genpsk: "print a new preshared key"
        case .pubkey: "read a private key from standard input and print its public key"
        }
    }

    private static func operands(_ subcommand: Subcommand) -> String {
        switch subcommand {
        case .show: " [INTERFACE | all | interfaces] [\(fields.joined(separator: " | "))]"
        case .showconf: " INTERFACE"
        case .set:
            " INTERFACE [listen-port PORT] [fwmark MARK] [private-key FILE]"
                + " [peer KEY [remove] [preshared-key FILE] [endpoint HOST:PORT] [persistent-keepalive SECONDS]"
                + " [allowed-ips [+|-]IP[/LENGTH][,...]]]..."
        case .setconf, .addconf: " INTERFACE FILE"
        case .genkey, .genpsk, .pubkey: ""
        }
    }

    private static var fields: [String] { ShowField.allCases.map(\.rawValue).filter { !$0.isEmpty } }

    private static func explanation(_ subcommand: Subcommand) -> String {
        switch subcommand {
        case .show:
            """
            Prints one device, or all of them; `interfaces' prints their names alone.
            With the name of a field, prints that field alone for scripts: one line for each
            device or peer, tabs between columns, and the device's name first with `all'.
            `dump' prints all fields so.

            The form for people hides private and preshared keys unless WG_HIDE_KEYS is
            `never'. WG_COLOR_MODE=always or never overrides the choice of colour, which
            otherwise depends on the terminal and on NO_COLOR. Fields and dump hide nothing.
            """
        case .showconf:
            """
            Prints the device's keys, port, mark and peers as a configuration file. The
            output contains secrets.
            """
        case .set:
            """
            Changes what is named and nothing else. What concerns the device comes before
            the first peer. A peer that is not there yet is added.

              listen-port PORT              UDP port, or a service's name; 0 lets the device choose
              fwmark MARK                   mark on outgoing packets, decimal or 0x...; off or 0 for none
              private-key FILE              file with the private key; an empty file removes it
              peer KEY                      the peer that the following words are about
              remove                        remove this peer
              preshared-key FILE            file with the preshared key; an empty file removes it
              endpoint HOST:PORT            where to reach the peer
              persistent-keepalive SECONDS  0 to 65535; off or 0 for none
              allowed-ips LIST              comma-separated; takes the place of the peer's list, unless
                                            entries begin with + or -, which add and remove; "" is none
            """
        case .setconf:
            """
            Reads [Interface] and [Peer] sections with the keys of wg(8). Peers that the file
            doesn't have are removed, and a key, port or mark that it doesn't have is reset.
            The file is read to its end before anything changes.
            """
        case .addconf:
            """
            Reads a file as setconf does. What the file doesn't mention stays as it is; the
            allowed IPs of a peer that it does mention are replaced.
            """
        case .genkey:
            """
            Prints a new random private key. Keep it in a file that only its owner can read:
              umask 077; wg genkey > private.key
            """
        case .genpsk:
            """
            Prints a new random key for the two ends of one connection to share.
            """
        case .pubkey:
            """
            Reads a private key from standard input and prints the public key of it:
              wg pubkey < private.key > public.key
            """
        }
    }
}
