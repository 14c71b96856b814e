#!/bin/bash
# limit: 120
# wg beside engines that misbehave: it ends, in a bounded time and memory, with a message that says which engine and why.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
on a mkdir -m 755 /run/wireguard

# engine NAME COMMAND: a socket at which each connection is given to a shell command. One that answers has to hear the
# request first: ncat drops the answer of a command that is gone before it could be given the request.
readonly HEAR="sed -u '/^\$/q' >/dev/null"
engine() {
    on a ncat -l -k -U "/run/wireguard/$1.sock" --sh-exec "$2" >/dev/null 2>&1 &
    wait_until 10 on a test -S "/run/wireguard/$1.sock"
}
# Of the address space; without the engines' answers wg needs far less.
readonly MEMORY_KIB=1000000
# reports NAME WORDS: `wg show NAME` ends by itself with status 1 and a message with the words.
reports() {
    local status
    # shellcheck disable=SC2016 # the variables are the inner shell's
    on a timeout 100 bash -c 'ulimit -v "$1" && exec "$2" show "$3"' - "$MEMORY_KIB" "$WG_BIN_DIR/wg" "$1" \
        >"$WORK/output.$1" 2>&1
    status=$?
    [[ $status -eq 1 ]] && grep -qE "$2" "$WORK/output.$1" && return
    echo "exit status $status"
    cat "$WORK/output.$1"
    return 1
}

key="$(printf '11%.0s' {1..32})"
engine hangs 'cat >/dev/null'
engine dribbles "while sleep 1 && echo a=b; do :; done"
check "an engine that never answers is given up on" reports hangs "timed out.*hangs\.sock" &
silent=$!
check "so is one that says a little each second" reports dribbles "timed out.*dribbles\.sock" &
slow=$!

engine truncates "$HEAR; printf 'private_key=$key\nlisten_p'"
check "an answer that breaks off is told" reports truncates "Protocol error.*truncates\.sock broke off"
engine runs "yes | tr -d '\n'"
check "a line without end is cut off" reports runs "Protocol error.*runs\.sock.*endless line"
engine nuls "cat /dev/zero"
check "so are NULs without end" reports nuls "Protocol error.*nuls\.sock.*endless line"
engine refuses "$HEAR; printf 'errno=-1\n\n'"
check "a refusal is told with either sign" reports refuses "Operation not permitted.*refuses\.sock"
engine nonsense "$HEAR; printf 'listen_port=-5\nerrno=0\n\n'"
check "a value that can't be is named" reports nonsense "Protocol error.*nonsense\.sock.*listen_port"
engine sound "$HEAR; printf 'private_key=$key\nlisten_port=5\nerrno=0\n\n'"
check "an engine that is well is shown beside the others" on a timeout 100 wg show sound listen-port
wait "$silent" "$slow"
