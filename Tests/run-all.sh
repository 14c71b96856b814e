#!/bin/bash
# All of the project's tests, as `make test` runs them: lint, unit tests, the library's documentation, checks on the built
# programs, cases in network namespaces, fuzzers, cases in the QEMU guests. Each stage runs whatever became of the one
# before. The last line is the total, which is also left in $BUILD/test-total.
#
# The emulated guests and the fuzzers take whatever processors there are; most of the other stages wait, or have one process.
# So they run behind these in the queue, and what they said is shown in its turn.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
build="${BUILD:-.build}"
make="${MAKE:-make}"
swift="${SWIFT:-swift}"
mkdir -p "$build"
log="$build/test-log"
passed=0
failed=0
unsteady=0
declare -A background=()
trap 'kill "${background[@]}" 2>/dev/null' EXIT
# Several stages run side by side.
export LIMIT_FACTOR=3

heading() { printf '\n== %s (%d s)\n' "$1" "$SECONDS"; }

# command_stage NAME COMMAND...: one test, which passes when the command does.
command_stage() {
    local name="$1"
    shift
    heading "$name"
    if "$@"; then
        passed=$((passed + 1))
    else
        echo "not ok - $name"
        failed=$((failed + 1))
        return 1
    fi
}

# case_stage NAME COMMAND...: a command that says `ok - ` or `not ok - ` for each test.
case_stage() {
    local name="$1" status good bad
    shift
    heading "$name"
    "$@" 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    good=$(grep -c '^ok - ' "$log")
    bad=$(grep -c '^not ok - ' "$log")
    unsteady=$((unsteady + $(grep -cE '^# (.*: )?unsteady - ' "$log")))
    if [[ $bad -eq 0 && ($status -ne 0 || $good -eq 0) ]]; then
        echo "not ok - $name: ended with status $status after $good results"
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
}

# behind COMMAND...: behind the others in the queue. With root's right to it Swift's builds would put their compilers in front
# again.
behind() {
    local without=(setpriv --bounding-set=-sys_nice)
    "${without[@]}" true 2>/dev/null || without=()
    nice -n 10 "${without[@]}" "$@"
}

# begin NAME COMMAND...: a command in the background.
begin() {
    local name="$1"
    shift
    rm -f "$build/$name-status"
    { "$@"; echo $? >"$build/$name-status"; } >"$build/$name-log" 2>&1 &
    background[$name]=$!
}

# show NAME: what a command in the background says, until it has ended, with its status.
show() {
    tail -n +1 -s 0.2 --pid="${background[$1]}" -f "$build/$1-log"
    return "$(<"$build/$1-status")"
}

# unit_stage: the Swift tests, counted by their own result lines.
unit_stage() {
    local status good bad
    heading "unit tests"
    "$swift" test --scratch-path "$build" --skip-build >"$log" 2>&1
    status=$?
    good=$(grep -E '^[^ ]+ Test .* passed after ' "$log" | grep -cvE '^[^ ]+ Test run with ')
    bad=$(grep -E '^[^ ]+ Test .* failed after ' "$log" | grep -cvE '^[^ ]+ Test run with ')
    if [[ $bad -eq 0 && ($status -ne 0 || $good -eq 0) ]]; then
        echo "not ok - swift test ended with status $status after $good results"
        bad=1
    fi
    if [[ $bad -gt 0 ]]; then
        grep -A 4 -F '✘' "$log" | cut -c 1-400
    fi
    grep -E '^[^ ]+ Test run with ' "$log"
    passed=$((passed + good))
    failed=$((failed + bad))
}

if command_stage "release build" "$make" --no-print-directory test-programs; then
    begin guests behind Tests/run-cases.sh guest "$build/release"
fi
command_stage "lint" "$make" --no-print-directory lint
command_stage "debug build with tests" "$swift" build --scratch-path "$build" --build-tests -q && unit_stage
command_stage "documentation of the library" timeout 600 "$make" --no-print-directory docs
if [[ -n ${background[guests]:-} ]]; then
    case_stage "built programs" Tests/check-programs.sh "$build/release"
    case_stage "machine code of the data plane" Tests/Checks/arc-check.sh "$build/release/wireguard-swift"
    case_stage "packet cipher on other processors" Tests/Checks/aead-check.sh
    case_stage "packet cipher's secrets" Tests/Checks/aead-secrets.sh
    case_stage "completions" Tests/check-completions.sh "$build/release"
    case_stage "installation" Tests/check-install.sh "$make"
fi
begin fuzzers behind Tests/run-fuzzers.sh 10
[[ -z ${background[guests]:-} ]] ||
    case_stage "cases in network namespaces" Tests/run-cases.sh namespaces "$build/release"
case_stage "fuzzers, 10 seconds each" show fuzzers
[[ -z ${background[guests]:-} ]] || case_stage "cases in the QEMU guest" show guests

printf '\n'
[[ $unsteady -eq 0 ]] || echo "$unsteady cases passed only when run again: see the lines with 'unsteady'"
echo "$passed passed, $failed failed" | tee "$build/test-total"
[[ $failed -eq 0 ]]
