#!/bin/bash
# What tunnels carry and cost, engine beside engine.
#
#   tunnel-bench.sh PROGRAMS [OPTION...]     as root; PROGRAMS is the directory with the built programs (make bench)
#
#   --engine 'NAME=COMMAND {iface}'   an engine that speaks UAPI, any number of times; the first one is compared with the
#                                     others (wireguard-swift and wireguard-go)
#   --rounds N                        how often each is measured (5); medians are shown
#   --seconds N                       how long a stream lasts (3)
#   --only 'TEST...'                  some of the tests: see `tests` below
#   --json FILE, --svg FILE           the figures, and a picture of them
#
# Both ends of a tunnel are network namespaces of this machine, joined by a cable (veth), and of one engine. In each round
# every test is done by all engines in turn, A B A B, so that whatever else the machine does meets all of them. The tests:
#
#   tcp-1, tcp-4, tcp-32    so many TCP streams         tcp-reverse   one, from the other side
#   tcp-ipv6                one, over IPv6 inside       tcp-forwarded one, of a host behind the first end
#   tcp-jumbo               one, with an MTU of 8920    tcp-plain     one, over a cable without segmentation offload
#   tcp-peers               one, with 1000 further peers on both ends, which have 10 000 allowed IPs
#   udp-64, udp-1372        datagrams as fast as they can be sent: those that arrive
#   exchange                64 bytes there and back over one TCP connection
#   connect                 the same with a connection for each
#   start                   from exec to an answer on the UAPI socket
#
# CPU time is that of both engines together. Memory is the greater of both ends': at rest before the first load, and at its
# peak. Nothing here fails because it is slow.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
usage() { sed -n '2,/^set /s/^# \{0,1\}//p' "$0" | head -n -1 >&2; exit 2; }
[[ $# -gt 0 && -d $1 ]] || usage
programs="$(cd "$1" && pwd)"
shift
commands=()
rounds=5
seconds=3
only="tcp-1 tcp-4 tcp-32 tcp-reverse tcp-ipv6 tcp-forwarded tcp-jumbo tcp-plain tcp-peers udp-64 udp-1372 exchange connect start"
json=""
svg=""
while [[ $# -gt 0 ]]; do
    [[ $# -gt 1 ]] || usage
    case "$1" in
        --engine) commands+=("$2") ;;
        --rounds) rounds="$2" ;;
        --seconds) seconds="$2" ;;
        --only) only="$2" ;;
        --json) json="$(realpath "$2")" ;;
        --svg) svg="$(realpath "$2")" ;;
        *) usage ;;
    esac
    shift 2
done
[[ ${#commands[@]} -gt 0 ]] ||
    commands=("wireguard-swift=$programs/wireguard-swift {iface}" "wireguard-go=wireguard-go {iface}")
for command in "${commands[@]}"; do [[ $command == ?*=*"{iface}"* ]] || usage; done
read -ra tests <<<"$only"
export PATH="$programs:$PATH" LOG_LEVEL=silent
source "$here/../Integration/lib.sh"
set +e

measured="$WORK/measured"
helper="$WORK/tunnel-bench"
wg="$programs/wg"
declare -A PIDS=()
die() { echo "tunnel-bench: $1" >&2; exit 1; }
"${CC:-clang}" -O2 -Wall -Wextra -o "$helper" "$here/tunnel-bench.c" || die "the helper does not compile"

has() { [[ " ${tests[*]} " == *" $1 "* ]]; }
name_of() { echo "${commands[$1]%%=*}"; }
# note TEST ENGINE METRIC VALUE: one measurement.
note() { printf '%s\t%s\t%s\t%s\n' "$1" "$(name_of "$2")" "$3" "$4" >>"$measured"; }
# cpu PID...: the nanoseconds that processes have had of the processors.
cpu() {
    local pid
    for pid; do cat "/proc/$pid/task/"*/schedstat; done 2>/dev/null | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}
# memory FIELD PID...: the greatest of the processes, in MiB.
memory() {
    local field="$1" pid
    shift
    for pid; do sed -n "s/^$field:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$pid/status"; done 2>/dev/null | sort -n | tail -n 1 |
        awk '{ printf "%.1f\n", $1 / 1024 }'
}

# engine N HOST: starts engine N there, and says how many milliseconds that has taken.
engine() {
    local command="${commands[$1]#*=}"
    # shellcheck disable=SC2086 # the engine's command
    on "$2" "$helper" start /run/wireguard/wg0.sock ${command//\{iface\}/wg0}
}
# end_engine HOST PID...: ends engines by their ids.
end_engine() {
    local host="$1"
    shift
    kill "$@" 2>/dev/null
    wait_until 5 no_device "$host" || { kill -KILL "$@" 2>/dev/null; wait_until 5 no_device "$host"; }
}
ids() { processes "$1" | cut -d ' ' -f 1 | tr '\n' ' '; }

# tunnel N A B: two hosts and a tunnel of engine N between them.
tunnel() {
    local host
    host "$2" "$3"
    join "$2" "$3"
    for host in "$2" "$3"; do
        engine "$1" "$host" >/dev/null || die "$(name_of "$1") does not start"
        PIDS[$host]="$(ids "$host")"
    done
    endpoints "$2" "$3" || die "$(name_of "$1") can't be set up"
    wait_until 20 on "$2" ping -c 1 -W 1 10.77.0.2 || die "no tunnel with $(name_of "$1")"
    { on "$3" iperf3 -s; } >/dev/null 2>&1 &
    { on "$3" "$helper" serve 10.77.0.2 7000; } >/dev/null 2>&1 &
    wait_until 5 listens "$3" 5201 && wait_until 5 listens "$3" 7000 || die "no server in the tunnel of $(name_of "$1")"
}

# behind A B C: a host behind A, whose packets for B go through the tunnel.
behind() {
    host "$3"
    join "$3" "$1" 1
    on "$1" sysctl -qw net.ipv4.ip_forward=1
    on "$3" ip route add 10.77.0.0/24 via 198.51.101.2 mtu 1420
    on "$2" "$wg" set wg0 peer "$(<"$WORK/$1.pub")" allowed-ips 10.77.0.1/32,fd77::1/128,198.51.101.0/24
    on "$2" ip route add 198.51.101.0/24 dev wg0
}

# many A B: further peers on both.
many() {
    "$helper" peers 1000 10000 >"$WORK/peers"
    on "$1" "$wg" addconf wg0 "$WORK/peers" && on "$2" "$wg" addconf wg0 "$WORK/peers" || die "no 1000 peers"
}

set_up() {
    local n
    for n in "${!commands[@]}"; do
        tunnel "$n" "a$n" "b$n"
        if has tcp-forwarded; then behind "a$n" "b$n" "c$n"; fi
        if has tcp-peers; then
            tunnel "$n" "p$n" "q$n"
            many "p$n" "q$n"
        fi
        if has start; then host "s$n"; fi
    done
}

# at_rest: memory and CPU time of engines that have nothing to do.
at_rest() {
    local n before=() both
    for n in "${!commands[@]}"; do
        both="${PIDS[a$n]} ${PIDS[b$n]}"
        # shellcheck disable=SC2086 # ids
        { note rest "$n" MiB "$(memory VmRSS $both)"; before[n]="$(cpu $both)"; }
    done
    sleep 5
    for n in "${!commands[@]}"; do
        # shellcheck disable=SC2086
        note rest "$n" "CPU ms/s" "$(awk -v ns=$(($(cpu ${PIDS[a$n]} ${PIDS[b$n]}) - before[n])) 'BEGIN { printf "%.3f\n", ns / 5e6 }')"
    done
}

at_peak() {
    local n
    for n in "${!commands[@]}"; do
        # shellcheck disable=SC2086
        { note peak "$n" MiB "$(memory VmHWM ${PIDS[a$n]} ${PIDS[b$n]})"
            if has tcp-peers; then note tcp-peers "$n" "peak MiB" "$(memory VmHWM ${PIDS[p$n]} ${PIDS[q$n]})"; fi; }
    done
}

# stream TEST ENGINE A B ARGUMENT...: iperf3 from a host; what goes through counts.
stream() {
    local test="$1" engine="$2" from="$3" a="$4" b="$5" before used
    shift 5
    # shellcheck disable=SC2086
    before="$(cpu ${PIDS[$a]} ${PIDS[$b]})"
    on "$from" timeout $((seconds + 20)) iperf3 -J -t "$seconds" "$@" >"$WORK/stream" 2>/dev/null
    # shellcheck disable=SC2086
    used=$(($(cpu ${PIDS[$a]} ${PIDS[$b]}) - before))
    jq -r --argjson ns "$used" --arg test "$test" --arg engine "$(name_of "$engine")" '
        def line($metric; $value): [$test, $engine, $metric, $value] | @tsv;
        .end as $all |
        if ($all.sum.packets // 0) > 0 then
            ($all.sum.packets - $all.sum.lost_packets) as $got |
            line("kpps"; $got / $all.sum.seconds / 1e3 * 10 | round / 10),
            line("CPU s/Mpacket"; if $got > 0 then $ns / $got / 1e3 * 1000 | round / 1000 else 0 end)
        elif ($all.sum_received.bytes // 0) > 0 then
            line("Gbit/s"; $all.sum_received.bits_per_second / 1e9 * 1000 | round / 1000),
            line("CPU s/GB"; $ns / $all.sum_received.bytes * 1000 | round / 1000),
            line("retransmits"; $all.sum_sent.retransmits)
        else line(if $test | startswith("udp") then "kpps" else "Gbit/s" end; 0)
        end' "$WORK/stream" >>"$measured" || note "$test" "$engine" failed 1
}

# jumbo A B BYTES BYTES: the MTU of the cable and of the tunnel.
jumbo() {
    on "$1" ip link set mtu "$3" dev "eth-$2" && on "$2" ip link set mtu "$3" dev "eth-$1" &&
        on "$1" ip link set mtu "$4" dev wg0 && on "$2" ip link set mtu "$4" dev wg0
}
# offload A B on|off: the cable's segmentation and joining.
offload() {
    on "$1" ethtool -K "eth-$2" tso "$3" gso "$3" tx-udp-segmentation "$3" &&
        on "$2" ethtool -K "eth-$1" tso "$3" gso "$3" tx-udp-segmentation "$3"
} >/dev/null 2>&1

exchanges() {
    local rate median p99
    read -r rate median p99 < <(on "a$1" timeout 30 "$helper" exchange 10.77.0.2 7000 1)
    note exchange "$1" "per s" "${rate:-0}"
    note exchange "$1" "median us" "${median:-0}"
    note exchange "$1" "p99 us" "${p99:-0}"
}

starts() {
    local time
    for _ in 1 2 3; do
        time="$(engine "$1" "s$1")"
        note start "$1" ms "${time:-0}"
        # shellcheck disable=SC2046 # ids
        end_engine "s$1" $(ids "s$1")
    done
}

# measure TEST ENGINE
measure() {
    local a="a$2" b="b$2"
    case "$1" in
        tcp-1) stream "$@" "$a" "$a" "$b" -c 10.77.0.2 ;;
        tcp-4) stream "$@" "$a" "$a" "$b" -c 10.77.0.2 -P 4 ;;
        tcp-32) stream "$@" "$a" "$a" "$b" -c 10.77.0.2 -P 32 ;;
        tcp-reverse) stream "$@" "$a" "$a" "$b" -c 10.77.0.2 -R ;;
        tcp-ipv6) stream "$@" "$a" "$a" "$b" -c fd77::2 ;;
        tcp-forwarded) stream "$@" "c$2" "$a" "$b" -c 10.77.0.2 ;;
        tcp-jumbo)
            jumbo "$a" "$b" 9000 8920 && stream "$@" "$a" "$a" "$b" -c 10.77.0.2
            jumbo "$a" "$b" 1500 1420
            ;;
        tcp-plain)
            offload "$a" "$b" off && stream "$@" "$a" "$a" "$b" -c 10.77.0.2
            offload "$a" "$b" on
            ;;
        tcp-peers) stream "$@" "p$2" "p$2" "q$2" -c 10.77.0.2 ;;
        udp-*) stream "$@" "$a" "$a" "$b" -c 10.77.0.2 -u -b 0 -l "${1#udp-}" ;;
        exchange) exchanges "$2" ;;
        connect) note connect "$2" "per s" "$(on "$a" timeout 30 "$helper" connect 10.77.0.2 7000 1)" ;;
        start) starts "$2" ;;
        *) die "there is no test $1" ;;
    esac
}

touch "$measured"
set_up
at_rest
for ((round = 1; round <= rounds; round++)); do
    for test in "${tests[@]}"; do
        for n in "${!commands[@]}"; do
            [[ ! -t 2 ]] || printf '\r\033[Kround %s of %s: %s %s' "$round" "$rounds" "$test" "$(name_of "$n")" >&2
            measure "$test" "$n"
        done
    done
done
[[ ! -t 2 ]] || printf '\r\033[K' >&2
at_peak
"$here/tunnel-report.sh" table "$measured"
[[ -z $json ]] || "$here/tunnel-report.sh" json "$measured" "$rounds" "$seconds" "${commands[@]}" >"$json"
[[ -z $svg ]] || "$here/tunnel-report.sh" svg "$measured" >"$svg"
