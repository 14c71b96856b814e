#!/bin/bash
# limit: 60
# Containers and other odd hosts: full tunnels where settings can't be written, without IPv6, without nft, without any
# packet filter, without bash. They work, or say in one line what is left out; but nothing that is for the tunnel goes beside it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/tunnel-lab.sh"

tunnel_lab
server r 0
client_config "$WORK/conf/wg0.conf" 0 r 192.0.2.1 "PostUp = test -n up" "PostDown = test -n down"

# works LABEL FAMILIES PATTERN PATH: up and down, and what is said beside the trace and the engine's start is as the
# pattern has it, in one line at most.
works() {
    local family said
    state a >"$WORK/before"
    on a env PATH="$4" wg-quick up "$WORK/conf/wg0.conf" 2>"$WORK/said"
    equal "$1: up" 0 "$?" || sed 's/^/# /' "$WORK/said"
    said="$(grep -v -e '^\[#\]' -e 'Falling back' "$WORK/said")"
    check "$1: one line at most is said" test "$(grep -c . <<<"$said")" -le 1
    # shellcheck disable=SC2053 # a pattern
    if [[ $said == $3 ]]; then ok "$1: it says what is left out"; else not_ok "$1: it says '$said'"; fi
    reset_counters r
    for family in $2; do
        case "$family" in
        4) ping_through "$1: IPv4 goes through" a 203.0.113.1 ;;
        6) ping_through "$1: IPv6 goes through" a 2001:db8:ff::1 ;;
        esac
    done
    equal "$1: nothing goes in the clear" "0 0" "$(counted r clear) $(counted r inner)"
    check "$1: down" on a env PATH="$4" wg-quick down "$WORK/conf/wg0.conf"
    check "$1: the system is as before" wait_until 5 same_state "$WORK/before" a ||
        same_state "$WORK/before" a | sed 's/^/# /'
}

works "without nft" "4 6" "" "$(path_without nft)"
works "without a packet filter" "4 6" "*nft*iptables*" \
    "$(path_without nft 'iptables*' 'ip6tables*' 'xtables*' 'ip*tables-*')"
works "without bash" "4 6" "" "$(path_without bash)"

on a sysctl -qw net.ipv4.conf.all.src_valid_mark=1
on a mount --bind /proc/sys /proc/sys
on a mount -o remount,ro,bind /proc/sys
check_fails "settings can't be written" on a sysctl -qw net.ipv4.conf.all.src_valid_mark=0
works "with settings that can't be written, but are right" "4 6" "" "$PATH"
on a umount /proc/sys

# refused LABEL: up fails with a word about IPv6, and leaves nothing.
refused() {
    state a >"$WORK/before"
    check_fails "$1: up" eval 'on a wg-quick up "$WORK/conf/wg0.conf" 2>"$WORK/said"'
    check "$1: it says why" grep "has no IPv6 here, and other interfaces have" "$WORK/said"
    check "$1: the system is as before" wait_until 5 same_state "$WORK/before" a ||
        same_state "$WORK/before" a | sed 's/^/# /'
}
allowed() { sed -i "s|^AllowedIPs.*|AllowedIPs = $1|" "$WORK/conf/wg0.conf"; }

on a sysctl -qw net.ipv6.conf.default.disable_ipv6=1
refused "without IPv6 for new links only"
allowed "0.0.0.0/0, 2001:db8:ff::/64"
refused "without IPv6 for new links only, a part of it by the tunnel"
allowed "0.0.0.0/0"
works "without IPv6 for new links only, and none by the tunnel" 4 "*left out: fd77*" "$PATH"
on a sysctl -qw net.ipv6.conf.default.disable_ipv6=0
allowed "0.0.0.0/0, ::/0"
sed -i "/^Address/a MTU = 1279" "$WORK/conf/wg0.conf"
refused "an MTU that is too small for IPv6"
sed -i /^MTU/d "$WORK/conf/wg0.conf"

on a sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
works "without IPv6" 4 "*IPv6*" "$PATH"
