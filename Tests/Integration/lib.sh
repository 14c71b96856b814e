# shellcheck shell=bash
# What the cases share: results, hosts made of namespaces, waiting with a bound, snapshots of the network. Source it first:
#   source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# At the end of the case everything it made is removed, and its exit status says whether a fact did not hold.
set -uo pipefail

WORK="$(mktemp -d /tmp/wg-case.XXXXXXXX)"
FAILURES=0
declare -A HOST_PID=()

ok() { echo "ok - $1"; }

# not_ok FACT [FILE]: a fact that does not hold, with the end of a file of details.
not_ok() {
    echo "not ok - $1"
    [[ -z ${2:-} || ! -s ${2:-} ]] || tail -n 40 "$2" | sed 's/^/# /'
    FAILURES=$((FAILURES + 1))
}

# check FACT COMMAND...: the fact holds when the command succeeds; its output is shown when it does not.
check() {
    local fact="$1" details="$WORK/details.$BASHPID"
    shift
    if "$@" >"$details" 2>&1; then
        ok "$fact"
    else
        not_ok "$fact" "$details"
        return 1
    fi
}

# check_fails FACT COMMAND...: the fact holds when the command fails.
check_fails() {
    local fact="$1" details="$WORK/details.$BASHPID"
    shift
    if "$@" >"$details" 2>&1; then not_ok "$fact" "$details"; else ok "$fact"; fi
}

# equal FACT EXPECTED ACTUAL
equal() {
    if [[ $2 == "$3" ]]; then
        ok "$1"
    else
        diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") >"$WORK/diff"
        not_ok "$1" "$WORK/diff"
        return 1
    fi
}

# wait_until SECONDS COMMAND...: tries every 50 ms until the command succeeds or the time is over.
wait_until() {
    local end=$((${EPOCHREALTIME/./} + $1 * ${LIMIT_FACTOR:-1} * 1000000))
    shift
    until "$@" >/dev/null 2>&1; do
        [[ ${EPOCHREALTIME/./} -lt $end ]] || return 1
        sleep 0.05
    done
}

# kernel_at_least MAJOR MINOR
kernel_at_least() {
    local release major minor
    release="$(uname -r)"
    IFS=.- read -r major minor _ <<<"$release"
    [[ $major -gt $1 || ($major -eq $1 && $minor -ge $2) ]]
}

# host NAME...: a host is a network namespace of its own, with a mount namespace that has a private run directory, as the
# sockets and records of the programs live in the file system. What it writes to /etc, such as name servers, never reaches
# this machine's.
host() {
    local name
    for name; do
        mkfifo "$WORK/ready.$name"
        # shellcheck disable=SC2016 # the variable is the inner shell's
        unshare --net --mount --propagation private -- bash -c '
            mount -t tmpfs -o mode=755 tmpfs /mnt && mkdir /mnt/etc /mnt/work &&
            { mount -t overlay -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/work overlay /etc 2>/dev/null ||
                { cp -a /etc/. /mnt/etc/ && mount --bind /mnt/etc /etc; }; } &&
            mount -t tmpfs -o mode=755 tmpfs /run && mount -t sysfs sysfs /sys &&
            ip link set up dev lo && echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad &&
            echo ready >"$1" && exec sleep 3600' - "$WORK/ready.$name" &
        HOST_PID[$name]=$!
        read -r -t 10 _ <"$WORK/ready.$name" || { not_ok "namespace $name can be made"; exit 1; }
    done
}

# twin NAME OTHER: a host with a network namespace of its own that shares the run directory of the other.
twin() {
    mkfifo "$WORK/ready.$1"
    # shellcheck disable=SC2016 # the variable is the inner shell's
    nsenter -t "${HOST_PID[$2]}" -m -r -- unshare --net -- bash -c '
        ip link set up dev lo && echo ready >"$1" && exec sleep 3600' - "$WORK/ready.$1" &
    HOST_PID[$1]=$!
    read -r -t 10 _ <"$WORK/ready.$1" || { not_ok "namespace $1 can be made"; exit 1; }
}

# on NAME COMMAND...: runs a command on a host, with `/` as its directory.
on() {
    local name="$1"
    shift
    nsenter -t "${HOST_PID[$name]}" -n -m -r -- "$@"
}

# unhost NAME: the host goes away, and with it the namespace's links once no process is left in it.
unhost() {
    kill "${HOST_PID[$1]}" 2>/dev/null
    wait "${HOST_PID[$1]}" 2>/dev/null
    unset "HOST_PID[$1]"
}

# join A B [N]: a cable between two hosts: eth-B on A and eth-A on B, with 198.51.(100+N).0/24 and 2001:db8:N::/64.
# A gets the addresses that end in 1, B those that end in 2.
join() {
    local a="$1" b="$2" n="${3:-0}"
    ip link add "eth-$b" netns "${HOST_PID[$a]}" type veth peer name "eth-$a" netns "${HOST_PID[$b]}"
    on "$a" ip address add "198.51.$((100 + n)).1/24" dev "eth-$b"
    on "$b" ip address add "198.51.$((100 + n)).2/24" dev "eth-$a"
    on "$a" ip address add "2001:db8:$n::1/64" dev "eth-$b" nodad
    on "$b" ip address add "2001:db8:$n::2/64" dev "eth-$a" nodad
    on "$a" ip link set up dev "eth-$b"
    on "$b" ip link set up dev "eth-$a"
    # Once the link-local addresses are there, nothing more changes by itself.
    wait_until 5 on "$a" ping -c 1 -W 0.2 "2001:db8:$n::2" &&
        wait_until 5 settled "$a" "eth-$b" && wait_until 5 settled "$b" "eth-$a"
}
settled() { on "$1" ip -6 address show dev "$2" scope link -tentative | grep -q fe80; }

# network_state NAME: links, addresses, routes and rules of a host as text, without what changes by itself.
network_state() {
    local family
    on "$1" ip -j -d link show | jq -cS '.[] | {ifindex, ifname, flags: (.flags | sort), mtu, kind: .linkinfo.info_kind}'
    on "$1" ip -j address show | jq -cS '.[] | .ifname as $link | .addr_info[]
        | {link: $link, family, local, prefixlen, scope, peer: .address}'
    for family in -4 -6; do
        # Cached exceptions (expires) and neighbour state come and go.
        on "$1" ip "$family" -j route show table all | jq -cS '.[] | select(has("expires") | not)
            | del(.flags, .used, .pref, .cache)' | sort
        on "$1" ip "$family" -j rule show | jq -cS '.[]'
    done
    on "$1" sysctl -n net.ipv4.conf.all.src_valid_mark 2>/dev/null | sed 's/^/src_valid_mark /'
    if command -v nft >/dev/null; then on "$1" nft list ruleset 2>/dev/null; fi
}

# state NAME: everything that a program could leave on a host.
state() {
    network_state "$1"
    on "$1" cat /etc/resolv.conf 2>/dev/null
    run_files "$1"
    processes "$1"
}
# same_state FILE NAME: the state of the host equals what the file holds.
same_state() {
    state "$2" >"$WORK/state.now"
    diff "$1" "$WORK/state.now"
}

# run_files NAME: the sockets and other files in the run directory of a host.
run_files() { on "$1" find /run -mindepth 1 ! -type d | sort; }

# processes NAME: ids and names of the processes in a host's network namespace, but its keeper.
processes() {
    local net path pid name
    net="$(readlink "/proc/${HOST_PID[$1]}/ns/net")"
    find /proc/[0-9]*/ns/net -maxdepth 0 -lname "${net/[/\\[}" 2>/dev/null | while read -r path; do
        pid="${path#/proc/}"
        pid="${pid%%/*}"
        [[ $pid != "${HOST_PID[$1]}" ]] || continue
        { read -r name <"/proc/$pid/comm"; } 2>/dev/null && echo "$pid $name"
    done
}
no_process() { [[ -z $(processes "$1") ]]; }

# ping_through FACT NAME ADDRESS [COUNT]: the pings from a host all come back.
ping_through() {
    check "$1" on "$2" ping -q -c "${4:-3}" -i 0.2 -W 15 "$3"
}

# transfer FROM TO ADDRESS MEGABYTES: sends random bytes over TCP and compares their sums.
transfer() {
    local from="$1" to="$2" address="$3" megabytes="$4" receiver sum got
    head -c "$((megabytes * 1000000))" /dev/urandom >"$WORK/sent"
    on "$to" ncat --recv-only -l "$address" 7000 >"$WORK/received" 2>"$WORK/receiver" &
    receiver=$!
    wait_until 5 listens "$to" 7000 || { kill "$receiver"; return 1; }
    on "$from" timeout 60 ncat --send-only "$address" 7000 <"$WORK/sent" || { kill "$receiver"; return 1; }
    wait "$receiver" || return 1
    sum="$(sha256sum <"$WORK/sent")"
    got="$(sha256sum <"$WORK/received")"
    rm -f "$WORK/sent" "$WORK/received"
    [[ $sum == "$got" ]]
}
listens() { on "$1" ss -Hltn "sport = :$2" | grep -q .; }

# pings NAME: echo requests sent and echo replies received by a host, as its kernel counts them. ping itself takes replies for
# lost that come later than twice the longest time before.
pings() {
    on "$1" nstat -asz IcmpMsgOutType8 IcmpMsgInType0 |
        awk '/OutType8/ { o = $2 } /InType0/ { i = $2 } END { print o, i }'
}

# all_back NAME SENT RECEIVED: since there were these numbers, all pings came back. Sets SENT and LOST.
all_back() {
    local now
    read -ra now <<<"$(pings "$1")"
    SENT=$((now[0] - $2))
    LOST=$((SENT - now[1] + $3))
    [[ $LOST -eq 0 ]]
}

# keys NAME...: a key pair for each, in $WORK/NAME.key and $WORK/NAME.pub.
keys() {
    local name
    for name; do (umask 077 && wg genkey | tee "$WORK/$name.key" | wg pubkey >"$WORK/$name.pub") || return 1; done
}

# device NAME KIND: makes wg0 on a host; KIND is `kernel`, or the engine to start, with its first arguments.
device() {
    if [[ $2 == kernel ]]; then
        on "$1" ip link add dev wg0 type wireguard
    else
        # shellcheck disable=SC2086 # the engine and its arguments
        on "$1" $2 wg0 && wait_until 5 on "$1" test -S /run/wireguard/wg0.sock
    fi
}

# endpoints A B [4|6]: sets up wg0 on both hosts as each other's peer: 10.77.0.1 and fd77::1 on A, .2 and ::2 on B. A knows
# B's endpoint, B does not know A's; so A is the initiator. WITH_PSK=1 adds a preshared key.
endpoints() {
    local a="$1" b="$2" address=198.51.100.2 psk=()
    [[ ${3:-4} == 4 ]] || address='[2001:db8:0::2]'
    if [[ -n ${WITH_PSK:-} ]]; then
        (umask 077 && wg genpsk >"$WORK/psk")
        psk=(preshared-key "$WORK/psk")
    fi
    keys "$a" "$b" &&
        on "$a" wg set wg0 private-key "$WORK/$a.key" listen-port 51820 peer "$(<"$WORK/$b.pub")" "${psk[@]}" \
            endpoint "$address:51820" allowed-ips 10.77.0.2/32,fd77::2/128 &&
        on "$b" wg set wg0 private-key "$WORK/$b.key" listen-port 51820 peer "$(<"$WORK/$a.pub")" "${psk[@]}" \
            allowed-ips 10.77.0.1/32,fd77::1/128 &&
        # The first packet of A's link begins a handshake, which B has to be there for: the next try comes 5 s later.
        inside "$b" 2 && inside "$a" 1
}
inside() {
    on "$1" ip address add "10.77.0.$2/24" dev wg0 &&
        on "$1" ip address add "fd77::$2/64" dev wg0 nodad &&
        on "$1" ip link set mtu 1420 up dev wg0
}

# flood_hosts: a and c, peers of b, and g, which floods it from addresses that it does not have; each has a cable to b. The
# pings that come out of b's tunnel from a are counted in the table `count`.
flood_hosts() {
    host a b c g
    join a b 0
    join c b 1
    join g b 2
    on b ip route add 10.66.0.0/16 via 198.51.102.1
    on b sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth-a.rp_filter=0 net.ipv4.conf.eth-g.rp_filter=0
    on b nft -f - <<END
table inet count {
    chain in { type filter hook input priority 0; iifname wg0 ip saddr 10.77.0.1 icmp type echo-request counter; }
}
END
}
counted() { on "$1" nft -j list table inet count | jq '[.nftables[].rule.expr[]?.counter.packets? // empty] | add'; }

# capture COUNT: so many data packets of a to b, for floods to send again, in $WORK/captured. What the engine sends joined does
# not count, so that it may take many pings.
capture() {
    local capturing tries
    on b "$(command -v attack-generator)" capture eth-a 51820 "$1" "$WORK/captured" >"$WORK/capturing" &
    capturing=$!
    wait_until 10 grep -q ready "$WORK/capturing" || return 1
    for ((tries = 0; tries < 50; tries++)); do
        kill -0 "$capturing" 2>/dev/null || break
        on a ping -q -c 50 -i 0.005 -W 5 -s 1200 10.77.0.2 >/dev/null
    done
    wait "$capturing"
}

# move A FAMILY: of the hosts that `join` has joined as network 0, the first one has another address.
move() {
    local old=198.51.100.1/24 new=198.51.100.7/24 nodad=
    [[ $2 == 4 ]] || { old=2001:db8:0::1/64 new=2001:db8:0::7/64 nodad=nodad; }
    on "$1" ip "-$2" address del "$old" dev eth-b
    # shellcheck disable=SC2086 # a word or none
    on "$1" ip "-$2" address add "$new" dev eth-b $nodad
}
# is_followed B: it knows that the other one has moved.
is_followed() { on "$1" wg show wg0 endpoints | grep -qE '(198\.51\.100\.|2001:db8::)7\]?:51820'; }

# quick_configs A B: files for wg-quick, $WORK/A/wg0.conf and $WORK/B/wg0.conf, for two hosts joined by network 0. Behind A
# lies 10.88.1.0/24 and behind B 10.88.2.0/24.
quick_configs() {
    local a="$1" b="$2" side
    keys "$a" "$b"
    (umask 077 && wg genpsk >"$WORK/psk" && mkdir -p "$WORK/$a" "$WORK/$b")
    for side in "$a 1 $b 2" "$b 2 $a 1"; do
        # shellcheck disable=SC2086 # four words
        (umask 077 && set -- $side && cat >"$WORK/$1/wg0.conf" <<END)
# Written by the tests
[Interface]
PrivateKey = $(<"$WORK/$1.key")
ListenPort = 51820
Address = 10.77.0.$2/24, fd77::$2/64
Address = 10.88.$2.1/32

[Peer]
PublicKey = $(<"$WORK/$3.pub")
PresharedKey = $(<"$WORK/psk")
Endpoint = 198.51.100.$4:51820
AllowedIPs = 10.77.0.$4/32, fd77::$4/128, 10.88.$4.0/24
END
    done
}

# handshaken NAME: wg0 on the host has had a handshake with some peer.
handshaken() { on "$1" wg show wg0 latest-handshakes | grep -q $'\t[1-9]'; }

# no_device NAME: the host has neither the link nor the socket wg0, nor any process.
no_device() {
    ! on "$1" ip link show dev wg0 2>/dev/null && ! on "$1" test -e /run/wireguard/wg0.sock && no_process "$1"
}

# cleanup_hosts: ends all hosts and what runs on them.
cleanup_hosts() {
    local name pid
    # What runs on the hosts goes first: an engine holds its namespace.
    for name in "${!HOST_PID[@]}"; do
        for pid in $(processes "$name" | cut -d ' ' -f 1); do kill "$pid" 2>/dev/null; done
    done
    for name in "${!HOST_PID[@]}"; do
        wait_until 2 no_process "$name" ||
            for pid in $(processes "$name" | cut -d ' ' -f 1); do kill -KILL "$pid" 2>/dev/null; done
        unhost "$name"
        rm -f "$WORK/ready.$name"
    done
}

finish() {
    local status=$?
    cleanup_hosts
    rm -rf "$WORK"
    [[ $status -eq 0 && $FAILURES -eq 0 ]] || exit 1
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
