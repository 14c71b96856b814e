# offers.fish LINE: what fish offers after a command line.
function wg
    switch "$argv"
        case 'show interfaces'
            echo wg0 wg1
        case 'show wg0 peers'
            printf '%s\n' $PEER_1 $PEER_2
    end
end
set fish_complete_path $COMPLETIONS/fish
complete -C $argv[1] | string split -f 1 \t
