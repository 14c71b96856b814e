#!/bin/bash
# limit: 90
# A full tunnel carries all of a host's traffic, and none goes by the outer link in the clear: with nft and with iptables,
# while it works, and when its engine or its link has gone, until it is taken down.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/tunnel-lab.sh"

tunnel_lab
server r 0
# PreDown sees what was sent in the clear until the last moment.
client_config "$WORK/conf/wg0.conf" 0 r 192.0.2.1 \
    "PreDown = nsenter -t ${HOST_PID[r]} -n $(command -v nft) -j list counter inet outer clear >$WORK/clear-at-down"
# A stranger on the outer link, who tries whether a has the tunnel's address.
on r ip rule add oif eth-a table 99 && on r ip route add 10.77.0.1/32 via 198.51.100.1 table 99
stranger_reaches() { on r ping -q -c 1 -W 0.3 -I eth-a 10.77.0.1; }
state a >"$WORK/before"

nothing_clear() { [[ $(counted r clear) -eq 0 && $(counted r inner) -eq 0 ]] || { on r nft list counters; return 1; }; }
clear_packets() { [[ $(counted r clear) -gt 0 ]]; }
# grows COUNTER: more packets of that kind come.
grows() { [[ $(counted r "$1") -gt $GROWN_FROM ]]; }
unchanged() { check "$1" wait_until 5 same_state "$WORK/before" a || same_state "$WORK/before" a | sed 's/^/# /'; }

ping_through "without a tunnel, the internet is there" a 203.0.113.1
check "and what goes there is counted as clear" clear_packets

# carries LABEL PATH: up, traffic, down.
carries() {
    reset_counters r
    check "$1: up" on a env PATH="$2" wg-quick up "$WORK/conf/wg0.conf" || return
    ping_through "$1: ping over IPv4 is answered" a 203.0.113.1
    ping_through "$1: ping over IPv6 is answered" a 2001:db8:ff::1
    check "$1: 3 MB over TCP and IPv4 arrive" transfer a r 203.0.113.1 3
    check "$1: 3 MB over TCP and IPv6 arrive" transfer a r 2001:db8:ff::1 3
    check "$1: it went by the tunnel" test "$(counted r tunnel bytes)" -gt 6000000
    check "$1: nothing went by the outer link in the clear" nothing_clear
    check_fails "$1: a stranger on the outer link does not reach the tunnel's address" stranger_reaches
    reset_counters r
    flood a
    GROWN_FROM="$(counted r tunnel)"
    check "$1: packets flow" wait_until 5 grows tunnel
    check "$1: down" on a env PATH="$2" wg-quick down "$WORK/conf/wg0.conf"
    end_flood
    equal "$1: nothing had gone in the clear when down began" 0 \
        "$(jq '.nftables[] | select(.counter).counter.packets' "$WORK/clear-at-down")"
    equal "$1: never did a packet leave with the tunnel's address outside of it" 0 "$(counted r inner)"
    unchanged "$1: after down the system is as before"
}
carries nft "$PATH"
on a wg-quick up "$WORK/conf/wg0.conf" >/dev/null 2>&1
check "it is nft's rules that keep the stranger away" \
    eval 'on a nft delete table ip wg-quick-wg0 && stranger_reaches'
check "and down does not miss them" on a wg-quick down "$WORK/conf/wg0.conf"
unchanged "and the system is as before"
without_nft="$(path_without nft)"
carries iptables "$without_nft"

# dies LABEL COMMAND...: the tunnel's link goes while packets flow; until down none leaves in the clear.
dies() {
    local label="$1"
    shift
    on a wg-quick up "$WORK/conf/wg0.conf" >/dev/null 2>&1
    ping_through "$label: the tunnel works" a 203.0.113.1
    flood a
    reset_counters r
    GROWN_FROM=0
    check "$label: packets flow" wait_until 5 grows tunnel
    check "$label" "$@"
    check "$label: the link has gone" wait_until 5 no_device_link
    on a ping -q -c 20 -i 0.02 -W 0.1 203.0.113.1 >/dev/null 2>&1
    on a ping -q -c 20 -i 0.02 -W 0.1 2001:db8:ff::1 >/dev/null 2>&1
    check "$label: nothing leaves in the clear" nothing_clear
    check "$label: down" on a wg-quick down "$WORK/conf/wg0.conf"
    end_flood
    unchanged "$label: after down the system is as before"
}
no_device_link() { ! on a ip link show dev wg0; }
kill_engine() { kill -KILL "$(processes a | sed -n 's/ wireguard-swift$//p')"; }
dies "the engine is killed" kill_engine
dies "the link is deleted" on a ip link delete dev wg0

# Afterwards it comes up again, without a down in between.
on a wg-quick up "$WORK/conf/wg0.conf" >/dev/null 2>&1
kill_engine
wait_until 5 no_device_link
reset_counters r
check "up works again after the engine's death" on a wg-quick up "$WORK/conf/wg0.conf"
ping_through "and carries" a 203.0.113.1
check "down" on a wg-quick down "$WORK/conf/wg0.conf"
unchanged "and the system is as before"
