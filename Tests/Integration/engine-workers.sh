#!/bin/bash
# limit: 180
# Two engines whose packets are all sealed and opened by worker threads, as on a machine with many processors: what comes
# out is in order, and workers without work sleep.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# engine_of NAME: the process of the engine on a host.
engine_of() { processes "$1" | awk '{ print $1; exit }'; }
# threads NAME KIND: the directories of an engine's threads of that name.
threads() { grep -lx "$2" "/proc/$(engine_of "$1")/task/"*/comm | xargs -r dirname; }
# awake NAME: how often workers have been switched from or to, and those that are not asleep.
awake() {
    local directory
    for directory in $(threads "$1" wg-worker); do
        grep -E '^(voluntary|nonvoluntary)_ctxt' "$directory/status"
        grep -E '^State' "$directory/status" | grep -v sleeping
    done
}
asleep() { [[ -z $(awake "$1" | grep State) ]]; }

# in_order FROM TO ADDRESS: four flows of numbered datagrams, which the receiver counts.
in_order() {
    local server result="$WORK/flows.json"
    on "$2" iperf3 -s -1 -J -B "$3" >"$result" 2>&1 &
    server=$!
    wait_until 30 listens "$2" 5201 || return 1
    on "$1" timeout 60 iperf3 -c "$3" -u -b 100M -l "$4" -k 8000 -P 4 >/dev/null
    wait "$server"
    jq -e '[.end.streams[].udp] | length == 4 and all(.packets > 100 and .out_of_order == 0)' "$result" ||
        { jq -c '.end.streams[].udp' "$result"; return 1; }
}

# unsettled: the same while the link has other MTUs, goes down and comes back, and the peer is removed and comes back.
received() { on b wg show wg0 transfer | awk '{ print $2 }'; }
flows() { (($(received) > $1 + 1000000)); }
unsettled() {
    local traffic before mtu
    # Who comes back begins a session by itself.
    { on b wg showconf wg0 && echo 'PersistentKeepalive = 25'; } >"$WORK/b.conf"
    before="$(received)"
    transfer a b 10.77.0.2 100 &
    traffic=$!
    wait_until 20 flows "$before" || return 1
    for mtu in 1280 600 1420; do
        on a ip link set wg0 mtu "$mtu" || return 1
        on b wg set wg0 peer "$(<"$WORK/a.pub")" remove && on b wg setconf wg0 "$WORK/b.conf" || return 1
        on a ip link set wg0 down && kill -0 "$traffic" && sleep 0.1 && on a ip link set wg0 up || return 1
        wait_until 20 flows 0 || return 1
    done
    wait "$traffic"
}

# load: what fills many slots at once, both ways.
load() { transfer a b 10.77.0.2 10 && transfer b a fd77::1 10; }

host a b
join a b
check "an engine on one processor starts" device a "taskset -c 0 wireguard-swift"
equal "it has no workers" "" "$(threads a wg-worker)"
on a ip link delete wg0
check "it ends with its link" wait_until 10 no_process a

engine="engine-with-test-clock --workers 2 1"
for name in a b; do check "an engine with workers starts on $name" device "$name" "$engine"; done
equal "they have two for each direction" "4 4" "$(threads a wg-worker | wc -l) $(threads b wg-worker | wc -l)"
check "workers without work sleep" wait_until 10 asleep a
before="$(awake a)"
sleep 0.5
equal "nothing wakes them" "$before" "$(awake a)"
# The kernel itself may reorder what a thread sends that moves to another processor.
for name in a b; do
    for kind in wg-packets wg-outbound; do taskset -p 1 "$(basename "$(threads "$name" "$kind")")" >/dev/null; done
done

check "wg sets both up" endpoints a b
check "TCP both ways arrives unchanged" load
check "four flows arrive in order" in_order a b 10.77.0.2 1300
check "four flows of smaller packets arrive in order on the way back" in_order b a 10.77.0.1 200
check "TCP arrives unchanged amid changes of the link and the peer" unsettled
