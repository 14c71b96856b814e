#!/bin/bash
# limit: 180
# Two of our engines in network namespaces: ping, TCP and UDP, over IPv4 and IPv6, inside and outside.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# udp_arrives FROM TO ADDRESS: a light UDP load for three seconds, of which at most 2 % may be lost. Light, because the
# receiver's socket holds 200 KB only, and on a busy machine the receiver may not run for half a second.
udp_arrives() {
    local server result="$WORK/udp.json"
    on "$2" iperf3 -s -1 -B "$3" >/dev/null 2>&1 &
    server=$!
    wait_until 5 listens "$2" 5201 || return 1
    on "$1" timeout 20 iperf3 -J -c "$3" -u -b 2M -l 1300 -t 3 >"$result"
    wait "$server"
    jq -e '.end.sum | .packets > 400 and .lost_percent <= 2' "$result" || { jq .end.sum "$result"; return 1; }
}

for outside in 4 6; do
    host a b
    join a b
    check "an engine starts on both hosts (outside IPv$outside)" eval 'device a wireguard-swift && device b wireguard-swift'
    check "wg sets both up (outside IPv$outside)" endpoints a b "$outside"
    ping_through "ping over IPv4 goes through (outside IPv$outside)" a 10.77.0.2 5
    ping_through "ping over IPv6 goes through (outside IPv$outside)" a fd77::2 5
    ping_through "ping goes through from the responder (outside IPv$outside)" b 10.77.0.1 5
    check "the largest packet of the link goes through (outside IPv$outside)" \
        on a ping -q -c 2 -i 0.2 -W 5 -M 'do' -s 1392 10.77.0.2
    check "both sides report the handshake (outside IPv$outside)" eval 'handshaken a && handshaken b'
    for address in 10.77.0.2 fd77::2; do
        check "20 MB over TCP to $address arrive unchanged (outside IPv$outside)" transfer a b "$address" 20
        check "20 MB over TCP back from $address arrive unchanged (outside IPv$outside)" \
            transfer b a "${address%2}1" 20
        check "UDP to $address arrives (outside IPv$outside)" udp_arrives a b "$address"
    done
    check "the initiator counts what it sent and received (outside IPv$outside)" \
        eval 'on a wg show wg0 transfer | awk "{ exit !(\$2 > 20000000 && \$3 > 20000000) }"'
    cleanup_hosts
done
