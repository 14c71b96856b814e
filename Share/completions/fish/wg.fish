# Completion of wg(8) for fish.

function __wg_interfaces
    wg show interfaces 2>/dev/null | string split ' '
end

function __wg_peers
    set -l operands (__wg_operands)
    wg show $operands[2] peers 2>/dev/null
end

# The command and its operands before the word that is being typed; options and their values are none.
function __wg_operands
    set -l words (commandline -opc)[2..]
    set -l skip 0
    for word in $words
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case --interval --count --textfile
                set skip 1
            case '-*'
            case '*'
                echo -- $word
        end
    end
end

# Whether the command is one of those given, and so many operands stand before the word that is being typed.
function __wg_at
    set -l operands (__wg_operands)
    test (count $operands) -eq (math $argv[1] + 1); and contains -- $operands[1] $argv[2..]
end

function __wg_command
    set -l operands (__wg_operands)
    test (count $operands) -ge 1; and contains -- $operands[1] $argv
end

# What may follow in `wg set`: settings, or the word whose value is yet to be typed.
function __wg_set_expects
    set -l words (__wg_operands)
    test (count $words) -ge 2; and test $words[1] = set; or return 1
    set -l left listen-port fwmark private-key peer
    set -l valued ''
    for word in $words[3..]
        if test -n "$valued"
            set valued ''
            continue
        end
        switch $word
            case peer
                set valued $word
                set left remove preshared-key endpoint persistent-keepalive allowed-ips peer
            case remove
                set left peer
            case listen-port fwmark private-key preshared-key endpoint persistent-keepalive allowed-ips
                set valued $word
                set left (string match -v -- $word $left)
        end
    end
    if test -n "$valued"
        test "$argv[1]" = value; and contains -- $valued $argv[2..]
    else
        test "$argv[1]" = setting; and contains -- $argv[2] $left
    end
end

complete -c wg -f
complete -c wg -n 'not __wg_operands | string length -q' -l version -d 'Print the version'
complete -c wg -n 'not __wg_operands | string length -q' -a help -d 'Explain the program, or a command'
complete -c wg -n 'not __wg_operands | string length -q' -a version -d 'Print the version'
for command in \
        'show:Print devices, their peers and counters' \
        'watch:Show peers and their traffic again and again' \
        'metrics:Print devices, peers and counters for Prometheus' \
        'showconf:Print a configuration that setconf reads' \
        'set:Change a device and its peers' \
        'setconf:Make a device what a file says' \
        'addconf:Add what a file says to a device' \
        'syncconf:As setconf, without disturbing what is right' \
        'genkey:Print a new private key' \
        'genpsk:Print a new preshared key' \
        'pubkey:Print the public key of a private key'
    set -l parts (string split -m 1 : $command)
    complete -c wg -n 'not __wg_operands | string length -q; or __wg_at 0 help' -a $parts[1] -d $parts[2]
end

complete -c wg -s h -l help -d 'Explain the command'
complete -c wg -n '__wg_command show' -l json -d 'Print JSON'
complete -c wg -n '__wg_command show' -l secrets -d 'Include private and preshared keys in the JSON'
complete -c wg -n '__wg_command show watch metrics' -l names -d 'Show the names of peers'
complete -c wg -n '__wg_command metrics' -l textfile -r -F -d 'Write to this file, in one step'
complete -c wg -n '__wg_command watch' -l interval -x -d 'Seconds between two rounds'
complete -c wg -n '__wg_command watch' -l count -x -d 'End after so many rounds'

complete -c wg -n '__wg_at 0 show' -a '(__wg_interfaces) all interfaces'
complete -c wg -n '__wg_at 1 show; and not contains interfaces (__wg_operands)' -a 'public-key private-key listen-port fwmark peers preshared-keys endpoints allowed-ips latest-handshakes transfer persistent-keepalive dump'
complete -c wg -n '__wg_command metrics' -a '(__wg_interfaces)'
complete -c wg -n '__wg_at 0 watch showconf set setconf addconf syncconf' -a '(__wg_interfaces)'
complete -c wg -n '__wg_at 1 setconf addconf syncconf' -F

for setting in \
        'listen-port:UDP port to listen on' \
        'fwmark:Mark on outgoing packets' \
        'private-key:File with the private key' \
        'peer:The peer that follows' \
        'remove:Remove the peer' \
        'preshared-key:File with the preshared key' \
        'endpoint:HOST:PORT of the peer' \
        'persistent-keepalive:Seconds, or off' \
        'allowed-ips:Addresses of the peer'
    set -l parts (string split -m 1 : $setting)
    complete -c wg -n "__wg_set_expects setting $parts[1]" -a $parts[1] -d $parts[2]
end
complete -c wg -n '__wg_set_expects value private-key preshared-key' -F
complete -c wg -n '__wg_set_expects value peer' -a '(__wg_peers)'
complete -c wg -n '__wg_set_expects value fwmark persistent-keepalive' -a off
