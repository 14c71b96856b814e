#!/bin/bash
# limit: 120
# syncconf and single removals of allowed IPs on the kernel's devices: what comes of them, what the stock wg would make.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

host a
stock() { on a /usr/bin/wg "$@"; }
ours() { on a wg "$@"; }
key() { printf '%042dA=' "$1"; }

# list DEVICE PEER: its allowed IPs, sorted.
list() { ours show "$1" allowed-ips | awk -v peer="$(key "$2")" '$1 == peer { for (i = 2; i <= NF; i++) print $i }' | sort | paste -sd ' '; }
peers_of() { ours show "$1" peers | wc -l; }

# Single removals: on kernels before 6.16 by way of a peer that is there for a moment.
on a ip link add dev wg0 type wireguard
ours set wg0 peer "$(key 1)" allowed-ips 10.0.0.0/8,10.1.0.0/16,::/0 peer "$(key 2)" allowed-ips 10.2.0.0/16
check "one allowed IP is taken away" ours set wg0 peer "$(key 1)" allowed-ips -10.1.0.0/16
equal "and the others stay" "10.0.0.0/8 ::/0" "$(list wg0 1)"
check "taking what another peer has takes nothing" ours set wg0 peer "$(key 1)" allowed-ips -10.2.0.0/16
equal "it stays with its owner" "10.2.0.0/16" "$(list wg0 2)"
check "taking what nobody has is no error" ours set wg0 peer "$(key 1)" allowed-ips -10.3.0.0/16
check "the last word about a prefix counts" ours set wg0 \
    peer "$(key 1)" allowed-ips +10.4.0.0/16,-10.4.0.0/16,-10.0.0.0/8,+10.0.0.0/8,-::/0,+10.5.9.9/16
equal "in the order of the words" "10.0.0.0/8 10.5.0.0/16" "$(list wg0 1)"
equal "no other peer is left behind" 2 "$(peers_of wg0)"
on a ip link delete dev wg0

# many: a file of peers that differ in everything; VARIANT 2 differs from 1 in some of each.
many() {
    awk -v variant="$1" 'BEGIN {
        print "[Interface]\nPrivateKey = " sprintf("%042d", 7) "A=\nListenPort = 51820"
        if (variant == 1) print "FwMark = 5"
        for (i = variant; i < 60 + variant; i++) {
            printf "[Peer]\nPublicKey = %042dA=\n", i
            if (i % 3 == variant) printf "PresharedKey = %042dA=\n", i
            if (i % 4) printf "Endpoint = 203.0.113.%d:%d\n", i, i + variant * (i % 8 == 0)
            if (i % 5 == variant) printf "PersistentKeepalive = %d\n", i
            printf "AllowedIPs = 10.%d.0.0/16, 10.%d.0.0/16\n", i, 100 + (i % 7 == 0 ? i + variant : i)
            if (i == 30) printf "AllowedIPs = 10.77.%d.9/24\n", variant
        }
        if (variant == 2) printf "[Peer]\nPublicKey = %042dA=\nAllowedIPs = 10.9.0.0/16\n", 200
    }'
}
what() {
    stock show "$1" dump | cut -f 1-3,5- | sort
    stock show "$1" allowed-ips | awk -F '\t' '{ n = split($2, list, " "); for (i = 1; i <= n; i++) print $1, list[i] }' | sort
}
for device in wg0 wg1; do on a ip link add dev "$device" type wireguard; done
for variant in 1 2; do many "$variant" >"$WORK/many.$variant"; done
for order in "1 2" "2 1" "1 1"; do
    read -r before after <<<"$order"
    stock setconf wg0 "$WORK/many.$after"
    ours setconf wg1 "$WORK/many.$before"
    check "syncconf of file $after over file $before" ours syncconf wg1 "$WORK/many.$after"
    # Endpoints stay where a file has none for a peer that stays; all peers of both files that have one, have it always.
    equal "makes what the stock wg makes of file $after" "$(what wg0)" "$(what wg1)"
done
: >"$WORK/empty"
stock setconf wg0 "$WORK/empty"
check "an empty file wipes the device" ours syncconf wg1 "$WORK/empty"
equal "as setconf does" "$(stock show wg0 dump)" "$(stock show wg1 dump)"
check_fails "no such device is an error" ours syncconf wg7 "$WORK/many.1"
for device in wg0 wg1; do on a ip link delete dev "$device"; done
