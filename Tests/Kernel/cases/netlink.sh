#!/bin/bash
# limit: 360
# Every call of WGNetlink and WGRoute on the real kernel, and links, addresses, routes and rules made as `ip` makes them.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

# probe NAME PART: the probe prints the facts itself.
probe() {
    on "$1" netlink-probe "$2" >"$WORK/probe" 2>&1 || FAILURES=$((FAILURES + 1))
    grep -E '^(not )?ok - |^# ' "$WORK/probe"
    grep -q '^ok - ' "$WORK/probe" || not_ok "netlink-probe $2 tells something" "$WORK/probe"
}

host routes devices rules
probe routes route
probe devices device
probe rules rules

on devices ip link add dev wg0 type wireguard
# A user namespace of its own gives no rights over a network namespace of others.
probe_without_rights() { on devices unshare --user netlink-probe unprivileged; }
check "without rights, devices are refused and links are told" probe_without_rights

# Somebody changes the device without end while it is read.
restless_changes() {
    while :; do
        on devices wg set wg0 peer "$1" allowed-ips 192.0.2.1/32
        on devices wg set wg0 peer "$1" remove
    done
}
restless_changes "$(wg genkey | wg pubkey)" &
changes=$!
probe devices restless
kill "$changes"
wait "$changes" 2>/dev/null

# said_by_ip NAME: everything that ip tells of a host; the link's index is part of it, so both hosts start alike.
said_by_ip() {
    local family
    on "$1" ip -d link show
    on "$1" ip address show
    for family in -4 -6; do
        on "$1" ip "$family" -d route show table all
        on "$1" ip "$family" -d rule show
    done
}

host ours stock
said_by_ip stock >"$WORK/before"
made_by_ip() {
    local address route family
    on stock ip link add dev wg0 type wireguard || return 1
    for address in 10.9.0.1/24 127.9.0.1/32 10.9.1.1/32 2001:db8:9::1/64 2001:db8:a::1/128; do
        on stock ip address add "$address" dev wg0 || return 1
    done
    on stock ip link set mtu 1408 up dev wg0
    for route in 192.0.2.0/24 2001:db8:b::/48; do on stock ip route add "$route" dev wg0 || return 1; done
    on stock ip -4 route add default dev wg0 table 51820
    on stock ip -6 route add default dev wg0 table 51820
    on stock ip route add 203.0.113.1/32 dev wg0 table 7
    on stock ip route add 198.18.0.0/15 via 10.9.0.7 dev wg0 metric 77
    for family in -4 -6; do
        on stock ip "$family" rule add not fwmark 51820 table 51820
        on stock ip "$family" rule add table main suppress_prefixlength 0
    done
}
check "ip makes a link with all that belongs to it" made_by_ip
check "ours makes the same" on ours netlink-probe make
equal "links, addresses, routes and rules are those that ip makes" "$(said_by_ip stock)" "$(said_by_ip ours)"
check "ours takes them away again" on ours netlink-probe undo
on ours ip link delete dev wg0
equal "and nothing is left" "$(<"$WORK/before")" "$(said_by_ip ours)"
