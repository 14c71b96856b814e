/// The help text.
enum Usage {
    static func overview(program: String) -> String {
        """
        Usage: \(program) up NAME|FILE
               \(program) down NAME|FILE

        Brings a WireGuard interface up or down. NAME means /etc/wireguard/NAME.conf; a FILE
        ends in NAME.conf. What is done is shown on standard error as the equivalent
        commands. If a step fails, or a signal comes, `up' takes everything back.

        Keys of [Interface] beside those of wg(8):
          Address     addresses with prefix lengths, separated by commas
          MTU         bytes; else found from the routes to the endpoints
          Table       off, auto or a number: where routes to the allowed IPs go
          PreUp, PostUp, PreDown, PostDown
                      commands for bash; %i is the interface's name
        DNS, SaveConfig and default routes with Table = auto are refused by this version.

        Without the kernel module a userspace engine is started: wireguard-swift, or what
        WG_QUICK_USERSPACE_IMPLEMENTATION names.

        """
    }
}
