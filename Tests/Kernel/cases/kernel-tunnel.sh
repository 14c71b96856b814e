#!/bin/bash
# limit: 480
# Our wg-quick and wg on the kernel module's interfaces in two namespaces: handshake, ping, the same dump as Debian's wg, and
# nothing left after down.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

host a b
join a b
quick_configs a b
network_state a >"$WORK/before.a"
network_state b >"$WORK/before.b"
check "wg-quick up succeeds on the first host" on a wg-quick up "$WORK/a/wg0.conf"
check "wg-quick up succeeds on the second host" on b wg-quick up "$WORK/b/wg0.conf"
check "the interface is the kernel's" eval 'on a ip -d link show dev wg0 | grep -qw wireguard'
equal "no process serves it" "" "$(processes a)"
ping_through "ping over IPv4 goes through" a 10.77.0.2
ping_through "ping over IPv6 goes through" a fd77::2
ping_through "ping goes through from the other host" b fd77::1
ping_through "ping to a routed network goes through" a 10.88.2.1
check "both sides report the handshake" eval 'handshaken a && handshaken b'
equal "the dump equals Debian's" "$(on a /usr/bin/wg show wg0 dump)" "$(on a wg show wg0 dump)"
check_fails "up of an interface that exists is refused" on a wg-quick up "$WORK/a/wg0.conf"
ping_through "the refusal leaves the tunnel alone" a 10.77.0.2
check "wg-quick down succeeds on the first host" on a wg-quick down "$WORK/a/wg0.conf"
check "wg-quick down succeeds on the second host" on b wg-quick down "$WORK/b/wg0.conf"
equal "links, addresses, routes and rules of the first host are as before" "$(<"$WORK/before.a")" "$(network_state a)"
equal "links, addresses, routes and rules of the second host are as before" "$(<"$WORK/before.b")" "$(network_state b)"
equal "no file is left in the run directory" "" "$(run_files a)$(run_files b)"
check_fails "down of an interface that is not there fails" on a wg-quick down "$WORK/a/wg0.conf"

# Ours and Debian's wg-quick in turn: either takes down what the other brought up.
check "Debian's wg-quick brings the tunnel up" on a /usr/bin/wg-quick up "$WORK/a/wg0.conf"
check "ours takes it down" on a wg-quick down "$WORK/a/wg0.conf"
equal "and all is as before" "$(<"$WORK/before.a")" "$(network_state a)"
check "ours brings it up" on a wg-quick up "$WORK/a/wg0.conf"
check "Debian's wg-quick takes it down" on a /usr/bin/wg-quick down "$WORK/a/wg0.conf"
equal "and all is as before once more" "$(<"$WORK/before.a")" "$(network_state a)"
check "ours brings it up after that" on a wg-quick up "$WORK/a/wg0.conf"
check "and takes it down" on a wg-quick down "$WORK/a/wg0.conf"
