#!/bin/bash
# limit: 120
# Tunnels that meet trouble after they are up: hooks that fail or hang, a file that is changed or gone, a link or an engine
# that dies, an up that was killed. down, or the next up, always gets back to the beginning.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
on a ip tuntap add dev cable mode tun
on a ip address add 198.51.100.1/24 dev cable
on a ip link set up dev cable
wait_until 5 settled a cable
keys a b
mkdir -m 700 "$WORK/conf"
state a >"$WORK/before"
conf="$WORK/conf/wg0.conf"
hooked="$WORK/hooked"

# file LINES...: a full tunnel; the lines go into [Interface].
file() {
    (umask 077 && cat >"$conf") <<END
[Interface]
PrivateKey = $(<"$WORK/a.key")
Address = 10.77.0.1/24, fd77::1/64
$(printf '%s\n' "$@")
[Peer]
PublicKey = $(<"$WORK/b.pub")
Endpoint = 198.51.100.2:51820
AllowedIPs = 0.0.0.0/0, ::/0, 10.88.0.0/16
END
}
quick() {
    : >"$hooked"
    on a wg-quick "$@" >"$WORK/output" 2>&1
}
up() { check "$1: up succeeds" quick up "$conf"; }
down() { check "$1: down succeeds" quick down "$conf"; }
as_before() { check "$1: the system is as before" wait_until 5 same_state "$WORK/before" a || same_state "$WORK/before" a | sed 's/^/# /'; }
hooks() { equal "$1: the hooks that ran" "$2" "$(paste -sd' ' "$hooked")"; }
engine() { processes a | sed -n 's/ wireguard-swift$//p'; }
no_way_out() { ! on a ip route get 203.0.113.1 && ! on a ip -6 route get 2001:db8:99::1; }
log() { printf '%s = echo %s >>%s\n' "$1" "$1" "$hooked"; }
mapfile -t logs < <(log PreUp; log PostUp; log PreDown; log PostDown)

file "${logs[@]}"
up "a tunnel"
state a >"$WORK/up"
check_fails "a second up is refused" quick up "$conf"
check "and changes nothing" wait_until 5 same_state "$WORK/up" a
down "a tunnel"
as_before "a tunnel"

# One of many routes is there already, over another link.
many="$(for n in {1..200}; do printf '10.66.%d.0/24, ' "$n"; done)"
file "Table = main"
sed -i "s|^AllowedIPs.*|AllowedIPs = ${many}10.88.0.0/16|" "$conf"
on a ip route add 10.66.101.0/24 dev cable
state a >"$WORK/with"
check_fails "a route that is there already fails" quick up "$conf"
check "the message names it" grep -q 'route add 10.66.101.0/24 dev wg0.: File exists' "$WORK/output"
check "and nothing is left" wait_until 5 same_state "$WORK/with" a
on a ip route delete 10.66.101.0/24 dev cable
up "many routes"
equal "many routes: all are there" 201 "$(on a ip route show dev wg0 scope link proto boot | wc -l)"
down "many routes"
as_before "many routes"

for stage in PreUp PostUp; do
    # In the middle: what comes before it has run, what comes after it has not.
    file "${logs[@]}" "$stage = exit 7" "$(log "$stage")"
    quick up "$conf"
    equal "a failing $stage hook: its status" 7 "$?"
    as_before "a failing $stage hook"
    case $stage in
    PreUp) hooks "a failing PreUp hook" "PreUp PostDown" ;;
    PostUp) hooks "a failing PostUp hook" "PreUp PostUp PreDown PostDown" ;;
    esac
done
file "${logs[@]}" "PostUp = false" "PreDown = false" "$(log PreDown)" "PostDown = false" "$(log PostDown)"
check_fails "a rollback with failing hooks: up fails" quick up "$conf"
as_before "a rollback with failing hooks"
hooks "a rollback with failing hooks" "PreUp PostUp PreDown PreDown PostDown PostDown"

file "PreDown = exit 5"
up "a failing PreDown hook"
state a >"$WORK/up"
quick down "$conf"
equal "a failing PreDown hook: its status" 5 "$?"
check "a failing PreDown hook leaves the tunnel up" wait_until 5 same_state "$WORK/up" a
# The record has the hook, so the file can't help.
file "PreDown = true"
check_fails "a failing PreDown hook counts as it was at up" quick down "$conf"
on a ip link delete dev wg0
check_fails "and keeps what is left of the tunnel, too" quick down "$conf"
on a find /run/wireguard -name 'wg0.*.quick' -exec sed -i 's/^pre-down=.*/pre-down=true/' {} +
down "with a hook that does not fail"
as_before "with a hook that does not fail"

file "PostDown = exit 6"
up "a failing PostDown hook"
quick down "$conf"
equal "a failing PostDown hook: its status" 6 "$?"
as_before "a failing PostDown hook"

file "PreDown = touch $WORK/waits; exec sleep 60"
up "a hook that hangs"
on a wg-quick down "$conf" >"$WORK/output" 2>&1 &
pid=$!
check "a hook that hangs: down waits for it" wait_until 10 test -e "$WORK/waits"
kill -TERM "$(processes a | sed -n 's/ wg-quick$//p')"
wait "$pid"
equal "a hook that hangs and is interrupted: the status tells the signal" 143 "$?"
check "a hook that hangs and is interrupted: the tunnel is still up" on a ip link show dev wg0
on a find /run/wireguard -name 'wg0.*.quick' -exec sed -i '/^pre-down=/d' {} +
down "after a hook that hung"
as_before "after a hook that hung"

file "${logs[@]}"
up "a file that is changed meanwhile"
printf '[Interface]\nPostDown = exit 9\nTable = off\n' >"$conf"
down "a file that is changed meanwhile"
hooks "a file that is changed meanwhile" "PreDown PostDown"
as_before "a file that is changed meanwhile"
file "${logs[@]}"
up "a file that is gone"
rm "$conf"
down "a file that is gone"
hooks "a file that is gone" "PreDown PostDown"
as_before "a file that is gone"

# An engine that hangs answers nobody.
file "${logs[@]}"
up "an engine that hangs"
hanging="$(engine)"
kill -STOP "$hanging"
check_fails "an engine that hangs: down says that something is left" quick down "$conf"
check "and what" grep -q "its userspace engine still runs" "$WORK/output"
hooks "an engine that hangs" "PreDown PostDown"
check_fails "the link has gone all the same" on a ip link show dev wg0
kill -CONT "$hanging"
check "once it has ended, down clears up" wait_until 10 quick down "$conf"
as_before "an engine that hangs"

file
up "a packet filter without its program"
nft="$(type -P nft)"
on a mount --bind /dev/null "$nft"
down "a packet filter without its program"
check "a packet filter without its program: a warning says so" grep -q "^\[!\].*nft' was not found" "$WORK/output"
on a umount "$nft"
on a nft flush ruleset
as_before "a packet filter without its program"

file "${logs[@]}"
for trouble in "a link that is deleted" "an engine that is killed"; do
    for way in down up; do
        up "$trouble"
        if [[ $trouble == *engine* ]]; then kill -KILL "$(engine)"; else on a ip link delete dev wg0; fi
        check "$trouble: nothing leaves in the clear" wait_until 5 no_way_out
        if [[ $way == up ]]; then
            up "after $trouble"
            hooks "after $trouble" "PreDown PostDown PreUp PostUp"
        fi
        down "after $trouble"
        hooks "after $trouble, down" "PreDown PostDown"
        as_before "$trouble, then $way"
    done
done
