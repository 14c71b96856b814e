#!/bin/bash
# The same interface name in two network namespaces that share the run directory, on the kernel module: each has its own
# record, and a link of the kernel's in this namespace wins over an engine's socket.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

host a
twin b a
twin c a
keys a b c
(umask 077 && mkdir "$WORK/a" "$WORK/b")
for side in a b; do
    (umask 077 && printf '%s\n' "[Interface]" "PrivateKey = $(<"$WORK/$side.key")" "Address = 10.77.0.1/24" \
        "PostDown = echo down >$WORK/$side.down" >"$WORK/$side/wg0.conf")
done
check "up succeeds in the first namespace" on a wg-quick up "$WORK/a/wg0.conf"
check "up succeeds in the second namespace" on b wg-quick up "$WORK/b/wg0.conf"
equal "wg shows the first one's key in the first" "$(<"$WORK/a.pub")" "$(on a wg show wg0 public-key)"
equal "wg shows the second one's key in the second" "$(<"$WORK/b.pub")" "$(on b wg show wg0 public-key)"
on c wireguard-swift wg0
on c wg set wg0 private-key "$WORK/c.key"
equal "wg steers an engine of that name in a third one" "$(<"$WORK/c.pub")" "$(on c wg show wg0 public-key)"
equal "the kernel's link wins over its socket" "$(<"$WORK/a.pub")" "$(on a wg show wg0 public-key)"
check "down in the first namespace succeeds" on a wg-quick down "$WORK/a/wg0.conf"
check "its own hook has run" test -s "$WORK/a.down"
check_fails "the second one's hook has not" test -e "$WORK/b.down"
check "the second one's interface is still there" on b ip link show dev wg0
check "the engine still serves" on c wg show wg0
check "down in the second namespace succeeds" on b wg-quick down "$WORK/b/wg0.conf"
check "its hook has run" test -s "$WORK/b.down"
