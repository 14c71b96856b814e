#!/bin/bash
# The table of aead-bench.c, by hand: Tests/Benchmarks/aead-bench.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
clang="${CLANG:-$(dirname "$(realpath "$(command -v "${SWIFT:-swift}")")")/clang}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
"$clang" -std=c11 -O2 -Wall -Wextra -Werror -ISources/CAead/include -o "$work/bench" \
    Tests/Benchmarks/aead-bench.c Sources/CAead/*.c -lsodium
"$work/bench" "${1:-101}"
