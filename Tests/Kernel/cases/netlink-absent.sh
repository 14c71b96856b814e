#!/bin/bash
# guest: no-module
# Without the module there is no family, and WGNetlink says so.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

netlink-probe absent || FAILURES=$((FAILURES + 1))
