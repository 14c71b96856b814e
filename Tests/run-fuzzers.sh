#!/bin/bash
# Builds the fuzzers and runs them, each for so many seconds, two at a time.
# Usage: run-fuzzers.sh SECONDS [NAME...], with names of directories in Tests/Fuzz; all of them without a name.
#
# A finding fails the run, and the input that shows it is left in $BUILD/findings. What else they learn is thrown away:
# they start from the seeds.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
seconds="${1:?usage: run-fuzzers.sh SECONDS [NAME...]}"
shift
build="${BUILD:-.build}"
swift="${SWIFT:-swift}"
readonly AT_A_TIME=2
if [[ $# -gt 0 ]]; then names=("$@"); else names=(Aead Config DNS Engine Netlink UAPI Values); fi
scratch="$build/fuzz"
findings="$build/findings"
mkdir -p "$scratch" "$findings"
work="$(mktemp -d)"
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT
failures=0

# Swift's compiler heeds the last -sanitize alone, and SwiftPM gives it one for each, in any order; it has C alone tell the
# fuzzers which way an input went.
for name in "${names[@]}"; do
    if ! WIREGUARD_FUZZ=1 "$swift" build -c release --scratch-path "$scratch" --sanitize fuzzer --sanitize address \
        -Xswiftc -enable-testing -Xswiftc -sanitize=fuzzer,address \
        -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp \
        --product "${name}Fuzzer" >"$work/build" 2>&1; then
        echo "not ok - the fuzzer $name is built"
        grep -E 'error|warning' "$work/build" | head -n 20 | sed 's/^/# /'
        exit 1
    fi
done
echo "# built in $SECONDS s"

# Every module of ours tells of its branches, and has its memory watched.
for module in "$scratch"/release/WG*.build; do
    objects=("$module"/*.o)
    [[ -e ${objects[0]} ]] || continue
    for symbol in __sancov_gen_ __asan_report_load; do
        nm "${objects[@]}" | grep "$symbol" >"$work/symbols" && continue
        echo "not ok - $(basename "$module" .build) is built for fuzzing, with $symbol"
        exit 1
    done
done

# fuzz NAME: a failure leaves its input behind. An input may take long on a busy machine, but not for ever.
fuzz() {
    mkdir "$work/$1"
    SWIFT_BACKTRACE=enable=no "$scratch/release/$1Fuzzer" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$findings/$1-" "$work/$1" "Tests/Fuzz/$1/Seeds" >"$work/$1.log" 2>&1
    echo $? >"$work/$1.status"
}

for name in "${names[@]}"; do
    while [[ $(jobs -pr | wc -l) -ge $AT_A_TIME ]]; do wait -n; done
    fuzz "$name" &
done
wait
for name in "${names[@]}"; do
    runs="$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name.log")"
    # A fuzzer that doesn't see the branches that it takes is blind.
    covered="$(sed -n 's/^#[0-9]*\tDONE *cov: \([0-9]*\) .*/\1/p' "$work/$name.log")"
    if [[ $(<"$work/$name.status") -eq 0 && ${runs:-0} -gt 0 && ${covered:-0} -gt 100 ]]; then
        echo "ok - $name: nothing found in $runs inputs, $covered edges"
    else
        echo "not ok - $name: nothing found in ${runs:-0} inputs"
        grep -vE '^(#|INFO)' "$work/$name.log" | tail -n 40 | cut -c 1-300 | sed 's/^/# /'
        failures=$((failures + 1))
    fi
done
exit $((failures > 0))
