#!/bin/bash
# limit: 900
# slow: yes
# kernels: newer
# Our wg-quick and Debian's 1.0.20210914 on the kernel's devices: see QuickDifferential/run.sh. Emulated, a case takes ten
# seconds of a processor, so this is three of ten.
exec bash "$(cd "$(dirname "${BASH_SOURCE[0]}")/../../QuickDifferential" && pwd)/run.sh" kernel 5 7 10
