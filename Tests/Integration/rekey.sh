#!/bin/bash
# limit: 90
# Two engines whose clock runs 30 times as fast, so that a session is renewed every 4 s: no ping is lost over 3 renewals.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# renewals: watches the time of the last handshake, and prints each new one, until the file `over` is there.
renewals() {
    local last="" now
    until [[ -e $WORK/over ]]; do
        now="$(on a wg show wg0 latest-handshakes | cut -f 2)"
        [[ $now == "$last" ]] || echo "$now"
        last="$now"
        sleep 0.2
    done
}

host a b
join a b
check "both engines start" eval 'device a "engine-with-test-clock 30" && device b "engine-with-test-clock 30"'
check "wg sets both up" endpoints a b
ping_through "the tunnel works" a 10.77.0.2
renewals >"$WORK/renewals" &
watcher=$!
on a ping -q -i 0.05 -c 340 -W 5 10.77.0.2 >"$WORK/ping" 2>&1
: >"$WORK/over"
wait "$watcher"
count=$(($(grep -c '[1-9]' "$WORK/renewals") - 1))
echo "# $count renewals: $(sed -n 's/^\([0-9]* packets .* loss\).*/\1/p' "$WORK/ping")"
if [[ $count -ge 3 ]]; then ok "the session is renewed at least 3 times"; else not_ok "the session is renewed at least 3 times" "$WORK/renewals"; fi
check "no ping is lost" grep -qE '340 packets transmitted, 340 received' "$WORK/ping"
