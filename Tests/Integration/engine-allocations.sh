#!/bin/bash
# limit: 60
# The engine's data plane allocates nothing for packets: counted in both engines over more than 10 000 of them. One has
# workers, which seal and open them all.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

shim="$WORK/count-allocations.so"
check "the allocation counter compiles" \
    "${CC:-clang}" -O2 -shared -fPIC -o "$shim" "$(dirname "${BASH_SOURCE[0]}")/../Checks/count-allocations.c" || exit 1

# A thread is counted by its name, which a program has from its file.
ln -s "$(command -v ls)" "$WORK/wg-probe"
env LD_PRELOAD="$shim" ALLOCATION_COUNT="$WORK/count.probe" "$WORK/wg-probe" / >/dev/null

allocations() { od -An -t u8 "$WORK/count.$1" | tr -d ' '; }
packets() { on "$1" cat /sys/class/net/wg0/statistics/rx_packets; }

# load: pings of two sizes, and TCP both ways.
load() {
    on a ping -q -f -c 6000 10.77.0.2 && on b ping -q -f -c 6000 -s 1300 10.77.0.1 &&
        transfer a b 10.77.0.2 10 && transfer b a 10.77.0.1 10
}

check "the counter counts" test "$(allocations probe)" -gt 0

host a b
join a b
declare -A engines=([a]="wireguard-swift --no-sandbox" [b]="engine-with-test-clock --no-sandbox --workers 2 1")
for name in a b; do
    check "an engine with a counter starts on $name" \
        device "$name" "env LD_PRELOAD=$shim ALLOCATION_COUNT=$WORK/count.$name ${engines[$name]}"
done
check "wg sets both up" endpoints a b
check "a first load goes through" load
before="$(allocations a) $(allocations b)"
first="$(packets a)"
check "a second load goes through" load
check "the second load is more than 10000 packets" test "$(($(packets a) - first))" -gt 10000
equal "no thread of the data plane has allocated meanwhile" "$before" "$(allocations a) $(allocations b)"
