#!/bin/bash
# Two network namespaces that share the run directory, and the same interface name in both: an engine in one can be steered
# by wg from the other, but wg-quick keeps its hands off what is not in its own namespace.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
twin b a
keys a b
(umask 077 && mkdir "$WORK/a" "$WORK/b")
for side in a b; do
    (umask 077 && printf '%s\n' "[Interface]" "PrivateKey = $(<"$WORK/$side.key")" "Address = 10.77.0.1/24" \
        "PostDown = echo down >$WORK/$side.down" >"$WORK/$side/wg0.conf")
done

check "up succeeds in the first namespace" on a wg-quick up "$WORK/a/wg0.conf"
equal "wg in the second one sees the engine by its socket" "$(<"$WORK/a.pub")" "$(on b wg show wg0 public-key)"
check_fails "wg-quick down in the second one does not" on b wg-quick down "$WORK/b/wg0.conf"
check "the first one's interface is still there" on a ip link show dev wg0
equal "and still has its key" "$(<"$WORK/a.pub")" "$(on a wg show wg0 public-key)"
check_fails "up in the second one fails, as the name of the socket is taken" on b wg-quick up "$WORK/b/wg0.conf"
check_fails "and it leaves no interface" on b ip link show dev wg0
equal "the first one still serves" "$(<"$WORK/a.pub")" "$(on a wg show wg0 public-key)"
on b ip link add dev wg0 type veth peer name other-end
check_fails "a link of another kind and the same name is not taken for the engine's" \
    on b wg-quick down "$WORK/b/wg0.conf"
check "that link is left alone" on b ip link show dev wg0
on b ip link delete dev wg0
check "down succeeds in the first namespace" on a wg-quick down "$WORK/a/wg0.conf"
check "its hook has run" test -s "$WORK/a.down"
check_fails "the other's hook has not" test -e "$WORK/b.down"
# The kernel acknowledges that the link has gone a moment later, to a child.
wait_until 5 no_process a
equal "nothing is left" "" "$(run_files a)$(processes a)$(processes b)"

# The tunnel's link has gone without `down`, and somebody else has made one of that name.
check "up succeeds once more" on a wg-quick up "$WORK/a/wg0.conf"
on a ip link delete dev wg0
wait_until 5 no_process a
on a ip link add dev wg0 type veth peer name other-end
check "down clears up after the tunnel that is gone" on a wg-quick down "$WORK/a/wg0.conf"
check "and leaves the other link alone" on a ip link show dev wg0
equal "nothing else is left" "" "$(run_files a)"
on a ip link delete dev wg0

# A socket that nobody listens at is removed, not believed.
on a bash -c 'mkdir -p /run/wireguard && exec -a x ncat -l -U /run/wireguard/wg0.sock' &
disown
wait_until 5 on a test -S /run/wireguard/wg0.sock
for pid in $(processes a | cut -d ' ' -f 1); do kill -KILL "$pid"; done
wait_until 5 no_process a
check_fails "wg does not answer for a stale socket" on a wg show wg0
check_fails "the stale socket is gone" on a test -e /run/wireguard/wg0.sock
check "up succeeds after it" on a wg-quick up "$WORK/a/wg0.conf"
check "down succeeds" on a wg-quick down "$WORK/a/wg0.conf"
