#!/bin/bash
# limit: 60
# Between the headers inside and outside: marks of congestion, the class of traffic, and what the sender of a packet hears
# that can't go into the tunnel. And a port that somebody else had when the link came up.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# count HOST HOOK MATCH...: packets that match at a hook are counted from now on.
count() {
    local name="$1" hook="$2"
    shift 2
    on "$name" nft "add table inet seen; add chain inet seen $hook { type filter hook $hook priority 0; }" &&
        on "$name" nft add rule inet seen "$hook" "$@" counter
}
# counted HOST HOOK NUMBER...: what the rules of the hook have counted, in order.
counted() {
    local name="$1" hook="$2"
    shift 2
    test "$(on "$name" nft -j list chain inet seen "$hook" | jq -c '[.nftables[].rule.expr[]?.counter.packets // empty]')" \
        == "[$(IFS=,; echo "$*")]"
}
forget() { on "$1" nft delete table inet seen; }
# refuses HOST ADDRESS TEXT: a ping there is answered by an error.
refuses() {
    on "$1" ping -n -c 1 -W 10 "$2" >"$WORK/ping" 2>&1
    grep -q "$3" "$WORK/ping" || { cat "$WORK/ping"; return 1; }
}

host a b
join a b
check "an engine starts on both hosts" eval 'device a wireguard-swift && device b wireguard-swift'
check "wg sets both up" endpoints a b
for name in a b; do
    on "$name" ip route add 10.99.0.0/16 dev wg0 && on "$name" ip -6 route add fd99::/16 dev wg0
done

check "a packet for nobody's address is refused (IPv4)" refuses a 10.99.1.1 "From 10.99.1.1 .*Destination Host Unreachable"
check "a packet for nobody's address is refused (IPv6)" refuses a fd99::1 "From fd99::1 .*Address unreachable"
check "a packet for a peer that can't be found is refused" refuses b 10.77.0.1 "Destination Host Unreachable"

count a output udp dport 51820 ip dscp af41
ping_through "a ping goes through" a 10.77.0.2
check "the handshake goes out in the class that the kernel module gives it" counted a output 1
forget a

count a output udp dport 51820 ip dscp != 0
count a output udp dport 51820 ip ecn ect0
count b input iifname wg0 ip ecn ect0
check "a ping of another class goes through" on a ping -n -c 1 -W 10 -Q 0xba 10.77.0.2
check "outside it has the mark of its sender, and not its class" counted a output 0 1
check "inside it arrives with both" counted b input 1
forget a
forget b

# A router on the way is congested.
on b nft 'add table inet way; add chain inet way in { type filter hook prerouting priority -300; }'
on b nft add rule inet way in udp dport 51820 ip ecn set ce
count b input iifname wg0 ip ecn ce
count b input iifname wg0 ip6 ecn ce
check "a ping that understands marks goes through (IPv4)" on a ping -n -c 1 -W 10 -Q 2 10.77.0.2
check "a ping that understands marks goes through (IPv6)" on a ping -n -c 1 -W 10 -Q 2 fd77::2
check "and has been marked" counted b input 1 1
check_fails "one that doesn't is dropped" on a ping -n -c 1 -W 1 10.77.0.2
on b nft delete table inet way

on b ip link set down dev wg0
on b python3 -c 'import os, socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 51820))
print(os.getpid(), flush=True)
time.sleep(3600)' >"$WORK/bound" &
wait_until 10 test -s "$WORK/bound"
on b ip link set up dev wg0
check "a link whose port is taken comes up without it" eval '[[ -z $(on b ss -Hlun6 | grep :51820) ]]'
kill "$(<"$WORK/bound")" && wait $!
check "and has it once it is free" wait_until 30 eval 'on b ss -Hlun6 | grep -q :51820'
ping_through "the tunnel works again" b 10.77.0.1
