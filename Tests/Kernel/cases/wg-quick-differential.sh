#!/bin/bash
# limit: 900
# slow: yes
# Our wg-quick and Debian's 1.0.20210914 on the kernel's devices: see QuickDifferential/run.sh. Emulated, a case takes ten
# seconds of a processor, so each kernel has three of ten.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../QuickDifferential" && pwd)"
case $(uname -r) in
6.1.*) exec bash "$here/run.sh" kernel 0 2 10 ;;
*) exec bash "$here/run.sh" kernel 5 7 10 ;;
esac
