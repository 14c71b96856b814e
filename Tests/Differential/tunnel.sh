# shellcheck shell=bash disable=SC2034,SC2154
# Two devices that have had a handshake with each other: times, counters, and an endpoint that was learnt.
check "two devices that can reach each other" eval 'make wga && make wgb'
"$STOCK" setconf wga <(printf '[Interface]\nPrivateKey = %s\nListenPort = 21880\n[Peer]\nPublicKey = %s\nEndpoint = 127.0.0.1:21881\n' \
    "$PRIVATE" "$(<"$WORK/other")")
"$STOCK" setconf wgb <(printf '[Interface]\nPrivateKey = %s\nListenPort = 21881\n[Peer]\nPublicKey = %s\n' "$PSK" "$(<"$WORK/own")")
ip link set up dev wga
ip link set up dev wgb
"$STOCK" set wga peer "$(<"$WORK/other")" persistent-keepalive 60
handshake_of() { "$STOCK" show "$1" latest-handshakes | grep -q $'\t[1-9]'; }
check "the two devices have a handshake" eval 'wait_until 10 handshake_of wga && wait_until 10 handshake_of wgb'
# Until the last packet of it is counted.
settled_counters() { [[ $("$STOCK" show all transfer) == "$("$STOCK" show all transfer)" ]]; }
wait_until 5 settled_counters
same "after a handshake: show latest-handshakes" show wga latest-handshakes
same "after a handshake: show transfer" show wga transfer
same "after a handshake: show dump" show wga dump
same "after a handshake: show endpoints, one learnt" show wgb endpoints
same "after a handshake: showconf" showconf wgb
same_in_time "after a handshake: show" show wga
WG_COLOR_MODE=always same_in_time "after a handshake: show in colour" show
begins_alike "a port in use" set wga listen-port 21881
ip link delete dev wga
ip link delete dev wgb
