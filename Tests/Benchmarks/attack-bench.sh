#!/bin/bash
# What a tunnel is worth while its engine is flooded with all that can be had without a key.
#
#   attack-bench.sh PROGRAMS [ENGINE...]    as root; PROGRAMS is the directory with the built programs (make test-programs)
#
# ENGINE is wireguard-swift (unless told) or wireguard-go; all tunnel ends are of that engine. In each row a TCP stream runs
# from host a to host b through the tunnel, while host g sends ATTACK_RATE datagrams a second (50 000) of one kind to b: in
# turn to another port, which is the yardstick, and to the engine's, ATTACK_ROUNDS times (3), ATTACK_SECONDS each (4).
# Shown are the stream's medians and what the engine keeps of the yardstick; how long a further peer, c, takes from nothing
# to its first answered ping, at the worst; sessions lost; by how much the engine's resident memory has been greater than
# before; and packets of g that were delivered into the tunnel. ATTACK_ONLY names kinds to run; nothing here fails because
# it is slow, and on a machine that is not idle the figures say little.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
programs="$(cd "${1:?usage: attack-bench.sh PROGRAMS [ENGINE...]}" && pwd)"
shift
engines=("${@:-wireguard-swift}")
export PATH="$programs:$PATH" LOG_LEVEL=silent
source "$here/../Integration/lib.sh"
set +e
rate="${ATTACK_RATE:-50000}"
seconds="${ATTACK_SECONDS:-4}"
rounds="${ATTACK_ROUNDS:-3}"
read -ra kinds <<<"${ATTACK_ONLY:-random initiations initiations-65000 initiations-mac2 replays truncated empty mix}"
generator="$programs/attack-generator"

die() { echo "attack-bench: $1" >&2; exit 1; }
victim() { processes b | sed -n "s/ wireguard-.*//p"; }
status() { sed -n "s/^$1:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$(victim)/status"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

setup() {
    flood_hosts
    for name in a b c; do device "$name" "$1" >/dev/null 2>&1 || die "$1 does not start"; done
    endpoints a b || die "the tunnel can't be set up"
    keys c
    on c wg set wg0 private-key "$WORK/c.key" && inside c 3
    capture 200 || die "the tunnel does not work, or nothing could be captured"
    on b iperf3 -s -B 10.77.0.2 >/dev/null 2>&1 &
    wait_until 5 listens b 5201 || die "iperf3 does not start"
}

# newcomer: milliseconds from nothing to c's first answer from b, or what it is to be counted as.
newcomer() {
    local time
    on b wg set wg0 peer "$(<"$WORK/c.pub")" remove
    on c wg set wg0 peer "$(<"$WORK/b.pub")" remove
    on b wg set wg0 peer "$(<"$WORK/c.pub")" allowed-ips 10.77.0.3/32
    on c wg set wg0 peer "$(<"$WORK/b.pub")" endpoint 198.51.101.2:51820 allowed-ips 10.77.0.0/24
    time="$(on c ping -n -c 1 -W 20 10.77.0.2 | sed -n 's/.*time=\([0-9]*\).*/\1/p')"
    echo "${time:-20000}"
}

# measure KIND PORT: the stream in Mbit/s while the flood runs.
measure() {
    on g "$generator" flood "$1" 198.51.102.2 "$2" "$(<"$WORK/b.pub")" "$rate" "$((seconds + 2))" "$WORK/captured" \
        >"$WORK/sent" &
    local flooding=$! streaming
    sleep 1
    on a timeout $((seconds + 20)) iperf3 -J -c 10.77.0.2 -t "$seconds" >"$WORK/stream" 2>/dev/null &
    streaming=$!
    if [[ $2 == 51820 ]]; then newcomer >>"$WORK/newcomers"; fi
    wait "$streaming"
    wait "$flooding"
    cat "$WORK/sent" >>"$WORK/floods"
    jq '(.end.sum_received.bits_per_second // 0) / 1e6 | floor' "$WORK/stream"
}

row() {
    local session before round quiet=() hit=() lost=0 base
    : >"$WORK/newcomers"
    : >"$WORK/floods"
    session="$(on a wg show wg0 latest-handshakes)"
    base="$(counted b)"
    before="$(status VmRSS)"
    echo 5 >"/proc/$(victim)/clear_refs"
    for ((round = 0; round < rounds; round++)); do
        quiet+=("$(measure "$1" 51821)")
        hit+=("$(measure "$1" 51820)")
    done
    base=$(($(counted b) - base))
    # A session that is over means a new one, or none.
    on a ping -q -c 3 -i 0.2 -W 2 10.77.0.2 >/dev/null || lost=1
    [[ $lost -eq 1 || $session == "$(on a wg show wg0 latest-handshakes)" ]] || lost=renewed
    quiet_median="$(printf '%s\n' "${quiet[@]}" | median)"
    hit_median="$(printf '%s\n' "${hit[@]}" | median)"
    printf '%-16s %-18s %8d %9s %9s %6d %% %8s ms %8s %8d KiB %9d\n' "$engine" "$1" \
        $(($(median <"$WORK/floods") / (seconds + 2))) "$quiet_median" "$hit_median" $((100 * hit_median / (quiet_median > 0 ? quiet_median : 1))) \
        "$(sort -n "$WORK/newcomers" | tail -n 1)" "$lost" $(($(status VmHWM) - before)) "$base"
}

printf '%-16s %-18s %8s %9s %9s %8s %11s %8s %12s %9s\n' engine flood sent/s yardstick "Mbit/s" kept newcomer lost \
    "memory" delivered
for engine in "${engines[@]}"; do
    setup "$engine"
    for kind in "${kinds[@]}"; do row "$kind"; done
    cleanup_hosts
done
