#!/bin/bash
# limit: 600
# kernels: newer
# On one kernel, as it is the slowest case and its subject is what wg-quick takes back, not what a kernel does.
# Faults at every step of an up on the kernel module: the same case as in namespaces with engines.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/wg-quick-faults.sh"
