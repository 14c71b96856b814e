# Completion of wg-quick(8) for fish.

function __wg_quick_files
    for file in /etc/wireguard/*.conf
        string replace -r '.*/(.*)\.conf$' '$1' $file
    end
end

function __wg_quick_interfaces
    wg show interfaces 2>/dev/null | string split ' '
end

function __wg_quick_needs_name
    set -l words (commandline -opc)
    test (count $words) -eq 2; and test $words[2] = $argv[1]
end

complete -c wg-quick -f
complete -c wg-quick -n 'test (count (commandline -opc)) -eq 1' -a up -d 'Bring an interface up'
complete -c wg-quick -n 'test (count (commandline -opc)) -eq 1' -a down -d 'Bring an interface down'
complete -c wg-quick -n 'test (count (commandline -opc)) -eq 1' -a help -d 'Print a help text'
complete -c wg-quick -n 'test (count (commandline -opc)) -eq 1' -a version -d 'Print the version'
complete -c wg-quick -n '__wg_quick_needs_name up' -a '(__wg_quick_files)'
complete -c wg-quick -n '__wg_quick_needs_name up' -k -a '(__fish_complete_suffix .conf)'
complete -c wg-quick -n '__wg_quick_needs_name down' -a '(__wg_quick_interfaces)'
complete -c wg-quick -n '__wg_quick_needs_name down' -k -a '(__fish_complete_suffix .conf)'
complete -c wg-quick -l help -d 'Print a help text'
complete -c wg-quick -l version -d 'Print the version'
