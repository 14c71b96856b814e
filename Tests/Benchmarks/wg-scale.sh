#!/bin/bash
# What `wg` costs beside the stock tool: time and memory on large devices, start-up on small ones.
#
#   wg-scale.sh PROGRAMS [STOCK]      as root; PROGRAMS is the directory with the built programs
#
# Both programs run in turn, A B A B, so that whatever else the machine does meets both; medians are shown. The engine is
# one that costs nothing, so that the figures are the tool's own; with wireguard-go the whole is measured too. Nothing here
# fails because it is slow: a machine's load is no fact about the program. What must not grow is counted in
# Tests/Integration/wg-allocations.sh.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
programs="$(cd "${1:?usage: wg-scale.sh PROGRAMS [STOCK]}" && pwd)"
stock="${2:-/usr/bin/wg}"
peers="${WG_BENCH_PEERS:-20000}"
rounds="${WG_BENCH_ROUNDS:-11}"

if [[ ${WG_BENCH_INSIDE:-} != yes ]]; then
    # The sockets of engines lie in the run directory: one of our own, with a network of our own.
    WG_BENCH_INSIDE=yes exec unshare --net --mount --propagation private -- "$0" "$programs" "$stock"
fi
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/wireguard /run/bench
cd /run/bench
engines=()
# shellcheck disable=SC2317 # the trap calls it
stop() { for pid in "${engines[@]}"; do kill "$pid" 2>/dev/null || true; done; }
trap stop EXIT

"${CC:-clang}" -O2 -Wall -Wextra -o bench "$here/wg-bench.c"
./bench config "$peers" >large.conf
head -n -3 large.conf >other.conf
./bench reply "$peers" >large.reply
./bench reply 3 >small.reply
./bench reply 1 130000 >ips.reply
./bench reply 1 65000 >half.reply
"$stock" genkey >key

serve() {
    ./bench serve "/run/wireguard/$1.sock" "$2" &
    engines+=($!)
    until [[ -S /run/wireguard/$1.sock ]]; do sleep 0.01; done
}
for name in large small ips half; do serve "$name" "$name.reply"; done

# row ROUNDS ARGUMENT...: one line of the table.
row() {
    local count="$1" title
    shift
    title="$*"
    printf '%-34s' "${title//\/run\/bench\//}"
    ./bench compare "$count" "$input" "$programs/wg" "$stock" "$@"
}

printf '%-34s %29s %29s\n' "" "ours" "stock"
printf '%-34s%s%s\n' "an engine that costs nothing" "   wall ms    cpu ms       KiB" "   wall ms    cpu ms       KiB"
input=/dev/null
for command in setconf addconf syncconf; do
    "$programs/wg" "$command" large large.conf 2>/dev/null || continue
    row "$rounds" "$command" large large.conf
done
for field in dump allowed-ips transfer; do row "$rounds" show large "$field"; done
row "$rounds" show large
row "$rounds" showconf large
row "$rounds" show half dump
row "$rounds" show ips dump
row 301 genkey
input=key row 301 pubkey
row 301 show small
row 301 show small dump

if [[ -n ${WG_BENCH_ENGINE:-} ]]; then
    echo "wireguard-go with $peers peers"
    # All peers in one request: the stock tool and ours write the same.
    LOG_LEVEL=silent WG_PROCESS_FOREGROUND=1 wireguard-go -f real >/dev/null 2>&1 &
    engines+=($!)
    until [[ -S /run/wireguard/real.sock ]]; do sleep 0.05; done
    "$stock" setconf real large.conf
    row 5 setconf real large.conf
    row 5 addconf real large.conf
    row 5 show real dump
    row 5 showconf real
fi
