# Completion of wg(8) for fish.

function __wg_interfaces
    wg show interfaces 2>/dev/null | string split ' '
end

# How many words there are before the one that is being typed, `wg` itself included.
function __wg_position
    test (count (commandline -opc)) -eq $argv[1]
end

function __wg_after
    contains -- (commandline -opc)[-1] $argv
end

function __wg_command
    set -l words (commandline -opc)
    test (count $words) -ge 2; and contains -- $words[2] $argv
end

# In `wg set`, where a setting is expected.
function __wg_setting
    __wg_command set; or return 1
    test (count (commandline -opc)) -ge 3; or return 1
    not __wg_after listen-port fwmark private-key peer preshared-key endpoint persistent-keepalive allowed-ips
end

function __wg_peers
    wg show (commandline -opc)[3] peers 2>/dev/null
end

complete -c wg -f
complete -c wg -n '__wg_position 1' -a show -d 'Print devices, their peers and counters'
complete -c wg -n '__wg_position 1' -a watch -d 'Show peers and their traffic again and again'
complete -c wg -n '__wg_position 1' -a showconf -d 'Print a configuration that setconf reads'
complete -c wg -n '__wg_position 1' -a metrics -d 'Print devices, peers and counters for Prometheus'
complete -c wg -n '__wg_position 1' -a set -d 'Change a device and its peers'
complete -c wg -n '__wg_position 1' -a setconf -d 'Make a device what a file says'
complete -c wg -n '__wg_position 1' -a addconf -d 'Add what a file says to a device'
complete -c wg -n '__wg_position 1' -a genkey -d 'Print a new private key'
complete -c wg -n '__wg_position 1' -a genpsk -d 'Print a new preshared key'
complete -c wg -n '__wg_position 1' -a pubkey -d 'Print the public key of a private key'
complete -c wg -n '__wg_position 1' -a help -d 'Print a summary of the commands'
complete -c wg -n '__wg_position 1' -a version -d 'Print the version'
complete -c wg -l help -d 'Explain the command'

complete -c wg -n '__wg_command show; and __wg_position 2' -a '(__wg_interfaces) all interfaces'
complete -c wg -n '__wg_command show; and __wg_position 3; and not __wg_after interfaces' -a 'public-key private-key listen-port fwmark peers preshared-keys endpoints allowed-ips latest-handshakes transfer persistent-keepalive dump'
complete -c wg -n '__wg_command show' -l json -d 'Print JSON'
complete -c wg -n '__wg_command show' -l secrets -d 'Include private and preshared keys in the JSON'
complete -c wg -n '__wg_command show metrics' -l names -d 'Show the names of peers'
complete -c wg -n '__wg_command metrics' -l textfile -r -F -d 'Write to this file, in one step'
complete -c wg -n '__wg_command metrics' -a '(__wg_interfaces)'
complete -c wg -n '__wg_command showconf set setconf addconf; and __wg_position 2' -a '(__wg_interfaces)'
complete -c wg -n '__wg_command setconf addconf; and __wg_position 3' -F

complete -c wg -n '__wg_setting; and not contains peer (commandline -opc)' -a listen-port -d 'UDP port to listen on'
complete -c wg -n '__wg_setting; and not contains peer (commandline -opc)' -a fwmark -d 'Mark on outgoing packets'
complete -c wg -n '__wg_setting; and not contains peer (commandline -opc)' -a private-key -d 'File with the private key'
complete -c wg -n __wg_setting -a peer -d 'The peer that follows'
complete -c wg -n '__wg_setting; and contains peer (commandline -opc)' -a remove -d 'Remove the peer'
complete -c wg -n '__wg_setting; and contains peer (commandline -opc)' -a preshared-key -d 'File with the preshared key'
complete -c wg -n '__wg_setting; and contains peer (commandline -opc)' -a endpoint -d 'HOST:PORT of the peer'
complete -c wg -n '__wg_setting; and contains peer (commandline -opc)' -a persistent-keepalive -d 'Seconds, or off'
complete -c wg -n '__wg_setting; and contains peer (commandline -opc)' -a allowed-ips -d 'Addresses of the peer'
complete -c wg -n '__wg_command set; and __wg_after private-key preshared-key' -F
complete -c wg -n '__wg_command set; and __wg_after peer' -a '(__wg_peers)'
complete -c wg -n '__wg_command set; and __wg_after fwmark persistent-keepalive' -a off
