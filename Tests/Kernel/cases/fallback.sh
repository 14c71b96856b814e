#!/bin/bash
# limit: 240
# guest: no-module
# Without the kernel module, wg-quick up starts our engine, and down leaves nothing of it.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

check_fails "the kernel has no wireguard link type" ip link add dev probe type wireguard
host a b
join a b
quick_configs a b
network_state a >"$WORK/before"
check "wg-quick up succeeds on the first host" on a wg-quick up "$WORK/a/wg0.conf"
check "wg-quick up succeeds on the second host" on b wg-quick up "$WORK/b/wg0.conf"
check "the interface is a TUN device" eval 'on a ip -d link show dev wg0 | grep -qw tun'
check "our engine serves it" eval 'processes a | grep -q " wireguard-swift$"'
ping_through "ping over IPv4 goes through" a 10.77.0.2
ping_through "ping over IPv6 goes through" a fd77::2
ping_through "ping to a routed network goes through" a 10.88.2.1
check "both sides report the handshake" eval 'handshaken a && handshaken b'
equal "the dump equals Debian's" "$(on a /usr/bin/wg show wg0 dump)" "$(on a wg show wg0 dump)"
check "wg-quick down succeeds on the first host" on a wg-quick down "$WORK/a/wg0.conf"
check "wg-quick down succeeds on the second host" on b wg-quick down "$WORK/b/wg0.conf"
check "the engines end" wait_until 5 eval 'no_device a && no_device b'
equal "links, addresses, routes and rules are as before" "$(<"$WORK/before")" "$(network_state a)"
equal "no file is left in the run directory" "" "$(run_files a)$(run_files b)"

echo 'echo "cannot start today" >&2; exit 7' >"$WORK/failing-engine"
sed -i '1i #!/bin/sh' "$WORK/failing-engine"
chmod 755 "$WORK/failing-engine"
on a env WG_QUICK_USERSPACE_IMPLEMENTATION="$WORK/failing-engine" wg-quick up "$WORK/a/wg0.conf" >"$WORK/output" 2>&1
status=$?
check "up fails when the engine fails" test "$status" -ne 0
check "up shows the engine's output" grep -q "cannot start today" "$WORK/output"
check "up shows the engine's exit status" grep -qw 7 "$WORK/output"
equal "a failed start leaves nothing" "$(<"$WORK/before")" "$(network_state a)"
