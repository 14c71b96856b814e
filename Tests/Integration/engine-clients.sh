#!/bin/bash
# limit: 120
# The engine's socket with many clients, bad ones among them, and with a device of 20 000 peers.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
check "the engine starts" device a wireguard-swift
engine="$(processes a | awk '$2 == "wireguard-swift" { print $1 }')"
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$engine/status"; }
descriptors() { find "/proc/$engine/fd" -mindepth 1 | wc -l; }
# say TEXT: one connection that says so and closes; prints the answers.
say() { printf '%b' "$1" | on a timeout 20 ncat -U /run/wireguard/wg0.sock; }
# pubs COUNT: as many public keys, in hexadecimal.
pubs() { od -An -v -t x1 -w32 -N $(($1 * 32)) /dev/urandom | tr -d ' '; }

# Line by line.
equal "a late error leaves the lines before it in force" "errno=-22" "$(say 'set=1\nfwmark=7\nlisten_port=x\nfwmark=8\n\n')"
equal "and those after it out" 0x7 "$(on a wg show wg0 fwmark)"
equal "several requests on one connection are answered in turn" "errno=0errno=-22errno=0" \
    "$(say 'set=1\nfwmark=9\n\nset=1\nwhat=1\n\nset=1\nfwmark=10\n\n' | tr -d '\n')"
say 'set=1\nfwmark=11\n' >/dev/null
check "a request that is cut off is in force as far as it came" eval \
    'wait_until 5 eval "[[ \$(on a wg show wg0 fwmark) == 0xb ]]"'
key="$(pubs 1)"
equal "update_only makes no peer" "errno=0" "$(say "set=1\npublic_key=$key\nupdate_only=true\nallowed_ip=10.0.0.0/8\n\n")"
equal "there is none" "" "$(on a wg show wg0 peers)"
say "set=1\npublic_key=$key\nprotocol_version=1\nallowed_ip=10.0.0.0/8\nallowed_ip=10.0.0.0/16\nallowed_ip=-10.0.0.0/8\n\n" >/dev/null
equal "an allowed IP is taken away" 10.0.0.0/16 "$(on a wg show wg0 allowed-ips | cut -f 2)"
equal "another protocol version is refused" "errno=-22" "$(say "set=1\npublic_key=$key\nprotocol_version=2\n\n")"
equal "get fails with a positive number" "errno=22" "$(say 'get=1\nx=1\n\n')"

# Clients that hold their connections: silent, with half a request, without a line's end, without taking the reply.
# shellcheck disable=SC2034 # evaluated below
before="$(descriptors)"
mkfifo "$WORK/silence"
exec 9<>"$WORK/silence"
cat >"$WORK/hold.sh" <<'END'
for ((n = 0; n < 50; n++)); do
    for text in '' 'set=1\npublic_key=00' "set=1\n$(head -c 900 /dev/zero | tr '\0' a)" 'get=1\n\nget=1\n\nget=1\n\n'; do
        { printf '%b' "$text"; exec cat <&9; } | ncat -U /run/wireguard/wg0.sock >/dev/null &
    done
done
wait
END
on a bash "$WORK/hold.sh" 9<>"$WORK/silence" 2>/dev/null &
check "200 connections are held open" wait_until 60 eval '[[ $(descriptors) -ge $((before + 200)) ]]'
check "another client is served all the same" on a timeout 10 wg show wg0
check "and can set" on a timeout 10 wg set wg0 fwmark 5
for pid in $(processes a | awk '$2 == "ncat" || $2 == "cat" { print $1 }'); do kill "$pid" 2>/dev/null; done
check "when they have gone, their descriptors have, too" wait_until 30 eval '[[ $(descriptors) -le $((before + 1)) ]]'
equal "a line without end is refused, and its client let go" "errno=71" "$(head -c 5000000 /dev/zero | tr '\0' a |
    on a timeout 20 ncat -U /run/wireguard/wg0.sock 2>/dev/null)"

# 20 000 peers with 100 000 allowed IPs.
pubs 20000 | awk 'BEGIN { print "set=1\nreplace_peers=true" }
    { print "public_key=" $1 "\nreplace_allowed_ips=true\nendpoint=192.0.2.1:" 1 + NR
      for (i = 0; i < 5; i++) printf "allowed_ip=10.%d.%d.%d/32\n", int(NR / 250), NR % 250, i }
    END { print "" }' >"$WORK/large"
rest="$(resident)"
equal "20 000 peers are taken" "errno=0" \
    "$(on a ncat -U /run/wireguard/wg0.sock <"$WORK/large" | head -n 1)"
grown=$(($(resident) - rest))
echo "# memory of an idle peer with 5 allowed IPs: $((grown * 1024 / 20000)) bytes; $(resident) KiB in all"
say 'get=1\n\n' >"$WORK/state"
equal "20 000 peers are told" 20000 "$(grep -c '^public_key=' "$WORK/state")"
equal "in the order in which they were set" "$(grep '^public_key=' "$WORK/large" | sha256sum)" \
    "$(grep '^public_key=' "$WORK/state" | sha256sum)"
equal "with their 100 000 allowed IPs" "$(grep '^allowed_ip=' "$WORK/large" | sha256sum)" \
    "$(grep '^allowed_ip=' "$WORK/state" | sha256sum)"
equal "and success at the end" errno=0 "$(grep . "$WORK/state" | tail -n 1)"
equal "they go again" errno=0 "$(say 'set=1\nreplace_peers=true\n\n' | head -n 1)"
equal "all of them" "" "$(on a wg show wg0 peers)"
on a ip link delete dev wg0
check "the engine leaves nothing" wait_until 10 no_device a
