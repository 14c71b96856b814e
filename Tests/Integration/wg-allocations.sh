#!/bin/bash
# limit: 60
# What `wg` costs for each peer of a large device is counted in allocations, which no load of the machine changes: reading a
# file, sending it and showing a device take a few for each peer, and their memory does not grow with the text.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tests="$(dirname "${BASH_SOURCE[0]}")/.."
check "the allocation counter compiles" \
    "${CC:-clang}" -O2 -shared -fPIC -o "$WORK/count.so" "$tests/Checks/count-allocations.c" || exit 1
check "the engine that costs nothing compiles" \
    "${CC:-clang}" -O2 -o "$WORK/bench" "$tests/Benchmarks/wg-bench.c" || exit 1

host a
on a mkdir /run/wireguard
for peers in 1000 3000; do
    "$WORK/bench" config "$peers" >"$WORK/$peers.conf"
    "$WORK/bench" reply "$peers" >"$WORK/$peers.reply"
    on a "$WORK/bench" serve "/run/wireguard/n$peers.sock" "$WORK/$peers.reply" &
    wait_until 5 on a test -S "/run/wireguard/n$peers.sock"
done

# allocations ARGUMENT...: of one run of wg.
allocations() {
    rm -f "$WORK/count"
    on a env LD_PRELOAD="$WORK/count.so" ALLOCATION_COUNT="$WORK/count" ALLOCATION_THREADS=wg wg "$@" >"$WORK/output" &&
        od -An -t u8 "$WORK/count" | tr -d ' '
}

# per_peer FACT LIMIT COMMAND ARGUMENT...: @ in an argument, which no name of a directory has, stands for the number of peers.
per_peer() {
    local fact="$1" limit="$2" small large
    shift 2
    small="$(allocations "${@//@/1000}")" && large="$(allocations "${@//@/3000}")" || {
        not_ok "wg $*"
        return
    }
    check "$fact ($(((large - small) / 20))/100 allocations for each peer)" \
        test $(((large - small) / 20)) -le $((limit * 100)) -a "$small" -gt 0
}

per_peer "wg setconf allocates little for each peer" 3 setconf n@ "$WORK/@.conf"
per_peer "wg addconf allocates little for each peer" 3 addconf n@ "$WORK/@.conf"
per_peer "wg show dump allocates little for each peer" 3 show n@ dump
per_peer "wg show allocates little for each peer" 3 show n@
per_peer "wg showconf allocates little for each peer" 3 showconf n@
exit $((FAILURES > 0))
