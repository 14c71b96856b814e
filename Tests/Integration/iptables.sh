#!/bin/bash
# limit: 90
# Two full tunnels at once where there is no nft, and iptables is the old one: each carries, has rules and a mark of its own,
# and keeps them when the other ends.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/tunnel-lab.sh"

tunnel_lab
count_outer s eth-r
server r 0
server s 1
client_config "$WORK/conf/wg0.conf" 0 r 192.0.2.1
client_config "$WORK/conf/wg1.conf" 1 s 192.0.2.2
path="$(path_without nft 'iptables*' 'ip6tables*')"
tools="${path#*:}"
quick() { on a env PATH="$path" wg-quick "$1" "$WORK/conf/$2.conf"; }
# filter: all rules of both families.
filter() { for tables in iptables ip6tables; do on a "$tools/$tables-save" | grep '^-A'; done; }
of_tunnel() { filter | grep "rule for $1\""; }
carries() {
    check "$1 carries IPv4" on a ping -q -c 2 -i 0.1 -W 2 -I "$1" 203.0.113.1
    check "$1 carries IPv6" on a ping -q -c 2 -i 0.1 -W 2 -I "$1" 2001:db8:ff::1
}

for tables in iptables ip6tables; do
    for part in "" -save -restore; do ln -s /usr/sbin/xtables-legacy-multi "$tools/$tables$part"; done
done
# Its lock file stays.
on a touch /run/xtables.lock
state a >"$WORK/before"
check "the first comes up" quick up wg0
check "the second comes up" quick up wg1
equal "nothing is left to do" "status 0 status 0" "$(for name in wg0 wg1; do
    quick plan "$name" 2>&1
    echo "status $?"
done | paste -sd' ')"
equal "their marks differ" "0xca6c 0xca6d" "$(on a wg show wg0 fwmark) $(on a wg show wg1 fwmark)"
check "the second's answers get its own mark only" \
    eval 'of_tunnel wg1 | grep -q -- "--mark 0xca6d" && [[ -z $(of_tunnel wg1 | grep 0xca6c) ]]'
reset_counters r
reset_counters s
for name in wg0 wg1; do carries "$name"; done
equal "neither goes through the other" "0 0" "$(counted r looped) $(counted s looped)"
of_tunnel wg1 >"$WORK/rules"
check "the end of the first" quick down wg0
equal "the rules of the second are as they were, and no others" "$(<"$WORK/rules")" "$(filter)"
carries wg1
ping_through "what does not choose its way is answered" a 203.0.113.1
equal "nothing left in the clear" "0 0" "$(counted r clear) $(counted r inner)"
check "the end of the second" quick down wg1
equal "no rule is left" "" "$(filter)"
check "the system is as before" wait_until 5 same_state "$WORK/before" a ||
    same_state "$WORK/before" a | sed 's/^/# /'
