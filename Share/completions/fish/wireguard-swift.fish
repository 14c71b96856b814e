# Completion of wireguard-swift(8) for fish.

complete -c wireguard-swift -f
complete -c wireguard-swift -s f -l foreground -d 'Stay in the foreground'
complete -c wireguard-swift -l no-sandbox -d 'Keep all rights and system calls'
complete -c wireguard-swift -s h -l help -d 'Print a help text'
complete -c wireguard-swift -s v -l version -d 'Print the version'
