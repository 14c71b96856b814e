#!/bin/bash
# The example of the library product, a package of its own: devices, events and edits through `import WireGuardControl`.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

monitor="$WG_BIN_DIR/peer-monitor"
log="$WORK/events"
told() { grep -qF -- "$1" "$log"; }
# tells FACT TEXT: the monitor says it soon.
tells() { wait_until 10 told "$2" && ok "$1" || not_ok "$1" "$log"; }

host a b
join a b
check "engines start" eval "device a wireguard-go && device b wireguard-go"
on a "$monitor" follow wg0 >"$log" 2>&1 &
follower=$!
tells "a device that is there appears" "wg0 is there, with 0 peers"

endpoints a b
peer="$(<"$WORK/b.pub")"
tells "a changed interface is told" "wg0 listens on port 51820"
tells "a new peer is told" "$peer was added"
ping_through "ping goes through" a 10.77.0.2
tells "a handshake is told" "$peer is connected"
tells "traffic is told" "$peer sent us"
on a wg set wg0 peer "$peer" allowed-ips 10.77.0.0/24 endpoint 198.51.100.2:7
tells "changed allowed IPs are told" "$peer may use 10.77.0.0/24"
tells "another endpoint is told" "$peer is at 198.51.100.2:7"
equal "the list has the device and its peer" "wg0: port 51820, 1 peers
  $peer at 198.51.100.2:7" "$(on a "$monitor")"

invited="$(on a "$monitor" invite wg0 10.77.0.9/32)"
key="$(sed -n 's/^PrivateKey = //p' <<<"$invited" | wg pubkey)"
equal "an invited peer is on the device" $'10.77.0.9/32' "$(on a wg show wg0 allowed-ips | sed -n "s|^$key\t||p")"
tells "and is told" "$key was added"
equal "its configuration is whole" "# from peer-monitor

[Interface]
PrivateKey = (hidden)
Address = 10.77.0.9/32

# the host of wg0
[Peer]
PublicKey = $(<"$WORK/a.pub")
PersistentKeepalive = 25" "$(sed 's/^PrivateKey = .*/PrivateKey = (hidden)/' <<<"$invited")"
on a wg set wg0 peer "$peer" remove
tells "a removed peer is told" "$peer was removed"

quick_configs a b
peer="$(<"$WORK/b.pub")"
"$monitor" allow "$peer" 10.0.0.0/8 <"$WORK/a/wg0.conf" >"$WORK/edited"
equal "an edit of a file changes one line" "< AllowedIPs = 10.77.0.2/32, fd77::2/128, 10.88.2.0/24
> AllowedIPs = 10.0.0.0/8" "$(diff "$WORK/a/wg0.conf" "$WORK/edited" | grep '^[<>]')"
equal "a file that is wrong is refused with its place" "peer-monitor: standard input:1:1: error: unknown section" \
    "$("$monitor" allow "$peer" 10.0.0.0/8 <<<'[Nonsense]' 2>&1 | sed -n '1s/ section.*/ section/p')"

kill "$(processes a | sed -n 's/ wireguard-go$//p')"
tells "a device that goes is told" "wg0 is gone"
check "the monitor waits for it to come back" kill -0 "$follower"
kill "$follower"
wait "$follower" 2>/dev/null
exit $((FAILURES > 0))
