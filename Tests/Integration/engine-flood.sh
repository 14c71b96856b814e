#!/bin/bash
# limit: 90
# An engine that is flooded with all that can be had without a key: nothing of it is delivered, the session stays, a further
# peer gets one by a cookie, memory stays bounded. Counts, not speeds: those are in Tests/Benchmarks/attack-bench.sh.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# a has a session with b, c comes later, g sends the floods. What comes back to it is counted, too.
hosts() {
    flood_hosts
    on g nft -f - <<END
table inet count {
    chain in { type filter hook prerouting priority 0; udp sport 51820 udp length 72 counter; }
}
END
}

# third: c as a further peer of b, which knows c but not where it is.
third() {
    keys c &&
        on b wg set wg0 peer "$(<"$WORK/c.pub")" allowed-ips 10.77.0.3/32 &&
        on c wg set wg0 private-key "$WORK/c.key" peer "$(<"$WORK/b.pub")" endpoint 198.51.101.2:51820 \
            allowed-ips 10.77.0.0/24 &&
        inside c 3
}

# flood KIND RATE SECONDS: from g, with what has been captured.
flood() { on g "$(command -v attack-generator)" flood "$1" 198.51.102.2 51820 "$(<"$WORK/b.pub")" "$2" "$3" "$WORK/captured"; }

# calm: the flood in the background ends.
calm() {
    kill "$(processes g | sed -n 's/ attack-gen.*//p')"
    wait "$flooding" 2>/dev/null
    true
}

# received: datagrams that programs on b have taken from the kernel.
received() { on b awk '/^Udp: [0-9]/ { print $2 }' /proc/net/snmp; }

is_filtered() { find "/proc/$engine/fd" -lname "*bpf-prog*" | grep -q .; }

memory() { sed -n "s/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$(processes b | sed -n 's/ wireguard-.*//p')/status"; }

hosts
check "the engines start" eval 'device a wireguard-swift && device b wireguard-swift && device c wireguard-go'
check "wg sets two of them up" endpoints a b
ping_through "their tunnel works" a 10.77.0.2 1
check "data packets are captured" capture 50
engine="$(processes b | sed -n 's/ wireguard-.*//p')"
# CAP_BPF is 39; without it the kernel takes no program.
if (($((0x$(sed -n 's/^CapEff:[^0-9a-f]*//p' /proc/self/status))) >> 39 & 1)); then
    check "the kernel drops known sources for it" is_filtered
else
    echo "# there is no CAP_BPF here, so that the kernel drops no known sources for it"
fi
session="$(on a wg show wg0 latest-handshakes)"
delivered="$(counted b)"
before="$(memory)"
taken="$(received)"
check "captured packets are sent again" flood replays 2000 1
check "and the engine takes them" test $(($(received) - taken)) -gt 1000
check "a flood of everything is sent" flood mix 20000 1
equal "nothing of it is delivered" "$delivered" "$(counted b)"
flood initiations-65000 10000 60 >"$WORK/flood" &
flooding=$!
check "who floods with initiations is asked for cookies" wait_until 10 eval '[[ $(counted g) -gt 1000 ]]'
check "a further peer, Debian's wireguard-go, is set up meanwhile" third
check "it gets its session meanwhile" wait_until 30 on c ping -q -c 1 -W 1 10.77.0.2
check "the first session works meanwhile" wait_until 30 on a ping -q -c 1 -W 1 10.77.0.2
calm
answered="$(counted g)"
flood initiations-mac2 20000 60 >"$WORK/flood" &
flooding=$!
sleep 4
answered=$(($(counted g) - answered))
echo "# answered with cookies: $answered"
check "of a flood with wrong second MACs some is answered, as a peer's cookie may be too old" test "$answered" -gt 100
check "and the cookies of all others are not used up by it" test "$answered" -lt 20000
on c wg set wg0 peer "$(<"$WORK/b.pub")" remove
on c wg set wg0 peer "$(<"$WORK/b.pub")" endpoint 198.51.101.2:51820 allowed-ips 10.77.0.0/24
check "the further peer, which has been heard of, gets another session meanwhile" \
    wait_until 15 on c ping -q -c 1 -W 1 10.77.0.2
calm
after="$(memory)"
echo "# resident memory before and after, KiB: $before, $after"
check "the engine's memory has grown by less than 8 MiB" test $((after - before)) -lt 8192
equal "the first session is the same as before" "$session" "$(on a wg show wg0 latest-handshakes)"
ping_through "and works" a 10.77.0.2 1
cleanup_hosts

hosts
check "other engines start" eval 'device a wireguard-swift && device b wireguard-go && device c wireguard-swift'
check "wg sets two of them up, one of which is Debian's wireguard-go" endpoints a b
flood initiations-65000 10000 60 >"$WORK/flood" &
flooding=$!
check "wireguard-go under the same flood asks for cookies" wait_until 10 eval '[[ $(counted g) -gt 100 ]]'
check "our engine is set up as a further peer" third
check "it gets its session by a cookie of wireguard-go" wait_until 30 on c ping -q -c 1 -W 1 10.77.0.2
calm
