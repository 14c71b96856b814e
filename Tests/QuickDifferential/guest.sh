#!/bin/bash
# limit: 1500
# The suite on the kernel's devices, in a guest: Tests/run-cases.sh guest PROGRAMS Tests/QuickDifferential/guest.sh
# Emulated, a case takes seconds, so each kernel has two of five: 55 and 55.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../QuickDifferential" && pwd)"
case $(uname -r) in
6.1.*) exec bash "$here/run.sh" kernel 0 1 5 ;;
*) exec bash "$here/run.sh" kernel 2 3 5 ;;
esac
