#!/bin/bash
# The unit tests under AddressSanitizer, and the engine's three threads under ThreadSanitizer in real tunnels.
# Usage: run-sanitizers.sh PROGRAMS, the directory with the release build of wg and wg-quick.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
programs="$(cd "${1:?usage: run-sanitizers.sh PROGRAMS}" && pwd)" || exit 2
build="${BUILD:-.build}"
swift="${SWIFT:-swift}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failures=0

# check FACT COMMAND...: the fact holds when the command succeeds; the end of its output is shown when it does not.
check() {
    local fact="$1"
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok - $fact"
    else
        echo "not ok - $fact"
        tail -n 60 "$work/log" | cut -c 1-300 | sed 's/^/# /'
        failures=$((failures + 1))
    fi
}

# no_race: the sanitizer writes a file for each process in which it finds something.
no_race() { ! cat "$work"/race.* 2>/dev/null; }

# The test runner itself never frees two small blocks, so leaks are not looked for.
check "the unit tests pass under AddressSanitizer" env ASAN_OPTIONS=detect_leaks=0 \
    "$swift" test --scratch-path "$build/address-sanitizer" --sanitize address

threads="$build/thread-sanitizer"
mkdir "$work/programs"
cp "$programs/wg" "$programs/wg-quick" "$work/programs/"
for engine in wireguard-swift engine-with-test-clock; do
    check "$engine is built with ThreadSanitizer" env WIREGUARD_EXTRA_TARGETS=1 \
        "$swift" build --scratch-path "$threads" --sanitize thread --product "$engine"
    # The sanitizer needs system calls that the engine does not.
    printf '#!/bin/sh\nexec "%s" --no-sandbox "$@"\n' "$(realpath "$threads/debug/$engine")" >"$work/programs/$engine"
    chmod +x "$work/programs/$engine"
done
# One after the other, as the sanitizer does not understand the locks of Swift's own library.
loops="Worker|OutboundTurnTests|DataPlaneTests|InboundTests|PairedEnginesTests|HandshakeGate|KernelGate"
check "the tests of the data plane pass under ThreadSanitizer, with workers" \
    env TSAN_OPTIONS="log_path=$work/race" WIREGUARD_TEST_WORKERS=2 \
    "$swift" test --scratch-path "$threads" --sanitize thread --no-parallel --filter "$loops"
for case in two-engines engine-workers engine-end engine-control-changes engine-paths engine-soak rekey wireguard-go; do
    check "the case $case passes under ThreadSanitizer" env TSAN_OPTIONS="log_path=$work/race" LIMIT_FACTOR=3 \
        Tests/run-cases.sh namespaces "$work/programs" "Tests/Integration/$case.sh"
done
check "ThreadSanitizer has found no race" no_race
exit $((failures > 0))
