#!/bin/bash
# limit: 120
# Two engines under all that a long life brings, at a time: traffic both ways, renewed sessions, an end that moves every
# second, clients that read and set, peers that come and go. No session is lost, and neither memory nor descriptors grow.
#
# SOAK_SECONDS (12) is how long, SOAK_ENGINE the engine: here one with a clock that runs 30 times as fast, so that sessions
# are renewed; `make soak` takes half an hour and the one that is shipped.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
seconds="${SOAK_SECONDS:-12}"
engine="${SOAK_ENGINE:-engine-with-test-clock 30}"
# A minute of a long one is for everything to have happened once.
warm=$((seconds < 180 ? seconds / 3 : 60))
most=$((seconds < 180 ? 4096 : 1024))

engine_of() { processes "$1" | awk '/wireguard|engine-with/ { print $1 }'; }
resident() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }
descriptors() { find "/proc/$1/fd" -mindepth 1 | wc -l; }
handshake() { on "$1" wg show wg0 latest-handshakes | awk -v key="$(<"$WORK/$2.pub")" '$1 == key { print $2 }'; }

# strangers: settings for so many peers that nobody is behind.
strangers() {
    local number
    for ((number = 0; number < $1; number++)); do
        printf '[Peer]\nPublicKey = %s\nAllowedIPs = 10.88.%d.0/24\nEndpoint = 198.51.100.9:9\n' \
            "$(wg genkey | wg pubkey)" "$number"
    done
}

# poll NAME: a client that reads all the time.
poll() {
    until [[ -e $WORK/over ]]; do
        on "$1" wg show wg0 dump >/dev/null || echo "a client of $1 was refused" >>"$WORK/trouble"
        sleep 0.1
    done
}

# turn NUMBER: what happens every second.
turn() {
    local key
    on a wg set wg0 listen-port $((51820 + $1 % 7)) || echo "the port is not changed" >>"$WORK/trouble"
    on b wg addconf wg0 "$WORK/strangers" || echo "no peers are added" >>"$WORK/trouble"
    if (($1 % 2)); then
        on b wg syncconf wg0 "$WORK/b.conf" || echo "the device is not set as before" >>"$WORK/trouble"
    else
        for key in $(sed -n 's/^PublicKey = //p' "$WORK/strangers"); do printf 'peer %s remove ' "$key"; done >"$WORK/removal"
        # shellcheck disable=SC2046 # words
        on b wg set wg0 $(<"$WORK/removal") || echo "the peers are not removed" >>"$WORK/trouble"
    fi
    handshake b a >>"$WORK/handshakes"
    echo "$(resident "$process") $(resident "$other")" >>"$WORK/memory"
}

# grown FILE COLUMN: by how many KiB memory was greater later than at the end of the warm-up.
grown() { awk -v warm="$warm" -v column="$2" 'NR <= warm { base = $column } $column - base > most { most = $column - base } END { print most + 0 }' "$1"; }

host a b
join a b
check "an engine starts" device a "$engine"
check "another engine starts" device b "$engine"
check "wg sets both up" endpoints a b
check "the tunnel works" wait_until 20 on a ping -q -c 1 -W 1 10.77.0.2
process="$(engine_of b)"
other="$(engine_of a)"
on b wg showconf wg0 >"$WORK/b.conf"
strangers 20 >"$WORK/strangers"
before="$(descriptors "$process") $(descriptors "$other")"

on b iperf3 -s -B 10.77.0.2 >/dev/null 2>&1 &
check "a server starts" wait_until 10 listens b 5201
on a timeout $((seconds + 60)) iperf3 -J -c 10.77.0.2 --bidir -b 5M -t $((seconds + 5)) >"$WORK/stream" 2>&1 &
rest=("$!")
poll a &
rest+=("$!")
poll b &
rest+=("$!")
on a ping -q -n -i 0.2 -c $((seconds * 5)) -W 5 10.77.0.2 >"$WORK/ping.a" &
pings=("$!")
on b ping -q -n -i 0.2 -c $((seconds * 5)) -W 5 fd77::1 >"$WORK/ping.b" &
pings+=("$!")
start=$SECONDS
renewals() { echo $(($(sort -u "$WORK/handshakes" 2>/dev/null | wc -l) - 1)); }
# By a clock that runs fast a busy machine may need longer for a renewal.
for ((number = 0; SECONDS - start < seconds || ($(renewals) < 1 && SECONDS - start < 60); number++)); do
    turn "$number"
    on a ping -q -c 1 -W 1 10.77.0.2 >/dev/null
    sleep 1
done
wait "${pings[@]}"
: >"$WORK/over"
wait "${rest[@]}"
elapsed=$((SECONDS - start))

echo "# $number moves, $(renewals) renewals; $(sed -n 's/^\([0-9]* packets .* loss\).*/\1/p' "$WORK/ping.a" "$WORK/ping.b" | paste -sd ';')"
echo "# resident memory, KiB, at first and at last: $(sed -n '1p;$p' "$WORK/memory" | paste -sd ';')"
equal "every request is taken" "" "$(cat "$WORK/trouble" 2>/dev/null)"
check "the stream goes on to its end" jq -e '.error == null and .end.sum_received.bytes > 100000 and
    .end.sum_received_bidir_reverse.bytes > 100000' "$WORK/stream"
check "the tunnel still works" wait_until 20 on b ping -q -c 1 -W 1 10.77.0.1
check "the session has been renewed" test "$(renewals)" -ge 1
# By a clock that runs fast, every pause of a busy machine is a long one, in which sessions do end.
if [[ $engine == wireguard-swift ]]; then
    check "it has been renewed no more often than it has to be" test "$(renewals)" -le $((elapsed / 120 + 2))
    # A move costs what is under way, and what comes before the first packet from the new place.
    lost() { sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' "$1" | awk '{ print $1 - $2 }'; }
    for name in a b; do
        check "of the pings from $name no more are lost than moves cost" \
            test "$(lost "$WORK/ping.$name")" -le $((3 * number))
    done
fi
for column in 1 2; do
    check "the memory of engine $column has not grown by more than $most KiB" \
        test "$(grown "$WORK/memory" "$column")" -le "$most"
done
# Closed sockets go once nobody uses them any more.
as_before() { [[ "$(descriptors "$process") $(descriptors "$other")" == "$before" ]]; }
check "there are as many descriptors as before" wait_until 10 as_before
