#!/bin/bash
# The kernels of CAead that this processor runs take no branch and no address from a key or a message: valgrind follows
# both through the machine code, as it is built for release. That a tag is wrong is no secret.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
clang="${CLANG:-$(dirname "$(realpath "$(command -v "${SWIFT:-swift}")")")/clang}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

"$clang" -std=c11 -O2 -Wall -Werror -include valgrind/memcheck.h \
    '-DCAEAD_PUBLIC(value)=VALGRIND_MAKE_MEM_DEFINED(&(value), sizeof(value))' \
    -ISources/CAead/include -o "$work/secrets" Tests/Checks/aead-secrets.c Sources/CAead/*.c || exit 1
if valgrind -q --error-exitcode=9 "$work/secrets" >"$work/log" 2>&1 && ! grep -q '^not ok' "$work/log"; then
    echo "ok - no branch and no address depends on a secret: $(sed -n 's/^# //p' "$work/log" | xargs)"
else
    echo "not ok - no branch and no address depends on a secret"
    head -n 40 "$work/log" | sed 's/^/# /'
    exit 1
fi
valgrind -q --error-exitcode=9 "$work/secrets" leak >/dev/null 2>&1
if [[ $? -eq 9 ]]; then
    echo "ok - one that does is seen"
else
    echo "not ok - one that does is seen"
    exit 1
fi
