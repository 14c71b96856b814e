import WGCommandLine

extension Subcommand {
    var explanation: String {
        switch self {
        case .show:
            """
            Prints one device, or all of them; `interfaces' prints their names alone.
            With the name of a field, prints that field alone for scripts: one line for each
            device or peer, tabs between columns, and the device's name first with `all'.
            `dump' prints all fields so.

            The form for people hides private and preshared keys unless WG_HIDE_KEYS is
            `never'. WG_COLOR_MODE=always or never overrides the choice of colour, which
            otherwise depends on the terminal and on NO_COLOR. Fields and dump hide nothing.

            JSON has the schema that wg(8) describes, and takes no field. Names become a line
            of their own, a last column for scripts, or a member of the JSON.
            """
        case .watch:
            """
            Shows one device, or all of them, with a line for each peer: endpoint, time since
            the last handshake, bytes received and sent per second and in all, and the
            course of the last rates. On a terminal the screen is drawn anew each time, with
            the busiest peers first; q or Ctrl-C ends it.

            Otherwise each round prints a line for each peer, with tabs between its columns:
            time, device, public key, endpoint, last handshake, bytes received, bytes sent,
            bytes received and sent per second, which are `-' the first time, and with --names
            the peer's name.
            """
        case .showconf:
            """
            Prints the device's keys, port, mark and peers as a configuration file. The
            output contains secrets.
            """
        case .metrics:
            """
            Prints the metrics that wg(8) lists, of all devices or of those named. There are no
            secrets among them. The file of --textfile is for the textfile collector of
            node_exporter. A device that can't be read has `wireguard_scrape_success 0', and the
            command fails once everything else is written.
            """
        case .set:
            """
            Changes what is named and nothing else. What concerns the device comes before
            the first peer. A peer that is not there yet is added.

            \(HelpTable.text(SetKeyword.allCases.map { ($0.usage, $0.summary) }))
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
        case .syncconf:
            """
            Makes the device what the file says, as setconf does, but compares first and
            sends only what differs. Peers that stay keep their sessions, and single allowed
            IPs come, go and move without a gap for others.

            What the file doesn't have is reset: key, mark, preshared keys and keepalives;
            without a ListenPort the device chooses a new port. A peer without an Endpoint
            keeps the one it has.
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
