#!/bin/bash
# limit: 1200
# slow: yes
# kernels: newer
# On one kernel, as it is long, and its subject is what wg says and sends.
# Our wg and Debian's 1.0.20210914 on the kernel's devices: see Differential/run.sh.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

host a
on a bash "$(cd "$(dirname "${BASH_SOURCE[0]}")/../../Differential" && pwd)/run.sh" kernel || FAILURES=$((FAILURES + 1))
