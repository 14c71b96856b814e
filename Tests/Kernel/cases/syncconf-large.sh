#!/bin/bash
# limit: 900
# slow: yes
# kernels: older
# last: yes
# On one kernel, as it is long; the older, which makes do with less of everything. There the kernel takes minutes to be rid
# of 20 000 peers, and meanwhile no namespace comes or goes and no module is loaded.
# Large kernel devices: 20 000 peers, and one peer with 130 000 allowed IPs. Set, shown and compared as the stock wg does;
# the compared file changes one thing, and one thing is sent. Also both edges of what one message can hold.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

host a
stock() { on a /usr/bin/wg "$@"; }
ours() { on a wg "$@"; }

# peers COUNT [CHANGED]: a file of peers, made of numbers; the peer CHANGED has another second prefix.
peers() {
    awk -v count="$1" -v changed="${2:--1}" 'BEGIN {
        print "[Interface]\nFwMark = 0x4d"
        for (i = 0; i < count; i++) {
            printf "[Peer]\nPublicKey = %042dA=\nAllowedIPs = 10.%d.%d.%d/32, fd00:%d::%x/128\n", i + 1,
                int(i / 65536), int(i / 256) % 256, i % 256, i == changed, i
            if (i % 3 == 0) printf "PresharedKey = %042dA=\n", i + 1
            if (i % 4 == 0) printf "Endpoint = 203.0.113.%d:%d\n", i % 250, 1 + i
            if (i % 5 == 0) printf "PersistentKeepalive = %d\n", 1 + i
        }
    }'
}

# prefixes COUNT [FIRST]: a file of one peer with so many allowed IPs, from a number on.
prefixes() {
    awk -v count="$1" -v first="${2:-0}" 'BEGIN {
        printf "[Interface]\n[Peer]\nPublicKey = %042dA=\n", 1
        for (i = first; i < first + count; i++)
            printf i % 2 ? "AllowedIPs = fd00::%x:%x/128\n" : "AllowedIPs = 10.%d.%d.%d/32\n", int(i / 65536),
                i % 2 ? i % 65536 : int(i / 256) % 256, i % 256
    }'
}

# edge ENDPOINTS PEERS V4 V6: a file of peers, some with endpoints, and one of one peer with prefixes of both families.
edge_peers() {
    awk -v endpoints="$1" -v count="$2" 'BEGIN {
        for (i = 1; i <= count; i++) {
            printf "[Peer]\nPublicKey = %042dA=\n", i
            if (i <= endpoints) print "Endpoint = 192.0.2.1:2"
        }
    }'
}
edge_prefixes() {
    awk -v v4="$1" -v v6="$2" 'BEGIN {
        printf "[Peer]\nPublicKey = %042dA=\n", 1
        for (i = 0; i < v4; i++) printf "AllowedIPs = 10.0.0.%d/32\n", i
        for (i = 0; i < v6; i++) printf "AllowedIPs = fd00::%x/128\n", i
    }'
}

# what DEVICE: the device in an order of its own: all fields but the lists, then each prefix with its peer.
what() {
    stock show "$1" dump | cut -f 1-3,5- | sort
    stock show "$1" allowed-ips | awk -F '\t' '{ n = split($2, list, " "); for (i = 1; i <= n; i++) print $1, list[i] }' | sort
}
same_device() {
    what "$1" >"$WORK/what.$1"
    what "$2" >"$WORK/what.$2"
    cmp "$WORK/what.$1" "$WORK/what.$2" && [[ $(wc -l <"$WORK/what.$1") -ge ${3:-2} ]]
}

# sent COMMAND...: runs our wg on the host; how many bytes it sent. Asking for the device takes less than 200.
sent() {
    on a strace -f -e trace=sendto -o "$WORK/strace" wg "$@" || return 1
    awk '/sendto\(.*= [0-9]+$/ { sum += $NF } END { print sum + 0 }' "$WORK/strace"
}
sends_at_most() {
    local limit="$1" count
    shift
    count="$(sent "$@")" || return 1
    echo "sent $count bytes"
    [[ $count -le $limit ]]
}
shows_the_same() { stock show "$1" dump | cmp - <(ours show "$1" dump); }

# timed TEXT COMMAND...: a comment with the seconds it took; a report, not a check.
timed() {
    local text="$1" start="${EPOCHREALTIME/./}"
    shift
    "$@" || return 1
    echo "# $text: $(((${EPOCHREALTIME/./} - start) / 1000)) ms"
}

# threadless DEVICE: newer kernels start a thread for each peer, and this guest can't hold so many. They can be told so once
# there is a peer.
threadless() {
    on a wg set "$1" peer "$(wg genkey | wg pubkey)" || return 1
    # shellcheck disable=SC2016 # the variable is the inner shell's
    on a sh -c '[ ! -e "$1" ] || echo 0 >"$1"' - "/sys/class/net/$1/threaded"
}
for device in wg0 wg1 wg2 wg3 wg4; do
    on a ip link add dev "$device" type wireguard && threadless "$device" || not_ok "$device is made"
done

prefixes 130000 >"$WORK/prefixes"
prefixes 130000 1 >"$WORK/changed"
timed "stock setconf of 130 000 allowed IPs" stock setconf wg0 "$WORK/prefixes"
timed "ours" ours setconf wg1 "$WORK/prefixes" || not_ok "ours sets 130 000 allowed IPs"
check "130 000 allowed IPs: the same device as the stock wg makes" same_device wg0 wg1 130000
check "and the same dump of it" shows_the_same wg1
check "one less and one more: two are sent" sends_at_most 1200 syncconf wg1 "$WORK/changed"
stock setconf wg0 "$WORK/changed"
check "and the device is what the stock wg makes of the file" same_device wg0 wg1 130000

# The longest list of peers in a message has 65 532 bytes: 10 peers with an endpoint and 1351 without; or one peer with 7
# IPv4 and 1632 IPv6 prefixes.
for count in 1360 1361 1362; do
    edge_peers 10 "$count" >"$WORK/edge"
    stock setconf wg0 "$WORK/edge"
    check "$count peers arrive" eval 'ours setconf wg1 "$WORK/edge" && same_device wg0 wg1 "$count"'
done
for count in 1631 1632 1633; do
    edge_prefixes 7 "$count" >"$WORK/edge"
    stock setconf wg0 "$WORK/edge"
    check "$((count + 7)) allowed IPs arrive" eval 'ours setconf wg1 "$WORK/edge" && same_device wg0 wg1 "$count"'
done

# On devices of their own, which go with the host: newer kernels take long to remove so many peers.
peers 20000 >"$WORK/peers"
peers 20000 12345 >"$WORK/changed"
timed "stock setconf of 20 000 peers" stock setconf wg2 "$WORK/peers"
timed "ours" ours setconf wg3 "$WORK/peers" || not_ok "ours sets 20 000 peers"
check "20 000 peers: the same device as the stock wg makes" same_device wg2 wg3 60000
check "and the same dump of it" shows_the_same wg3
timed "our syncconf, of what is there" ours syncconf wg3 "$WORK/peers" || not_ok "ours compares 20 000 peers"
check "the same file compared sends nothing" sends_at_most 200 syncconf wg3 "$WORK/peers"
check "one changed peer among 20 000: one peer is sent" sends_at_most 1200 syncconf wg3 "$WORK/changed"
stock setconf wg4 "$WORK/changed"
check "and the device is what the stock wg makes of the file" same_device wg4 wg3 60000
