#!/bin/bash
# The main job from beginning to end: two hosts, made of network namespaces joined by a cable, each with a tunnel end from
# the wg0.conf beside this script. Usage, as root: demo.sh DIRECTORY-WITH-THE-PROGRAMS
set -uo pipefail
export LC_ALL=C
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
programs="$(cd "${1:?usage: demo.sh DIRECTORY-WITH-THE-PROGRAMS}" && pwd)" || exit 1
export PATH="$programs:$PATH"
work=""
declare -A keeper=()
up=()

step() { printf '\n==> %s\n' "$1"; }
say() { printf '    %s\n' "$1"; }
fail() {
    printf 'demo: FAILED: %s\n' "$1" >&2
    exit 1
}
# run STEP COMMAND...: shows the command's output, and ends the demo when it fails.
run() {
    local name="$1"
    shift
    "$@" 2>&1 | sed 's/^/    /'
    [[ ${PIPESTATUS[0]} -eq 0 ]] || fail "$name: ${*##*/}"
}

on() {
    local host="$1"
    shift
    nsenter -t "${keeper[$host]}" -n -m -r -- "$@"
}

# Processes in a host's network namespace, but the one that keeps it.
processes() {
    local path pid net
    net="$(readlink "/proc/${keeper[$1]}/ns/net")"
    find /proc/[0-9]*/ns/net -maxdepth 0 -lname "${net/[/\\[}" 2>/dev/null |
        while read -r path; do
            pid="${path#/proc/}"
            pid="${pid%%/*}"
            [[ $pid == "${keeper[$1]}" ]] || echo "$pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
        done
}

# Links, addresses, rules, routes, files of the run directory and processes of a host.
state() {
    on "$1" ip -d link show
    on "$1" ip address show | sed 's/ valid_lft .*//'
    on "$1" ip -4 rule show
    on "$1" ip -6 rule show
    on "$1" ip -4 route show table all
    on "$1" ip -6 route show table all
    on "$1" find /run -mindepth 1 ! -type d
    processes "$1"
}

finish() {
    local status=$? host pid
    for host in "${!keeper[@]}"; do
        for pid in $(processes "$host" | cut -d ' ' -f 1); do kill -KILL "$pid" 2>/dev/null; done
        kill "${keeper[$host]}" 2>/dev/null
        wait "${keeper[$host]}" 2>/dev/null
    done
    [[ -z $work ]] || rm -rf "$work"
    [[ $status -eq 0 ]] || printf 'demo: it did not come to its end; what it made is removed\n' >&2
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[[ $EUID -eq 0 ]] || fail "this needs root: it makes network namespaces and tunnels"
for tool in wg wg-quick wireguard-swift; do
    [[ -x $programs/$tool ]] || fail "$programs/$tool is not there: run make"
done
for tool in ip ping ncat unshare nsenter; do
    command -v "$tool" >/dev/null || fail "$tool is not installed: run make demo-deps"
done
work="$(mktemp -d)" || fail "no temporary directory"

step "Keys, by our wg genkey | tee | wg pubkey"
for host in left right; do
    mkdir "$work/$host"
    (umask 077 && wg genkey | tee "$work/$host.key" | wg pubkey >"$work/$host.pub") || fail "making the keys of $host"
    [[ -s $work/$host.pub ]] || fail "making the keys of $host"
    say "$host: $(<"$work/$host.pub")"
done
shared="$(wg genpsk)" || fail "making the shared key"
for host in left right; do
    (umask 077 && sed -e "s|LEFT_PRIVATE_KEY|$(<"$work/left.key")|" -e "s|LEFT_PUBLIC_KEY|$(<"$work/left.pub")|" \
        -e "s|RIGHT_PRIVATE_KEY|$(<"$work/right.key")|" -e "s|RIGHT_PUBLIC_KEY|$(<"$work/right.pub")|" \
        -e "s|SHARED_KEY|$shared|" "$here/$host/wg0.conf" >"$work/$host/wg0.conf") || fail "filling in $host/wg0.conf"
done

step "Two hosts, joined by a cable, each with a run directory of its own"
for host in left right; do
    mkfifo "$work/$host.ready"
    # shellcheck disable=SC2016 # the variable is the inner shell's
    unshare --net --mount --propagation private -- bash -c '
        mount -t tmpfs -o mode=755 tmpfs /run && mount -t sysfs sysfs /sys && ip link set up dev lo &&
        echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad && echo ready >"$1" && exec sleep 600' - "$work/$host.ready" &
    keeper[$host]=$!
    read -r -t 10 _ <>"$work/$host.ready" || fail "making the namespace $host"
done
ip link add cable netns "${keeper[left]}" type veth peer name cable netns "${keeper[right]}" || fail "laying the cable"
on left ip address add 192.0.2.1/24 dev cable && on right ip address add 192.0.2.2/24 dev cable &&
    on left ip address add 2001:db8::1/64 dev cable nodad && on right ip address add 2001:db8::2/64 dev cable nodad &&
    on left ip link set up dev cable && on right ip link set up dev cable || fail "setting up the cable"
# The cable's own addresses settle first, so that what is compared at the end is the tunnel's doing.
settled() { on "$1" ip -6 address show dev cable scope link -tentative | grep -q fe80; }
for _ in {1..100}; do
    settled left && settled right && break
    sleep 0.05
done
on left ping -q -c 1 -W 5 192.0.2.2 >/dev/null || fail "the cable does not work"
state left >"$work/left.before"
state right >"$work/right.before"
say "left 192.0.2.1, right 192.0.2.2"

for host in left right; do
    step "wg-quick up on $host"
    run "wg-quick up on $host" on "$host" wg-quick up "$work/$host/wg0.conf"
    up+=("$host")
done

plane() {
    local kind
    kind="$(on "$1" ip -d link show dev wg0)" || return 1
    case "$kind" in
    *wireguard*) echo "the kernel module" ;;
    *tun*) echo "the engine wireguard-swift (process $(processes "$1" | grep wireguard-swift | cut -d ' ' -f 1))" ;;
    *) return 1 ;;
    esac
}

step "Ping, both ways, IPv4 and IPv6"
for way in "left 10.20.0.2" "left fd20::2" "right 10.20.0.1" "right fd20::1"; do
    host="${way% *}"
    address="${way#* }"
    on "$host" ping -q -c 3 -i 0.2 -W 5 "$address" >"$work/ping" 2>&1 || fail "ping from $host to $address"
    say "from $host to $address: $(sed -n 's/^\([0-9]* packets .* loss\).*/\1/p; s/^rtt \(.*\)/\1/p' "$work/ping" | paste -s -d ' ')"
done

step "100 MB over TCP, from left to right"
head -c 100000000 /dev/urandom >"$work/sent"
on right ncat --recv-only -l 10.20.0.2 7000 >"$work/received" &
receiver=$!
for _ in {1..100}; do
    on right ss -Hltn 'sport = :7000' | grep -q . && break
    sleep 0.05
done
start=${EPOCHREALTIME/./}
on left timeout 60 ncat --send-only 10.20.0.2 7000 <"$work/sent" || fail "sending 100 MB"
wait "$receiver" || fail "receiving 100 MB"
took=$((${EPOCHREALTIME/./} - start))
cmp -s "$work/sent" "$work/received" || fail "what arrived is not what was sent"
say "arrived unchanged in $((took / 1000)) ms: $((800000000 / took)) Mbit/s"

for host in left right; do
    step "wg show on $host"
    run "wg show on $host" on "$host" wg show
    on "$host" wg show wg0 latest-handshakes | grep -q '[[:space:]][1-9][0-9]*$' || fail "$host shows no handshake"
    on "$host" wg show wg0 transfer | awk '$2 + $3 < 100000000 { exit 1 }' || fail "$host does not count the transfer"
done
carried="left: $(plane left), right: $(plane right)" || fail "telling the data plane"

for host in "${up[@]}"; do
    step "wg-quick down on $host"
    run "wg-quick down on $host" on "$host" wg-quick down "$work/$host/wg0.conf"
done

step "Nothing is left"
for host in left right; do
    for _ in {1..100}; do
        state "$host" >"$work/$host.after"
        cmp -s "$work/$host.before" "$work/$host.after" && break
        sleep 0.05
    done
    diff "$work/$host.before" "$work/$host.after" || fail "$host is not as it was"
    say "$host: links, addresses, rules, routes, sockets and processes are as before"
done

step "Done in $SECONDS s. The traffic was carried by"
say "$carried"
