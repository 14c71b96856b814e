#!/bin/bash
# limit: 900
# Our wg-quick and Debian's 1.0.20210914 on wireguard-go's devices: see QuickDifferential/run.sh.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/../QuickDifferential" && pwd)"
exec bash "$here/run.sh" engine
