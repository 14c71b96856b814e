#!/bin/bash
# limit: 240
# beside: yes
# Our engine and Debian's wireguard-go over the two minutes after which a session is renewed: no ping is lost, and handshakes
# are no more than that takes. Each cell is a pair of hosts, and all of them run side by side. CELLS=all takes every cell,
# CELLS=kernel those with the kernel module, in a guest that has it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# INITIATOR RESPONDER FAMILY PSK
cells=("wireguard-swift wireguard-go 4 -" "wireguard-go wireguard-swift 6 psk")
if [[ ${CELLS:-} == kernel ]]; then
    cells=("wireguard-swift kernel 4 -" "kernel wireguard-swift 6 -" "wireguard-swift kernel 6 psk" "kernel wireguard-swift 4 psk")
elif [[ ${CELLS:-} == all ]]; then
    cells=()
    for pair in "wireguard-swift wireguard-go" "wireguard-go wireguard-swift" "wireguard-swift wireguard-swift"; do
        for family in 4 6; do
            for psk in - psk; do cells+=("$pair $family $psk"); done
        done
    done
fi

# A slow machine takes longer for the pings, and one of the renewals may be both sides'.
is_renewed() { local count; count="$(grep -c '[1-9]' "$WORK/renewals.$1")"; [[ $count -ge 2 && $count -le $((2 + SECONDS / 120)) ]]; }
newest() { on "$1" wg show wg0 latest-handshakes | cut -f 2; }

# renewals A: the times of the last handshake, each once, until the file `over` is there.
renewals() {
    until [[ -e $WORK/over ]]; do
        newest "$1"
        sleep 1
    done | uniq
}

# start NUMBER INITIATOR RESPONDER FAMILY PSK: a cell whose pings go on in the background.
start() {
    local a="a$1" b="b$1" name="$2 to $3 over IPv$4${5/psk/ with a preshared key}"
    [[ $5 == psk ]] || name="$2 to $3 over IPv$4"
    names+=("$name")
    host "$a" "$b"
    join "$a" "$b"
    check "both engines start ($name)" eval "device $a $2 && device $b $3" || return
    WITH_PSK="${5#-}" check "wg sets both up ($name)" endpoints "$a" "$b" "$4"
    check "the tunnel works ($name)" wait_until 20 on "$a" ping -q -c 1 -W 2 10.77.0.2
    on "$a" ping -q -n -i 0.5 -c 280 -W 10 10.77.0.2 >"$WORK/ping.$1" &
    pings+=("$!")
    renewals "$a" >"$WORK/renewals.$1" &
    watchers+=("$!")
}

names=()
pings=()
watchers=()
# shellcheck disable=SC2086 # four words
for number in "${!cells[@]}"; do start "$number" ${cells[number]}; done
wait "${pings[@]}"
: >"$WORK/over"
wait "${watchers[@]}"
for number in "${!cells[@]}"; do
    check "no ping is lost (${names[number]})" grep -q '280 packets transmitted, 280 received' "$WORK/ping.$number"
    check "the session is renewed, and not all the time (${names[number]})" is_renewed "$number"
    check "the responder has the new session, too (${names[number]})" \
        test "$(newest "b$number")" -ge "$(tail -n 1 "$WORK/renewals.$number")"
done
