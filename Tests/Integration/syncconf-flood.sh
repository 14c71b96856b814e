#!/bin/bash
# limit: 150
# A flood of pings through a tunnel, 1000 in a second as far as the machine can, while syncconf changes one allowed IP of
# the tunnel's peer again and again: none is lost. What the stock wg loses is told, not judged. On the kernel's device where
# it has the module, else on our engine's.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a b
join a b
stock() { on a /usr/bin/wg "$@"; }
ours() { on a wg "$@"; }

kind=wireguard-swift
# Emulated, a ping takes milliseconds.
enough=2000
if on a ip link add dev probe type wireguard 2>/dev/null; then
    kind=kernel
    enough=500
    on a ip link delete dev probe
fi
for side in a b; do device "$side" "$kind"; done
endpoints a b || not_ok "a tunnel is there"
ping_through "the tunnel works" a 10.77.0.2
# With a long list, whoever empties it before filling it again leaves the tunnel's address without a peer for long.
many="$(for ((n = 0; n < 1000; n++)); do printf '10.98.%d.%d/32, ' $((n / 250)) $((n % 250)); done)"
for n in 1 2; do
    cat >"$WORK/flood.$n" <<END
[Interface]
PrivateKey = $(<"$WORK/a.key")
ListenPort = 51820
[Peer]
PublicKey = $(<"$WORK/b.pub")
Endpoint = 198.51.100.2:51820
AllowedIPs = 10.99.0.$n/32, ${many}10.77.0.2/32, fd77::2/128
END
done

# flood TEXT COMMAND...: pings for a while, and as long runs the command with one file after the other. Sets LOST, SENT and
# RUNS; fails when a run does.
flood() {
    local text="$1" ping n=1 before start="${EPOCHREALTIME/./}"
    shift
    read -ra before <<<"$(pings a)"
    on a ping -q -i 0.001 -c 5000 -w 20 -W 5 10.77.0.2 >"$WORK/ping" 2>&1 &
    ping=$!
    RUNS=0
    while kill -0 "$ping" 2>/dev/null; do
        "$@" "$WORK/flood.$n" || { wait "$ping"; return 1; }
        n=$((3 - n))
        RUNS=$((RUNS + 1))
        # Without a rest, wg would have the processor that the pings need.
        sleep 0.02
    done
    wait "$ping"
    wait_until 3 all_back a "${before[@]}"
    echo "# $text, $RUNS times: $LOST of $SENT pings are lost, $((SENT * 1000000 / (${EPOCHREALTIME/./} - start))) in a second"
}
flood "stock syncconf" stock syncconf wg0 || not_ok "the stock wg changes allowed IPs"
flood "our syncconf" ours syncconf wg0 || not_ok "ours changes allowed IPs"
equal "no ping is lost while ours changes allowed IPs" 0 "$LOST"
check "there were changes and pings enough" test "$RUNS" -ge 4 -a "$SENT" -ge "$enough"
equal "the device has the prefixes of one of the files" 1003 "$(ours show wg0 allowed-ips | cut -f 2 | wc -w)"
