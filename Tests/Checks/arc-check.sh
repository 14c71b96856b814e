#!/bin/bash
# No reference counting, allocation or exclusivity check in what the data plane does for each packet: read out of the
# machine code of the release build, as that is what ships.
#   Tests/Checks/arc-check.sh [PROGRAM]
set -euo pipefail
program="${1:-.build/release/wireguard-swift}"

# Every function of these types is checked, as the machine code has it: what is inlined is part of its caller.
types='12OutboundLoopV|11InboundLoopV|9SegmenterV|9CoalescerV|10FlowHeaderV|9GsoSenderV|11GroReceiverV|13StagedPacketsV|10UdpSocketsV4send|12ReplayWindowV|8ChecksumO|15CongestionFieldO|16UnreachableReplyO|10WorkerRingV|9WorkerJobV|9WorkerUseV|12OutboundRunsV'
# But not what runs once for a thread or a batch: beginning and end, waiting, and what the compiler adds to a type.
exempt='Vw[a-zA-Z]{2} |VfD |V[a-zA-Z0-9_]*Ma |V(3run|5sleep|10deallocate|10beginBatch|16waitForDatagrams)|V[a-zA-Z0-9_]*cfC'
# These must be there, so that a renamed function does not make the check see nothing.
required=(12OutboundLoopV7forward 12OutboundLoopV7encrypt 11InboundLoopV11takeMessage 11InboundLoopV13takeTransport
    9CoalescerV5flush 10UdpSocketsV4send 9WorkerJobV7perform 10WorkerRingV4work 10WorkerRingV6submit)
forbidden='swift_(retain|release|bridgeObject|allocObject|deallocObject|slowAlloc|initStackObject|beginAccess|allocError|unknownObject)|<malloc'

code="$(mktemp)"
trap 'rm -f "$code"' EXIT
# "function call-target" for every call in a checked function, and "function" alone for the function itself.
objdump -d --no-show-raw-insn "$program" | awk -v types="^\\\\\$s8WGEngine($types)" '
    /^[0-9a-f]+ <.*>:$/ { name = substr($2, 2, length($2) - 3); wanted = name ~ types; if (wanted) print name; next }
    wanted && /(call|jmp)/ && /</ { print name, substr($0, index($0, "<")) }' >"$code"

status=0
for name in "${required[@]}"; do
    grep -q "^\$s8WGEngine$name" "$code" || { echo "not ok - $name is in $program"; status=1; }
done
found="$(grep -E "$forbidden" "$code" | grep -vE "^\\\$s8WGEngine[0-9]+[A-Za-z]+($exempt)" | sort -u)" || true
if [[ -n $found ]]; then
    echo "not ok - the data plane counts no references and allocates nothing per packet"
    while read -r line; do echo "# $line"; done <<<"$found"
    status=1
fi
[[ $status -ne 0 ]] || echo "ok - $(grep -vc ' ' "$code") functions of the data plane count no references and allocate nothing"
exit $status
