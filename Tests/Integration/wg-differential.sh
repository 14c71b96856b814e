#!/bin/bash
# limit: 400
# Our wg and Debian's 1.0.20210914 on wireguard-go's devices: see Differential/run.sh.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
on a bash "$(cd "$(dirname "${BASH_SOURCE[0]}")/../Differential" && pwd)/run.sh" engine || FAILURES=$((FAILURES + 1))
# One engine is in a namespace of its own, where the cleanup of host a does not look. It ends with its socket.
on a rm -f /run/wireguard/wgs.sock
