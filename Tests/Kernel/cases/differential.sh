#!/bin/bash
# limit: 240
# Our wg and Debian's read and set the same kernel devices and say the same.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

host a
stock() { on a /usr/bin/wg "$@"; }
ours() { on a wg "$@"; }

# A file of many peers: more than one message each way, and one peer whose allowed IPs alone fill a message.
many_peers() {
    local i j
    echo "[Interface]"
    echo "PrivateKey = $(wg genkey)"
    echo "ListenPort = 51821"
    echo "FwMark = 0xca6c"
    for ((i = 1; i <= 60; i++)); do
        echo "[Peer]"
        echo "PublicKey = $(head -c 32 /dev/urandom | base64)"
        [[ $((i % 2)) -eq 0 ]] || echo "PresharedKey = $(head -c 32 /dev/urandom | base64)"
        [[ $((i % 3)) -ne 0 ]] || echo "Endpoint = 203.0.113.$i:$((1000 + i))"
        [[ $((i % 3)) -ne 1 ]] || echo "Endpoint = [2001:db8::$i]:$((1000 + i))"
        [[ $((i % 5)) -ne 0 ]] || echo "PersistentKeepalive = $i"
        echo "AllowedIPs = 10.$i.0.0/16, fd00:$i::/48"
    done
    echo "[Peer]"
    echo "PublicKey = $(head -c 32 /dev/urandom | base64)"
    for ((j = 0; j < 600; j++)); do echo "AllowedIPs = 172.16.$((j / 256)).$((j % 256))/32, fd01::$(printf %x "$j")/128"; done
}

# same_words FACT WORDS...: both print the same, byte for byte, and end with the same status.
same_words() {
    local fact="$1"
    shift
    equal "$fact" "$(stock "$@" 2>&1; echo "status $?")" "$(ours "$@" 2>&1; echo "status $?")"
}

# same_beginning FACT WORDS...: both fail; ours says what Debian's says, then explains it in parentheses.
same_beginning() {
    local fact="$1"
    shift
    equal "$fact" "$(stock "$@" 2>&1; echo "status $?")" "$(ours "$@" 2>&1 | sed 's/ (.*)$//'; echo "status ${PIPESTATUS[0]}")"
}

on a ip link add dev wg0 type wireguard
on a ip link add dev wg1 type wireguard
on a ip link add dev wg2 type wireguard
(umask 077 && many_peers >"$WORK/many.conf")
check "Debian's wg sets wg0 from the file" stock setconf wg0 "$WORK/many.conf"
check "ours sets wg1 from the file, but for its port" \
    eval 'sed s/51821/51822/ "$WORK/many.conf" >"$WORK/many1.conf" && ours setconf wg1 "$WORK/many1.conf"'
equal "both make the same device of it" "$(stock show wg0 dump | sed 1d | sort)" "$(stock show wg1 dump | sed 1d | sort)"
for device in wg0 wg2; do
    for selector in public-key private-key listen-port fwmark peers preshared-keys endpoints allowed-ips \
        latest-handshakes transfer persistent-keepalive dump; do
        same_words "show $device $selector says the same" show "$device" "$selector"
    done
    same_words "show $device says the same" show "$device"
    same_words "showconf $device says the same" showconf "$device"
done
same_words "show interfaces says the same" show interfaces
same_words "show all dump says the same" show all dump
same_beginning "show of no such device says the same, and more" show nothing
same_beginning "show of another kind of link says the same, and more" show lo

peer="$(stock show wg0 peers | head -n 1)"
(umask 077 && wg genkey >"$WORK/key" && wg genpsk >"$WORK/psk")
check "ours sets every field of a device" ours set wg2 listen-port 4000 fwmark 0x10 private-key "$WORK/key" \
    peer "$peer" preshared-key "$WORK/psk" endpoint 203.0.113.9:9 persistent-keepalive 25 allowed-ips 10.9.0.0/16,fd09::/16
equal "Debian's wg reads it back" "$(printf '%s\t' "$peer" "$(<"$WORK/psk")" 203.0.113.9:9 10.9.0.0/16,fd09::/16)25" \
    "$(stock show wg2 dump | tail -n 1 | cut -f 1-4,8)"
same_words "show wg2 says the same after it" show wg2
check "ours removes a peer" ours set wg2 peer "$peer" remove
equal "the peer is gone" "" "$(stock show wg2 peers)"
check "what ours prints with showconf, Debian's sets" eval 'ours showconf wg1 >"$WORK/printed" &&
    sed -i s/51822/51823/ "$WORK/printed" && stock setconf wg2 "$WORK/printed"'
equal "and it makes the same device" "$(stock show wg1 dump | sed 1d | sort)" "$(stock show wg2 dump | sed 1d | sort)"
on a ip link set up dev wg1
on a ip link set up dev wg2
check_fails "a port in use is refused" ours set wg2 listen-port 51822
