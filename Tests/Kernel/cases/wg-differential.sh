#!/bin/bash
# limit: 900
# Our wg and Debian's 1.0.20210914 on the kernel's devices: see Differential/run.sh.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

host a
on a bash "$(cd "$(dirname "${BASH_SOURCE[0]}")/../../Differential" && pwd)/run.sh" kernel || FAILURES=$((FAILURES + 1))
