#!/bin/bash
# limit: 300
# What the module does, by kernel: the facts that our code and ARCHITECTURE.md rest on.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

host a
on a netlink-probe facts >"$WORK/probe" 2>&1 || FAILURES=$((FAILURES + 1))
grep -E '^(not )?ok - |^# ' "$WORK/probe"
grep -q '^ok - ' "$WORK/probe" || not_ok "netlink-probe facts tells something" "$WORK/probe"

keys own one two
own="$(<"$WORK/own.pub")" one="$(<"$WORK/one.pub")" two="$(<"$WORK/two.pub")"
on a ip link add dev wg0 type wireguard

# A private key and the peer of the same key.
on a wg set wg0 private-key "$WORK/own.key" listen-port 51820 peer "$own" allowed-ips 10.9.0.0/16
equal "a peer with the device's own key is left out without an error" "" "$(on a wg show wg0 peers)"
on a wg set wg0 peer "$one" peer "$two"
on a wg set wg0 private-key "$WORK/one.key"
equal "a new private key removes the peer with its public key" "$two" "$(on a wg show wg0 peers)"

# sockets: the cookies of the device's sockets, which new sockets do not share with old ones.
sockets() { on a ss -Hulne | grep -oE 'sk:[^ ]+' | sort; }
on a ip link set up dev wg0
before="$(sockets)"
check "the device has its sockets" test -n "$before"
on a wg set wg0 listen-port 51820
equal "setting the port that it has leaves them" "$before" "$(sockets)"
on a wg set wg0 listen-port 51821
check_fails "setting another makes new ones" test "$before" = "$(sockets)"
on a ip link add dev wg1 type wireguard
on a ip link set up dev wg1
equal "a port in use is EADDRINUSE" "Unable to modify interface: Address already in use" \
    "$(on a wg set wg1 listen-port 51821 2>&1 | sed 's/ (.*//')"

# Who has rights over the namespace that the device is in, but none over that which it was made in.
mkfifo "$WORK/guest"
# shellcheck disable=SC2016 # the variable is the inner shell's
unshare --user --map-root-user --net bash -c 'echo ready >"$1" && exec sleep 3600' - "$WORK/guest" &
inner=$!
read -r -t 10 _ <"$WORK/guest"
in_guest() { nsenter -t "$inner" --user --net --preserve-credentials -- "$@"; }
on a ip link add dev wg2 type wireguard
on a ip link set dev wg2 netns "$inner"
check "elsewhere, peers can be set" in_guest wg set wg2 peer "$one" allowed-ips 10.9.0.0/16
for words in "listen-port 4000" "fwmark 7"; do
    # shellcheck disable=SC2086 # two words
    equal "elsewhere, without rights where it was made, ${words% *} is EPERM" \
        "Unable to modify interface: Operation not permitted" \
        "$(in_guest wg set wg2 $words 2>&1 | sed 's/ (.*//')"
done
kill "$inner"
wait "$inner" 2>/dev/null

# Our wg removes a single allowed IP; the other peers keep theirs.
on a wg set wg1 peer "$one" allowed-ips 10.1.0.0/16,fd01::/64,10.2.0.0/16 peer "$two" allowed-ips 10.3.0.0/16
if kernel_at_least 6 16; then
    check "wg removes single allowed IPs" on a wg set wg1 peer "$one" allowed-ips -10.1.0.0/16,-10.3.0.0/16,-fd01::/64
    equal "and no other, least of all another peer's" "$one"$'\t10.2.0.0/16\n'"$two"$'\t10.3.0.0/16' \
        "$(on a wg show wg1 allowed-ips)"
fi

# Nothing that wg sends makes the module explain itself, so a message is spoiled on its way: attribute 9 for 7, the mark.
on a strace -o "$WORK/trace" -e trace=sendto -e write=all wg set wg1 fwmark 1
number="$(grep -c '^sendto' "$WORK/trace")"
bytes="$(grep '^ | ' "$WORK/trace" | tail -n 3 | cut -c 11-59 | tr -d ' \n')"
equal "the last message of wg ends with the mark" 080007000100000"0" "${bytes: -16}"
on a strace -o "$WORK/trace" -e trace=sendto -e "inject=sendto:poke_enter=@arg2=${bytes:0:60}09:when=$number" \
    wg set wg1 fwmark 1 >"$WORK/output" 2>&1
check "wg tells the kernel's own text with the error" grep -q "Unknown attribute type" "$WORK/output"
