#!/bin/bash
# limit: 90
# The engine's super-packets on paths that are not plain: an outer link too small for them, traffic that is forwarded at
# both ends, and a device that is down or goes away.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

engine() { processes "$1" | awk '/wireguard/ { print $1 }'; }
# ticks NAME: the CPU time of the engine on a host, in hundredths of a second.
ticks() { awk '{ print $14 + $15 }' "/proc/$(engine "$1")/stat"; }
# is_idle NAME: it uses next to none of a second.
is_idle() {
    local before
    before="$(ticks "$1")"
    sleep 1
    test "$(($(ticks "$1") - before))" -lt 10
}

# The ends of the traffic are hosts of their own: c behind a, d behind b.
host a b c d
join a b
join c a 1
join b d 2
check "an engine starts on both hosts" eval 'device a wireguard-swift && device b wireguard-swift'
check "wg sets both up" endpoints a b
for name in a b; do
    on "$name" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
done
on a wg set wg0 peer "$(<"$WORK/b.pub")" allowed-ips 10.77.0.2/32,198.51.102.0/24,2001:db8:2::/64
on b wg set wg0 peer "$(<"$WORK/a.pub")" allowed-ips 10.77.0.1/32,198.51.101.0/24,2001:db8:1::/64
on a ip route add 198.51.102.0/24 dev wg0 && on a ip route add 2001:db8:2::/64 dev wg0
on b ip route add 198.51.101.0/24 dev wg0 && on b ip route add 2001:db8:1::/64 dev wg0
on c ip route add default via 198.51.101.2 && on c ip route add default via 2001:db8:1::2
on d ip route add default via 198.51.102.1 && on d ip route add default via 2001:db8:2::1
for address in 198.51.102.2 2001:db8:2::2; do
    ping_through "a forwarded ping to $address goes through" c "$address"
    check "20 MB over forwarded TCP to $address arrive unchanged" transfer c d "$address" 20
done
check "20 MB over forwarded TCP back arrive unchanged" transfer d c 198.51.101.1 20

on a ip link set mtu 1340 dev eth-b && on b ip link set mtu 1340 dev eth-a
check "20 MB arrive unchanged over an outer link with an MTU below the tunnel's" transfer a b 10.77.0.2 20

on a ip link set down dev wg0
check "an engine whose device is down is idle" is_idle a
on a ip link set up dev wg0
on a ip route add 198.51.102.0/24 dev wg0
ping_through "it works again when the device is up" a 10.77.0.2
check "an engine with nothing to do is idle" is_idle b
on b ip link delete dev wg0
check "an engine whose device is deleted ends" wait_until 5 no_process b
