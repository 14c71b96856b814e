#!/bin/bash
# The kernels of CAead for processors that this machine is not: NEON, and x86-64 without AVX2 and without any of ours, in
# QEMU. Here they are compiled by Swift's clang, with which the package is built.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
clang="${CLANG:-$(dirname "$(realpath "$(command -v "${SWIFT:-swift}")")")/clang}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failures=0

# check FACT EXPECTED COMMAND...: EXPECTED is a status, or words that the output must have, with status 0.
check() {
    local fact="$1" expected="$2" status
    shift 2
    "$@" >"$work/log" 2>&1
    status=$?
    if [[ $expected == "$status" ]] || { [[ $status -eq 0 ]] && grep -q "^ok - $expected " "$work/log"; }; then
        echo "ok - $fact"
    else
        echo "not ok - $fact"
        tail -n 20 "$work/log" | sed 's/^/# /'
        echo "# status $status"
        failures=$((failures + 1))
    fi
}

common=(-std=c11 -O2 -Wall -Wextra -Werror -ISources/CAead/include Tests/Checks/aead-check.c Sources/CAead/*.c)
check "NEON: compiled" 0 "$clang" --target=aarch64-linux-gnu -DFREESTANDING -ffreestanding -fno-stack-protector \
    -nostdlib -static -fuse-ld=lld -o "$work/arm" "${common[@]}"
check "NEON: every length, as RFC 8439 has it" NEON qemu-aarch64 "$work/arm"
if [[ $(uname -m) == x86_64 ]]; then
    check "x86-64: compiled" 0 "$clang" -o "$work/x86" "${common[@]}"
    check "AVX2: every length, as RFC 8439 has it" AVX2 qemu-x86_64 -cpu max "$work/x86"
    check "SSSE3: the same, without AVX2" SSSE3 qemu-x86_64 -cpu Nehalem "$work/x86"
    check "a processor with neither has no kernel" 3 qemu-x86_64 -cpu qemu64 "$work/x86"
fi
exit $((failures > 0))
