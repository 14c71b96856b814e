#!/bin/bash
# Runs test cases written as shell scripts.
#
#   run-cases.sh namespaces PROGRAMS [CASE...]   in network namespaces of this machine: Tests/Integration/*.sh
#   run-cases.sh guest PROGRAMS [CASE...]        in virtual machines with the kernel module: Tests/Kernel/cases/*.sh
#   run-cases.sh here PROGRAMS CASE...           the given cases, in the system as it is (the guest calls this)
#
# PROGRAMS is the directory with the built programs. A case is a bash script, run as root with the programs first in PATH
# and their directory in WG_BIN_DIR. It prints `ok - FACT` or `not ok - FACT` for each fact, exits non-zero when one does
# not hold, and cleans up after itself. Comment lines may steer the runner:
#   # limit: SECONDS      how long the case may take (60 unless told)
#   # guest: no-module    run it in a guest without the kernel module (in those with it unless told)
#   # kernels: older      run it on Debian 12's kernel only; or `newer`, on that of Debian 13's backports only (both unless
#                         told). Before each fact stands which kernel it is of.
#   # slow: yes           leave it out unless it is named, or ALL=1 is in the environment
#   # last: yes           run it after the others: the kernel is busy with what it leaves
#   # beside: yes         run it beside the others, and show it after them: it waits all the time
# LIMIT_FACTOR=N in the environment gives each case N times its limit, for a machine that is busy.
# A case that fails is run once more, as a busy machine can fail a sound one. When it passes then, the line `# unsteady - CASE`
# says so, and what failed stands before it as `# first run: not ok - FACT`.
# With KERNELS=older or KERNELS=newer in the environment, guests with the other kernel are left out.
# A missing right or tool is a failure with its name, never a skip. The last line is the total.
set -uo pipefail
tests="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
mode="${1:?usage: run-cases.sh namespaces|guest|here PROGRAMS [CASE...]}"
programs="$(cd "${2:?usage: run-cases.sh namespaces|guest|here PROGRAMS [CASE...]}" && pwd)" || exit 2
shift 2
passed=0
failed=0
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

not_ok() {
    echo "not ok - $1"
    failed=$((failed + 1))
}

# demand FACT COMMAND...: the command has to succeed, or the fact is a failed test by name.
demand() {
    local fact="$1"
    shift
    "$@" >/dev/null 2>&1 || not_ok "$fact"
}

# header CASE WORD: what the case's comment line `# WORD: VALUE` says.
header() { sed -n "s/^# $2: *\([^ ]*\).*/\1/p" "$1" | head -n 1; }

limit_of() {
    local limit
    limit="$(header "$1" limit)"
    echo "$((${limit:-60} * ${LIMIT_FACTOR:-1}))"
}

# tally LOG: adds the results in a log to the total.
tally() {
    passed=$((passed + $(grep -c '^ok - ' "$1")))
    failed=$((failed + $(grep -c '^not ok - ' "$1")))
}

# attempt CASE LOG: runs a case, and adds to its log what its end says against it.
attempt() {
    local case="$1" log="$2" name limit status
    name="$(basename "$case" .sh)"
    limit="$(limit_of "$case")"
    WG_BIN_DIR="$programs" PATH="$programs:$PATH" LC_ALL=C \
        timeout -k 20 "$limit" bash "$case" </dev/null >"$log" 2>&1
    status=$?
    if [[ $status -eq 124 || $status -eq 137 ]]; then
        echo "not ok - $name ends within $limit s" >>"$log"
    elif [[ $status -ne 0 ]] && ! grep -q '^not ok - ' "$log"; then
        echo "not ok - $name ends well (exit status $status)" >>"$log"
    elif ! grep -qE '^(not )?ok - ' "$log"; then
        echo "not ok - $name tests something" >>"$log"
    fi
}

run_case() {
    local case="$1" name start=$SECONDS log
    name="$(basename "$case" .sh)"
    log="$work/result.$name"
    attempt "$case" "$log"
    if grep -q '^not ok - ' "$log"; then
        sed 's/^\(not \)\?ok - /# first run: &/' "$log"
        attempt "$case" "$log"
        grep -q '^not ok - ' "$log" || echo "# unsteady - $name"
    fi
    echo "# $name ($((SECONDS - start)) s)"
    # Lines that are neither results nor details come from the programs: they matter only when something failed.
    if grep -q '^not ok - ' "$log"; then cat "$log"; else grep -E '^(ok - |# )' "$log"; fi
    tally "$log"
}

run_here() {
    local case said beside=()
    for case; do
        [[ -n $(header "$case" beside) ]] || continue
        said="$work/beside.${#beside[@]}"
        run_case "$case" >"$said" 2>&1 &
        beside+=("$said")
    done
    for case; do [[ -n $(header "$case" beside) ]] || run_case "$case"; done
    wait
    for said in "${beside[@]}"; do
        cat "$said"
        tally "$said"
    done
}

namespaces_work() { unshare --net --mount --propagation private true; }
tun_works() { unshare --net ip tuntap add dev probe mode tun; }

demand_namespaces() {
    demand "the tests run as root (they make network namespaces and TUN devices)" test "$EUID" -eq 0
    local tool
    for tool in ip ping ncat iperf3 jq unshare nsenter wireguard-go; do
        demand "$tool is installed (make test-deps)" command -v "$tool"
    done
    [[ $failed -eq 0 ]] || return 1
    demand "network and mount namespaces can be made here" namespaces_work
    demand "TUN devices can be made here (/dev/net/tun)" tun_works
    [[ $failed -eq 0 ]]
}

demand_guest() {
    local tool
    for tool in qemu-system-x86_64 cpio xz kmod nft iptables ip wg wireguard-go jq strace systemctl; do
        demand "$tool is installed (make test-deps)" command -v "$tool"
    done
    [[ $failed -eq 0 ]]
}

# boot LABEL OPTIONS -- CASE...: one virtual machine for all the cases; the label goes before each line, and all of them to
# the log of that name.
boot() {
    local label="$1" options=() bound=60 status case cases=() from="$work/$1"
    shift
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    shift
    mkdir -p "$from/programs" "$from/tests/Integration" "$from/tests/Kernel/cases"
    cp -r "$tests/Differential" "$tests/QuickDifferential" "$from/tests/"
    cp "$tests/run-cases.sh" "$from/tests/"
    cp "$tests"/Integration/{interop-rekey,lib,syncconf-flood,wg-quick-faults}.sh "$from/tests/Integration/"
    for case; do
        cp "$case" "$from/tests/Kernel/cases/"
        cases+=("/tests/Kernel/cases/$(basename "$case")")
        bound=$((bound + $(limit_of "$case")))
    done
    cp "$programs"/wg "$programs"/wg-quick "$programs"/wireguard-swift "$programs"/netlink-probe \
        "$programs"/quick-fault-injector "$from/programs/"
    "$tests/Kernel/kernel-lab" "${options[@]}" --bin "$from/programs:/programs" --file "$from/tests:/tests" \
        --file "$tests/../Share:/Share" --timeout "$bound" -- "echo \"# kernel \$(uname -r)\"; LIMIT_FACTOR=${LIMIT_FACTOR:-1} /tests/run-cases.sh here /programs ${cases[*]}" 2>&1 |
        sed -u -E "s/^(ok|not ok) - /&$label: /; t; s/^(# )?/# $label: /" | tee "$from.log"
    status=${PIPESTATUS[0]}
    if ! grep -qE "^# $label: [0-9]+ passed, [0-9]+ failed$" "$from.log"; then
        echo "not ok - $label: the guest runs all its cases (status $status)" | tee -a "$from.log"
    fi
    rm -rf "$from"
}

# wanted KERNEL CASE: neither the case nor the environment speaks against it.
wanted() {
    local kernels
    kernels="$(header "$2" kernels)"
    [[ ${KERNELS:-both} =~ ^(both|$1)$ && ${kernels:-both} =~ ^(both|$1)$ ]]
}

# in_order CASE...: leaves them in $ordered, those that come last at the end.
in_order() {
    local case last=()
    ordered=()
    for case; do
        if [[ -n $(header "$case" last) ]]; then last+=("$case"); else ordered+=("$case"); fi
    done
    ordered+=("${last[@]}")
}

run_guest() {
    local case log ordered older=() newer=() without=()
    in_order "$@"
    for case in "${ordered[@]}"; do
        if [[ $(header "$case" guest) == no-module ]]; then
            without+=("$case")
        else
            wanted older "$case" && older+=("$case")
            wanted newer "$case" && newer+=("$case")
        fi
    done
    export KERNEL_LAB_CACHE="${KERNEL_LAB_CACHE:-$tests/../.build/kernel-lab}"
    # Side by side: a guest by itself does not keep two processors busy. How things are without the module does not depend
    # on the kernel's age, and the newer kernel has fewer cases.
    [[ ${#older[@]} -eq 0 ]] || boot older --kernel debian-12 -- "${older[@]}" &
    {
        [[ ${#newer[@]} -eq 0 ]] || boot newer --kernel backports -- "${newer[@]}"
        [[ ${#without[@]} -eq 0 ]] || boot no-module --kernel debian-12 --no-wireguard -- "${without[@]}"
    } &
    wait
    for log in "$work"/*.log; do tally "$log"; done
}

shopt -s nullglob
cases=("$@")
case "$mode" in
namespaces)
    if [[ ${#cases[@]} -eq 0 ]]; then
        for case in "$tests"/Integration/*.sh; do [[ $case == */lib.sh || $case == *-lab.sh ]] || cases+=("$case"); done
    fi
    demand_namespaces && run_here "${cases[@]}"
    ;;
guest)
    if [[ ${#cases[@]} -eq 0 ]]; then
        for case in "$tests"/Kernel/cases/*.sh; do
            if [[ ${ALL:-} == 1 || -z $(header "$case" slow) ]]; then
                cases+=("$case")
            else
                echo "# left out without ALL=1: $(basename "$case" .sh)"
            fi
        done
    fi
    demand_guest && run_guest "${cases[@]}"
    ;;
here) run_here "${cases[@]}" ;;
*)
    echo "run-cases.sh: unknown mode '$mode'" >&2
    exit 2
    ;;
esac
echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
