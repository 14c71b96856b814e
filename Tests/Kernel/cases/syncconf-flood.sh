#!/bin/bash
# limit: 150
# syncconf under a flood of pings on the kernel module: the same case as in namespaces with our engine.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/syncconf-flood.sh"
