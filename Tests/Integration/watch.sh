#!/bin/bash
# wg watch on a terminal, through script(1), and where its output is no terminal.
# limit: 90
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
device a wireguard-swift
on a wireguard-swift wg1
keys a b
on a wg set wg0 private-key "$WORK/a.key" listen-port 7001 peer "$(<"$WORK/b.pub")" endpoint 127.0.0.1:7002 \
    allowed-ips 10.0.0.2/32
on a wg set wg1 private-key "$WORK/b.key" listen-port 7002 peer "$(<"$WORK/a.pub")" endpoint 127.0.0.1:7001 \
    allowed-ips 10.0.0.1/32
on a ip address add 10.0.0.1/24 dev wg0
on a ip link set up dev wg0
on a ip link set up dev wg1

# Lines.

columns() { awk -F '\t' '{ print NF }' "$1" | sort -u; }

on a timeout 20 wg watch --count 2 --interval 0.1 >"$WORK/lines" 2>&1
equal "two rounds of lines end by themselves" 0 $?
equal "each round has a line for each peer" 4 "$(wc -l <"$WORK/lines")"
equal "every line has nine columns" 9 "$(columns "$WORK/lines")"
equal "the first round has no rates" $'-\t-' "$(head -n 2 "$WORK/lines" | cut -f 8,9 | sort -u)"
equal "the second has" "" "$(tail -n 2 "$WORK/lines" | cut -f 8,9 | grep -e -)"
equal "the peers are those of the devices" "$(on a wg show all peers | sort)" "$(cut -f 2,3 "$WORK/lines" | sort -u)"

on a wg watch wg0 --interval 0.1 >"$WORK/lines" 2>&1 &
watching=$!
grows() { [[ $(wc -l <"$WORK/lines") -gt $1 ]]; }
wait_until 10 grows 0
on a ping -q -c 20 -i 0.1 -W 1 10.0.0.2 >/dev/null 2>&1
wait_until 10 grows 20
check "traffic shows as a rate" grep -qE $'\t[1-9][0-9]*$' "$WORK/lines"
kill -TERM "$(processes a | sed -n 's/ wg$//p')"
wait "$watching"
equal "SIGTERM ends it with status 0" 0 $?

on a bash -c 'wg watch --interval 0.1 | head -n 1 >"$1"; echo "${PIPESTATUS[0]}"' - "$WORK/lines" >"$WORK/status" 2>"$WORK/errors"
equal "a reader that goes away ends it quietly" 0 "$(cat "$WORK/status" "$WORK/errors")"

# A terminal. script(1) passes on what is written to a pipe, and keeps all that the terminal got.

# on_terminal COMMAND: begins a shell command on a terminal of 24 rows and 100 columns; type_keys types there. The command's
# own text is in the typescript, too, so what it prints to be found there is put together as it is printed.
on_terminal() {
    rm -f "$WORK/keys" "$WORK/typescript"
    mkfifo "$WORK/keys"
    # A shell's background commands ignore SIGINT unless told otherwise. The interrupt key reaches the shell on the
    # terminal as well, which without a trap may end by it.
    on a env --default-signal TERM=xterm LC_ALL=C.UTF-8 \
        script -qefc "trap : INT; stty rows 24 columns 100; $1" "$WORK/typescript" \
        <"$WORK/keys" >"$WORK/seen" 2>&1 &
    terminal=$!
    exec {keyboard}>"$WORK/keys"
}
type_keys() { printf '%b' "$1" >&"$keyboard"; }
has_ended() {
    exec {keyboard}>&-
    wait "$terminal"
}
shows() { grep -qF "$1" "$WORK/typescript"; }
count_of() { grep -oF "$1" "$WORK/typescript" | wc -l; }
is_redrawn() { test "$(count_of $'\e[H')" -gt 1; }
enter=$'\e[?1049h'
leave=$'\e[?1049l'

# ends_by FACT COMMAND...: a running watch ends by what the command does, and leaves the terminal as it was.
ends_by() {
    local fact="$1"
    shift
    on_terminal 'before=$(stty -g); wg watch --interval 0.1; echo "status $?"; test "$before" = "$(stty -g)"; echo "changed $?"'
    wait_until 10 shows 'wg1' || not_ok "$fact: it starts" "$WORK/typescript"
    check "$fact: before it the screen is drawn more than once" wait_until 10 is_redrawn
    "$@"
    has_ended
    check "$fact: the status is 0" shows "status 0"
    check "$fact: the terminal's mode is restored" shows "changed 0"
    equal "$fact: the screen is left as often as it is entered" "1 1" "$(count_of "$enter") $(count_of "$leave")"
    check "$fact: the cursor is back" grep -q "[?]25h" "$WORK/typescript"
}
signal() { kill -"$1" "$(processes a | sed -n 's/ wg$//p')"; }

ends_by "the interrupt key" type_keys '\003'
ends_by "q" type_keys 'xq'
ends_by "SIGTERM" signal TERM
ends_by "SIGHUP" signal HUP
check "the device has a header" grep -qa 'wg0.*port 7001  1 peer' "$WORK/typescript"
check "the peer has a row" grep -qaF "127.0.0.1:7002" "$WORK/typescript"
check_fails "no secret appears" grep -qaF -f "$WORK/a.key" "$WORK/typescript"

on_terminal 'set -m; wg watch wg0 --interval 0.1; echo "stopped by $?"; stty -a | grep -q " icanon"; echo "raw $?"; fg; echo "status $?"'
wait_until 10 shows 'port 7001'
type_keys '\032'
wait_until 10 shows "raw 0"
type_keys 'q'
has_ended
check "the suspend key gives the terminal back" shows "raw 0"
equal "the screen is left and entered again" "2 2" "$(count_of "$enter") $(count_of "$leave")"
check "and it goes on afterwards" shows "status 0"

on_terminal 'wg watch --interval 0.1; echo "status $?"'
wait_until 10 shows '127.0.0.1:7002'
on a ip link delete dev wg0
check "a device that vanishes is shown as gone" wait_until 10 shows 'gone for '
device a wireguard-swift
on a wg set wg0 private-key "$WORK/a.key" listen-port 7001 peer "$(<"$WORK/b.pub")" endpoint 127.0.0.9:7009
check "and shown again when it is back" wait_until 10 shows '127.0.0.9:7009'
type_keys 'q'
has_ended
check "and the watch ends as ever" shows "status 0"

on_terminal 'wg watch --count 1; echo "status $?"'
has_ended
check "after the last round its picture stays" grep -qaF "[?1049l" "$WORK/typescript"
equal "with both devices" 2 "$(sed -n '/1049l/,$p' "$WORK/typescript" | grep -caE 'wg[01].*port')"

on a ip link delete dev wg0
on a ip link delete dev wg1
