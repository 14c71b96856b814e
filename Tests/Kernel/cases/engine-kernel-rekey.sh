#!/bin/bash
# limit: 400
# kernels: older
# slow: yes
# Our engine and the kernel module over the two minutes after which a session is renewed: the cells of the case for
# wireguard-go.
CELLS=kernel exec bash "$(dirname "${BASH_SOURCE[0]}")/../../Integration/interop-rekey.sh"
