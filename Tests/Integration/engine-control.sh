#!/bin/bash
# The engine's control side: it starts, is configured over its socket by the stock wg, follows its link, refuses with one
# line what it can't do, and leaves nothing behind.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

stock="$(type -ap wg | tail -n 1)"
host g-a
peer="$(wg genkey | wg pubkey)"
keys g-a

pids_of() { processes g-a | awk -v name="$1" '$2 == name { print $1 }'; }
engine() { pids_of wireguard-swift; }
stop() {
    on g-a ip link delete dev wg0 2>/dev/null
    wait_until 5 no_device g-a
}
listens_udp() { [[ $(on "$1" ss -Hlun "sport = :$2" | wc -l) -eq ${3:-2} ]]; }
# refused FACT PATTERN COMMAND...: the command ends with 1, says one line that matches, and leaves nothing.
refused() {
    local fact="$1" pattern="$2" status
    shift 2
    on g-a timeout 5 "$@" >"$WORK/out" 2>"$WORK/err"
    status=$?
    if [[ $status -eq 1 && ! -s $WORK/out && $(wc -l <"$WORK/err") -eq 1 && $(<"$WORK/err") =~ $pattern ]]; then
        ok "$fact"
    else
        echo "status $status" >>"$WORK/err"
        not_ok "$fact" "$WORK/err"
    fi
}

# Configuration.
check "the engine returns once it is ready" device g-a wireguard-swift
equal "its link is down and has the MTU of the kernel module" "1420 DOWN" \
    "$(on g-a ip -j link show dev wg0 | jq -r '.[0] | "\(.mtu) \(.operstate)"')"
check "it takes a whole configuration from the stock wg" on g-a "$stock" set wg0 private-key "$WORK/g-a.key" \
    listen-port 5555 fwmark 0x4d peer "$peer" preshared-key "$WORK/g-a.key" endpoint 192.0.2.7:99 \
    persistent-keepalive 25 allowed-ips 10.1.0.0/16,fd00::/64
equal "the stock wg reads it back" \
    "$(printf '%s\t%s\t5555\t0x4d\n%s\t%s\t192.0.2.7:99\t10.1.0.0/16,fd00::/64\t0\t0\t0\t25' "$(<"$WORK/g-a.key")" \
        "$(<"$WORK/g-a.pub")" "$peer" "$(<"$WORK/g-a.key")")" \
    "$(on g-a "$stock" show wg0 dump)"
on g-a "$stock" set wg0 peer "$peer" endpoint '[fe80::7%lo]:99'
equal "an endpoint's scope is kept" '[fe80::7%lo]:99' "$(on g-a "$stock" show wg0 endpoints | cut -f 2)"
check_fails "no port is bound while the link is down" listens_udp g-a 5555
on g-a ip link set up dev wg0
check "the port is bound for both address families once the link is up" wait_until 2 listens_udp g-a 5555
on g-a ip link set down dev wg0
check "it is free again once the link is down" wait_until 2 listens_udp g-a 5555 0
on g-a ip link set up dev wg0
on g-a "$stock" set wg0 listen-port 0
check "port 0 is one that the kernel chooses" eval '[[ $(on g-a "$stock" show wg0 listen-port) -gt 1023 ]]'
on g-a ncat -u -l 6666 &
wait_until 2 listens_udp g-a 6666 || not_ok "somebody else has a port"
check_fails "a port that is taken is refused" on g-a "$stock" set wg0 listen-port 6666
check "the stock wg says why" eval \
    '[[ $(on g-a "$stock" set wg0 listen-port 6666 2>&1) == *"Address already in use"* ]]'
check_fails "and the device keeps its own" eval '[[ $(on g-a "$stock" show wg0 listen-port) == 6666 ]]'

# Clients that say nothing hold up nobody.
mkfifo "$WORK/silence"
exec 9<>"$WORK/silence"
for _ in $(seq 36); do on g-a ncat -U /run/wireguard/wg0.sock <&9 >/dev/null & done
wait_until 5 eval '[[ $(pids_of ncat | wc -l) -gt 10 ]]'
check "silent clients hold up nobody" on g-a timeout 5 "$stock" show wg0

# Refusals.
refused "a second engine of the same name is refused" 'is running already' wireguard-swift -f wg0
check "the first one still serves" on g-a "$stock" show wg0
refused "a name that is too long is refused" 'longer than 15' wireguard-swift wg-interface-name
refused "an option that isn't known is refused" '--rate' wireguard-swift --rate 9 wg1
on g-a ip link add wg1 type veth peer name wg2
refused "the name of a link of another kind is refused" "\`wg1' exists already" wireguard-swift wg1
refused "who isn't root is refused" 'only root' setpriv --reuid 65534 --clear-groups "$WG_BIN_DIR/wireguard-swift" wg3
on g-a mount -t tmpfs tmpfs /dev/net
refused "a kernel without TUN is named" '/dev/net/tun is missing' wireguard-swift wg3
on g-a umount /dev/net
equal "refusals leave no socket" wg0.sock "$(on g-a ls /run/wireguard)"
equal "refusals leave no link" "lo wg0 wg1 wg2" "$(on g-a ip -j link show | jq -r '[.[].ifname] | sort | join(" ")')"

# The end.
on g-a ip link delete dev wg1
for pid in $(pids_of ncat); do kill "$pid"; done
check "the engine ends when its link is deleted" stop
check "it starts again under the same name" device g-a wireguard-swift
on g-a rm /run/wireguard/wg0.sock
check "it ends when its socket is removed" wait_until 5 no_device g-a
device g-a wireguard-swift
kill -HUP "$(engine)"
check "a hang-up is not the end" eval 'sleep 0.2; on g-a "$stock" show wg0'
kill -TERM "$(engine)"
check "SIGTERM is" wait_until 5 no_device g-a
device g-a wireguard-swift
kill -KILL "$(engine)"
check "a killed engine leaves its socket alone" wait_until 5 on g-a test -S /run/wireguard/wg0.sock
# Its threads end one after the other, and the last one closes the socket.
check "which the next one replaces" wait_until 5 device g-a wireguard-swift
check "and serves at" on g-a "$stock" show wg0
rss="$(awk '/^VmRSS/ {print $2}' "/proc/$(engine)/status")"
echo "# resident memory at rest: $rss KiB"
check "at rest it takes less than 15 MiB" test "$rss" -lt 15360
check "it ends again, leaving nothing" stop
