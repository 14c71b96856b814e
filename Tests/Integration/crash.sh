#!/bin/bash
# A crash ends the process, and starts nothing: the Swift run-time library would look for a backtracer in the working directory.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
mkdir "$WORK/anybodys"
cd "$WORK/anybodys" || exit 1
printf '#!/bin/sh\necho "$0" >>"%s"\n' "$WORK/started" >swift-backtrace
chmod 755 swift-backtrace
export SWIFT_BACKTRACE=enable=yes,interactive=no

# crashes NAME PID: by the signal of a wild memory access, which ends it.
crashes() {
    kill -SEGV "$2"
    wait "$2"
    equal "$1: the signal ends it" $((128 + 11)) $?
    check_fails "$1: nothing in the working directory was started" test -e "$WORK/started"
    rm -f "$WORK/started"
}
catches_nothing_fatal() { [[ $((16#$(awk '$1 == "SigCgt:" { print $2 }' "/proc/$1/status") & 16#4fc)) -eq 0 ]]; }
named() { [[ $(<"/proc/$1/comm") == "$2" ]]; }

keys a
mkfifo "$WORK/never"
wg pubkey <>"$WORK/never" &
asking=$!
wait_until 10 named "$asking" wg
check "wg: no handler is left" wait_until 10 catches_nothing_fatal "$asking"
crashes wg "$asking"

on a wireguard-swift --foreground wg0 >"$WORK/log" 2>&1 &
check "the engine comes up" wait_until 10 on a wg show wg0
engine="$(processes a | sed -n 's/ wireguard-swift$//p')"
check "the engine: no handler is left" catches_nothing_fatal "$engine"
kill -SEGV "$engine"
ended() { ! kill -0 "$engine"; }
check "the engine: the signal ends it" wait_until 10 ended
check_fails "the engine: nothing in the working directory was started" test -e "$WORK/started"

# shellcheck disable=SC2016 # the variable is the hook's shell's
printf '[Interface]\nPrivateKey = %s\nPreUp = kill -SEGV $PPID\n' "$(<"$WORK/a.key")" >"$WORK/wg1.conf"
chmod 600 "$WORK/wg1.conf"
on a wg-quick up "$WORK/wg1.conf" >"$WORK/log" 2>&1
equal "wg-quick: the signal ends it" $((128 + 11)) $?
check_fails "wg-quick: nothing in the working directory was started" test -e "$WORK/started"
