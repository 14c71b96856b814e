# Completion of wg-quick(8) for fish.

function __wg_quick_configured
    for file in /etc/wireguard/*.conf
        string replace -r '.*/(.*)\.conf$' '$1' $file
    end
end

function __wg_quick_interfaces
    wg show interfaces 2>/dev/null | string split ' '
end

# The command and its operands before the word that is being typed; options and their values are none.
function __wg_quick_operands
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case --dns --dns-failure
                set skip 1
            case '-*'
            case '*'
                echo -- $word
        end
    end
end

# Whether the command is one of those given, and so many operands stand before the word that is being typed.
function __wg_quick_at
    set -l operands (__wg_quick_operands)
    test (count $operands) -eq (math $argv[1] + 1); and contains -- $operands[1] $argv[2..]
end

function __wg_quick_command
    set -l operands (__wg_quick_operands)
    test (count $operands) -ge 1; and contains -- $operands[1] $argv
end

function __wg_quick_begins
    not __wg_quick_operands | string length -q
end

complete -c wg-quick -f
for command in \
        'up:Make an interface' \
        'down:Remove an interface' \
        'apply:Make a running interface what its file says' \
        'plan:Show what apply would do' \
        'save:Write the state of an interface into its file' \
        'reresolve:Look again where endpoints are that are names' \
        'strip:Print a file without what only wg-quick knows' \
        'check:Say what is wrong or odd about files' \
        'help:Explain the program' \
        'version:Print the version'
    set -l parts (string split -m 1 : $command)
    complete -c wg-quick -n __wg_quick_begins -a $parts[1] -d $parts[2]
end
complete -c wg-quick -n __wg_quick_begins -l version -d 'Print the version'
complete -c wg-quick -s h -l help -d 'Explain the command'
complete -c wg-quick -n '__wg_quick_command up apply' -l dns -x -a 'auto resolved resolvconf file off' -d 'What makes name servers known'
complete -c wg-quick -n '__wg_quick_command up apply' -l dns-failure -x -a 'fail warn' -d 'Whether that has to succeed'

complete -c wg-quick -n '__wg_quick_command up down apply plan check' -l json -d 'Print JSON'
complete -c wg-quick -n '__wg_quick_command up down apply' -l dry-run -d 'Show what would be done, and do nothing'
complete -c wg-quick -n '__wg_quick_command apply' -l run-hooks -d 'Run the PreUp and PostUp hooks that are new'
complete -c wg-quick -n '__wg_quick_command apply' -l hooks-may-differ -d 'Name hooks that changed, and end with status 0'
complete -c wg-quick -n '__wg_quick_command apply' -l if-gone -d 'Do nothing unless the link has gone'
complete -c wg-quick -n '__wg_quick_command up' -l wait -d 'Stay until every endpoint has an address'
complete -c wg-quick -n '__wg_quick_command reresolve' -l all -d 'All tunnels that are up'
complete -c wg-quick -n '__wg_quick_command reresolve' -l only-due \
    -d 'Ask for no name whose last answer still holds'

complete -c wg-quick -n '__wg_quick_at 0 up apply plan strip; or __wg_quick_command check' -a '(__wg_quick_configured)'
complete -c wg-quick -n '__wg_quick_at 0 down save; or __wg_quick_command reresolve' -a '(__wg_quick_interfaces)'
complete -c wg-quick -n '__wg_quick_at 0 up down apply plan save strip; or __wg_quick_command reresolve check' -k -a '(__fish_complete_suffix .conf)'
