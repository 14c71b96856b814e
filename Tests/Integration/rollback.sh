#!/bin/bash
# limit: 180
# An up that fails or is interrupted at any point leaves the system as it was.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
on a ip link add dev cable type veth peer name other-end
on a ip link set up dev other-end
on a ip address add 198.51.100.1/24 dev cable
on a ip link set up dev cable
wait_until 5 settled a cable
wait_until 5 settled a other-end
keys a b
mkdir -m 700 "$WORK/conf"
state a >"$WORK/before"

# file NAME LINES...: $WORK/conf/NAME.conf: a tunnel with addresses, routes and a peer; the lines go into [Interface].
file() {
    local name="$1"
    shift
    (umask 077 && cat >"$WORK/conf/$name.conf") <<END
[Interface]
PrivateKey = $(<"$WORK/a.key")
Address = 10.77.0.1/24, fd77::1/64
$(printf '%s\n' "$@")
[Peer]
PublicKey = $(<"$WORK/b.pub")
Endpoint = 198.51.100.2:51820
AllowedIPs = 10.88.0.0/16, fd88::/48
END
}
unchanged() { check "$1" wait_until 5 same_state "$WORK/before" a || same_state "$WORK/before" a | sed 's/^/# /'; }

file r0
check "up succeeds when nothing is in the way" on a wg-quick up "$WORK/conf/r0.conf"
check "and changes the system" eval '! same_state "$WORK/before" a'
check "down succeeds" on a wg-quick down "$WORK/conf/r0.conf"
unchanged "after down the system is as before"

for stage in PreUp PostUp; do
    file r1 "$stage = exit 3"
    on a wg-quick up "$WORK/conf/r1.conf" >"$WORK/output" 2>&1
    equal "a failing $stage command gives up its exit status" 3 "$?"
    unchanged "a failing $stage command leaves nothing"
done

# The address is taken, or the route is there already: operations in the middle of the plan fail.
file r2 "Address = 10.77.0.1/24"
check_fails "an address given twice fails" on a wg-quick up "$WORK/conf/r2.conf"
unchanged "an address that cannot be added leaves nothing"
file r3 "MTU = 100000"
check_fails "an MTU that the link does not take fails" on a wg-quick up "$WORK/conf/r3.conf"
unchanged "an MTU that cannot be set leaves nothing"
file r4 "PostUp = ip route add 10.99.0.0/16 dev %i" "PostUp = false"
check_fails "a second hook that fails, fails up" on a wg-quick up "$WORK/conf/r4.conf"
unchanged "what the first hook did to the link goes with the link"

# Ctrl-C and Ctrl-\ reach the hook and wg-quick alike, TERM wg-quick alone.
for signal in INT QUIT TERM; do
    for stage in PreUp PostUp; do
        rm -f "$WORK/waits"
        file r5 "$stage = touch $WORK/waits; exec sleep 20"
        set -m # a process group of its own, and the default action for INT
        nsenter -t "${HOST_PID[a]}" -n -m -r -- wg-quick up "$WORK/conf/r5.conf" >"$WORK/output" 2>&1 &
        pid=$!
        set +m
        check "up waits for its $stage command" wait_until 10 test -e "$WORK/waits"
        if [[ $signal == TERM ]]; then kill -TERM "$pid"; else kill "-$signal" -- "-$pid"; fi
        wait "$pid" 2>/dev/null
        status=$?
        check "up interrupted by $signal in $stage does not end well" test "$status" -ne 0
        unchanged "up interrupted by $signal in $stage leaves nothing"
    done
done

# Nobody reads what it says: a pipeline has ended, or the connection is gone. It goes on.
mkfifo "$WORK/unread"
exec 8<>"$WORK/unread" 9>"$WORK/unread" 8>&-
unread() { on a wg-quick "$@" >&9 2>&9; }
file r6 "PostDown = echo down >$WORK/hooked"
check "up succeeds though nobody reads" unread up "$WORK/conf/r6.conf"
on a ip route show dev r6 >"$WORK/routes" 2>&1
check "and the tunnel is whole" grep -q "10.88.0.0/16" "$WORK/routes"
check "down succeeds though nobody reads" unread down "$WORK/conf/r6.conf"
check "and its last hook has run" test -s "$WORK/hooked"
unchanged "and leaves nothing"
file r7 "PostUp = false"
unread up "$WORK/conf/r7.conf"
equal "up fails as ever though nobody reads" 1 "$?"
unchanged "and takes everything back"
exec 9>&-
