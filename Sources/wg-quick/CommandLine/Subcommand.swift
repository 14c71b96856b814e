import WGCommandLine

/// The commands of `wg-quick`, in the order of the help text.
enum Subcommand: String, CommandWord {
    case up, down, apply, plan, save, reresolve, strip, check

    var options: [Option] {
        switch self {
        case .up: [.dns, .dnsFailure, .wait, .dryRun, .json, .help]
        case .apply: [.dns, .dnsFailure, .runHooks, .hooksMayDiffer, .ifGone, .dryRun, .json, .help]
        case .plan: [.json, .help]
        case .reresolve: [.all, .onlyDue, .help]
        case .down: [.dryRun, .json, .help]
        case .save, .strip: [.help]
        case .check: [.json, .help]
        }
    }

    var operands: String {
        switch self {
        case .up, .down, .apply, .plan, .save, .strip: "NAME | FILE"
        case .check: "NAME | FILE..."
        case .reresolve: "(NAME | FILE)..."
        }
    }

    var summary: String {
        switch self {
        case .up: "make an interface, with all that belongs to it"
        case .down: "remove an interface, with all that belongs to it"
        case .apply: "make a running interface what its file says"
        case .plan: "show what `apply' would do"
        case .save: "write the state of an interface into its file"
        case .reresolve: "look again where the endpoints are that are names"
        case .strip: "print a file without the keys that only wg-quick knows"
        case .check: "say what is wrong or odd about files"
        }
    }

    var explanation: String {
        switch self {
        case .up:
            """
            Makes the link, sets keys and peers, addresses, MTU, name servers and routes, and runs
            the hooks. What is done is shown on standard error as the equivalent commands. If
            a step fails, or a signal comes, everything is taken back.
            """
        case .down:
            """
            Runs the hooks and removes the interface, with its addresses and routes. What `up'
            recorded counts; without a record, the file.
            """
        case .save:
            """
            Writes addresses, keys, port, mark and peers into the file as they are now, and
            the MTU if the file has one. Everything else stays as it stands: comments,
            hooks, names of hosts. `SaveConfig = true' does this at `down'.
            """
        case .reresolve:
            """
            Asks for the endpoints that are names, of peers that have none yet or that were not
            heard of lately, and sets what has changed. Peers that are reached stay as they are.
            Under a full tunnel the questions go past it. Exit status 3 means that some peer
            still has no endpoint, and 4 that an interface is gone.
            """
        case .apply:
            """
            Changes a running interface to what its file says, and only what differs; brings up
            one that is down. Peers keep their sessions, and stay where they roamed to unless
            the file has another endpoint. The second time there is nothing to do.

            Hooks that changed are named and not run, and the status is 3. A link that has gone,
            as when its engine died, is made anew, and its hooks are run again.
            """
        case .plan:
            """
            Shows what `apply' would do, one command a line, and changes nothing. Names are not
            asked for, and hooks are not run. The output contains no secrets.

            The status is 2 if there is anything to do, and 0 if not.
            """
        case .strip:
            """
            Prints the file as `wg setconf' and `wg syncconf' read it: without the keys of
            [Interface] that only wg-quick knows. Everything else is printed as it stands.
            The output contains secrets.
            """
        case .check:
            """
            Reads files and changes nothing. Prints everything that is wrong or odd about
            them, with the place, the line and, where it is known, what would be right.
            The manual explains each of the words in brackets.

            The status is 0 if there are notes at most, 2 if there are warnings, and 1 if there
            are errors.
            """
        }
    }
}
