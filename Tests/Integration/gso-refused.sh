#!/bin/bash
# limit: 240
# The engine gives the kernel many datagrams in one call (UDP_SEGMENT). A path that refuses that costs its peer the joined calls,
# not the tunnel, and other peers nothing. Here the path to b refuses, and that to c does not.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

engine="" tracer=""
is_traced() { ! grep -L 'TracerPid:[^0-9]*[1-9]' /proc/"$engine"/task/*/status | grep -q .; }
# calls ADDRESS: what the engine has sent there, a call in a line.
calls() { cat "$WORK"/calls.* | grep -E 'send(m|mm)sg\(' | grep -F "inet_addr(\"$1\")"; }
joined() { calls "$1" | grep -F SOL_UDP; }
refused() { joined "$1" | grep -F ' = -1 '; }
# count COMMAND...: the lines of its output.
count() { "$@" | wc -l; }

# trace WAY: from now on what the engine of a sends is noted.
trace() {
    engine="$(processes a | awk '/wireguard/ { print $1 }')"
    strace -ff -p "$engine" -e trace=sendmsg,sendmmsg -s 0 -o "$WORK/calls" 2>/dev/null &
    tracer=$!
    check "$1: the engine's calls can be seen" wait_until 10 is_traced
}
untrace() {
    kill "$tracer"
    wait "$tracer"
}

# one_path_refuses WAY ERRNO: b and c get the same, and only for b is it sent one by one.
one_path_refuses() {
    trace "$1" || return
    check "$1: what b is sent arrives unchanged" transfer a b 10.77.0.2 3
    check "$1: what c is sent arrives unchanged" transfer a c 10.77.0.3 3
    check "$1: what b is sent then arrives unchanged" transfer a b 10.77.0.2 1
    untrace
    check "$1: the kernel has refused to join datagrams for b" grep -qE " = -1 $2 " <(refused 198.51.100.2)
    check "$1: and is not asked again for each packet" test "$(count refused 198.51.100.2)" -le 20
    check "$1: b's datagrams are sent one by one" \
        test "$(($(count calls 198.51.100.2) - $(count joined 198.51.100.2)))" -gt 2000
    check "$1: c's are joined still" test "$(count joined 198.51.101.2)" -gt 10
    equal "$1: and none is refused" "" "$(refused 198.51.101.2)"
    rm "$WORK"/calls.*
}

host a b c
join a b 0
join a c 1
check "an engine starts on each host" eval 'device a wireguard-swift && device b wireguard-swift && device c wireguard-swift'
keys a b c
on a wg set wg0 private-key "$WORK/a.key" \
    peer "$(<"$WORK/b.pub")" endpoint 198.51.100.2:51820 allowed-ips 10.77.0.2/32 \
    peer "$(<"$WORK/c.pub")" endpoint 198.51.101.2:51820 allowed-ips 10.77.0.3/32
for name in b c; do
    on "$name" wg set wg0 private-key "$WORK/$name.key" listen-port 51820 peer "$(<"$WORK/a.pub")" allowed-ips 10.77.0.1/32
done
inside b 2 && inside c 3 && inside a 1
for address in 10.77.0.2 10.77.0.3; do
    check "the tunnel to $address works" wait_until 20 on a ping -q -c 1 -W 2 "$address"
done

# Newer kernels compute the checksums themselves where the link does not.
if kernel_at_least 6 11; then
    on a ip route add 198.51.100.2/32 dev eth-b mtu 1340
    one_path_refuses "a path with an MTU below the tunnel's" EMSGSIZE
else
    on a ethtool -K eth-b tx off >/dev/null
    one_path_refuses "a link that computes no checksums" EIO
fi
