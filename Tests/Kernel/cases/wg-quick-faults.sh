#!/bin/bash
# limit: 400
# Faults at every step of an up on the kernel module: the same case as in namespaces with engines.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/wg-quick-faults.sh"
