/// The text of `--help` and `--version`.
enum Usage {
    static let help = """
        Usage: wireguard-swift [-f | --foreground] [--no-sandbox] INTERFACE

        Makes the WireGuard interface INTERFACE and carries its traffic, as the kernel module would. Configure it
        with wg(8) or wg-quick(8). It runs until the interface is deleted (ip link del INTERFACE), or SIGTERM.

          -f, --foreground   stay in the foreground
              --no-sandbox   keep all rights and system calls
          -h, --help         show this text
          -v, --version      show the version

        LOG_LEVEL=verbose, error or silent says what it tells on standard error.

        """

    static let version = "wireguard-swift 0.1.0\n"
}
