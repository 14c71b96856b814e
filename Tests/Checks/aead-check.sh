#!/bin/bash
# The kernels of CAead for processors that this machine is not: NEON, and x86-64 without AVX2 and without any of ours, in
# QEMU, and x86-64 with AVX-512, which QEMU doesn't know, in Bochs: there the check runs without any system. Here they are
# compiled by Swift's clang, with which the package is built.
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

# in_bochs DIRECTORY MODEL: the check as the ROM of such a machine, of 128 KiB; that of its screen is empty. Bochs ends
# with status 1 however it ends.
in_bochs() {
    objcopy -O binary -j .program "$1/bare" "$1/rom" && objcopy -O binary -j .reset "$1/bare" "$1/reset" || return
    [[ $(stat -c %s "$1/rom") -le 126976 ]] || return
    truncate -s 126976 "$1/rom"
    cat "$1/reset" >>"$1/rom"
    truncate -s 512 "$1/empty"
    printf 'c\nq\n' >"$1/commands"
    cat >"$1/machine" <<-END
		cpu: model=$2, count=1, ips=50000000, reset_on_triple_fault=0
		memory: guest=16, host=16
		romimage: file=$1/rom
		vgaromimage: file=$1/empty
		display_library: term
		port_e9_hack: enabled=1
		log: $1/bochs-log
		sound: waveoutdrv=dummy
	END
    TERM=vt100 script -qec "timeout 300 bochs -q -f $1/machine -rc $1/commands" /dev/null </dev/null
    true
}

common=(-std=c11 -O2 -Wall -Wextra -Werror -ISources/CAead/include Tests/Checks/aead-check.c Sources/CAead/*.c)
check "NEON: compiled" 0 "$clang" --target=aarch64-linux-gnu -DFREESTANDING -ffreestanding -fno-stack-protector \
    -nostdlib -static -fuse-ld=lld -o "$work/arm" "${common[@]}"
check "NEON: every length, as RFC 8439 has it" NEON qemu-aarch64 "$work/arm"
if [[ $(uname -m) == x86_64 ]]; then
    check "x86-64: compiled" 0 "$clang" -o "$work/x86" "${common[@]}"
    check "AVX2: every length, as RFC 8439 has it" AVX2 qemu-x86_64 -cpu max "$work/x86"
    check "SSSE3: the same, without AVX2" SSSE3 qemu-x86_64 -cpu Nehalem "$work/x86"
    check "AVX-512: compiled, for a machine without a system" 0 "$clang" -DFREESTANDING -ffreestanding -fno-pic \
        -fno-stack-protector -nostdlib -static -fuse-ld=lld -Wl,-T,Tests/Checks/bare-machine.ld -o "$work/bare" \
        Tests/Checks/bare-machine.S "${common[@]}" "$("$clang" -print-libgcc-file-name)"
    check "AVX-512: every length, as RFC 8439 has it" AVX-512VL in_bochs "$work" corei7_icelake_u
    check "a processor with neither has no kernel" 3 qemu-x86_64 -cpu qemu64 "$work/x86"
fi
exit $((failures > 0))
