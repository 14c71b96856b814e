#!/bin/bash
# limit: 900
# slow: yes
# Our wg-quick and Debian's 1.0.20210914 on the kernel's devices: see QuickDifferential/run.sh. Emulated, a case takes ten
# seconds of a processor, so this is three of ten on either kernel, and not the same.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../QuickDifferential" && pwd)"
release="$(uname -r)"
if [[ ${release%%.*} -ge 7 ]]; then
    exec bash "$here/run.sh" kernel 5 7 10
else
    exec bash "$here/run.sh" kernel 0 2 10
fi
