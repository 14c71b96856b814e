#!/bin/bash
# limit: 90
# A full tunnel whose peer is known by a name: unknown at `up`, known later, and then elsewhere.
#
#   a ---- r ---- b, c     the peer, which moves from b to c
#          |
#         dns              beyond the default route, so that an ordinary question would go into the tunnel
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a r b c dns
join a r 0
join r b 1
join r c 2
join r dns 3
on r sysctl -q net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
on a ip route add default via 198.51.100.2
on a ip route add default via 2001:db8:0::2
n=0
for server in b c dns; do
    n=$((n + 1))
    on "$server" ip route add default via "198.51.10$n.1"
    on "$server" ip route add default via "2001:db8:$n::1"
done
printf 'nameserver 198.51.103.2\noptions timeout:1 attempts:1\n' >"$WORK/resolv.conf"
on a mount --bind "$WORK/resolv.conf" /etc/resolv.conf

: >"$WORK/records"
on dns dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces --user=root --pid-file= \
    --local=/test/ --addn-hosts="$WORK/records" --log-queries --log-facility="$WORK/dns.log" 2>"$WORK/dns.errors" &
wait_until 10 grep -q "read $WORK/records" "$WORK/dns.log"
DNS="$(processes dns | cut -d ' ' -f 1)"
# known ADDRESS...: the addresses of vpn.test from now on.
known() {
    local address before
    for address; do echo "$address vpn.test"; done >"$WORK/records"
    before="$(grep -c "read $WORK/records" "$WORK/dns.log")"
    kill -HUP "$DNS"
    wait_until 10 eval "[[ \$(grep -c 'read $WORK/records' '$WORK/dns.log') -gt $before ]]"
}
asked() { grep -c 'query\[[A]*\] vpn.test' "$WORK/dns.log"; }
# strangers: questions that did not come from a's outer address.
strangers() { grep 'query\[' "$WORK/dns.log" | grep -v 'from 198.51.100.1$'; }

keys a peer
for server in b c; do
    device "$server" wireguard-swift || { not_ok "an engine can be started"; exit 1; }
    on "$server" wg set wg0 private-key "$WORK/peer.key" listen-port 51820 \
        peer "$(<"$WORK/a.pub")" allowed-ips 10.77.0.1/32,fd77::1/128
    inside "$server" 2
done
PEER="$(<"$WORK/peer.pub")"
mkdir -m 700 "$WORK/conf"
(umask 077 && cat >"$WORK/conf/wg0.conf") <<END
[Interface]
PrivateKey = $(<"$WORK/a.key")
Address = 10.77.0.1/24, fd77::1/64
[Peer]
PublicKey = $PEER
Endpoint = vpn.test:51820
AllowedIPs = 0.0.0.0/0, ::/0
END
readonly CONF="$WORK/conf/wg0.conf"
endpoint() { on a wg show wg0 endpoints | cut -f 2; }
sent() { [[ $(on a wg show wg0 transfer | cut -f 3) -gt 0 ]]; }
# look STATUS FACT: one look ends with that status.
look() {
    on a wg-quick reresolve wg0 >"$WORK/output" 2>&1
    equal "$2: exit status $1" "$1" $?
}
# forget ENDPOINT: the peer anew, at that endpoint, never heard of.
forget() {
    on a wg set wg0 peer "$PEER" remove
    on a wg set wg0 peer "$PEER" endpoint "$1" allowed-ips 0.0.0.0/0,::/0
}
state a >"$WORK/before"

# The name is not known yet.
on a timeout 30 wg-quick up "$CONF" >"$WORK/output" 2>&1
equal "up succeeds with an endpoint whose name is unknown" 0 $? || cat "$WORK/output"
check "it says which one in one line, and what to do" \
    grep -qx "wg-quick: \`vpn.test:51820': .*: the peer $PEER has no endpoint; \`wg-quick reresolve wg0' asks again" "$WORK/output"
equal "the peer is there, without an endpoint" "(none)" "$(endpoint)"
check "all traffic goes into the tunnel" eval "on a ip route get 198.51.103.2 | grep -q 'dev wg0'"
: >"$WORK/dns.log"
check_fails "an ordinary question is lost there" on a getent ahostsv4 vpn.test
equal "it never reaches the name server" 0 "$(asked)"
look 3 "a look while the name is unknown"
check "it says so" grep -q "vpn.test:51820': Name or service not known: the peer " "$WORK/output"
check "its question reaches the name server" eval '[[ $(asked) -gt 0 ]]'

# Now it is.
known 198.51.101.2
look 0 "a look once the name is known"
equal "the endpoint is set" 198.51.101.2:51820 "$(endpoint)"
check "the step is shown" grep -qx "\[#\] wg set wg0 peer $PEER endpoint 198.51.101.2:51820" "$WORK/output"
ping_through "the tunnel carries traffic" a 10.77.0.2 1

# The link goes without down. Behind the rules that stay, an ordinary question would be lost.
no_engine() { ! processes a | grep wireguard-swift; }
on a ip link delete dev wg0
check "the engine goes with its link" wait_until 10 no_engine
check "apply brings it back" eval 'on a timeout 30 wg-quick apply --if-gone "$CONF" >"$WORK/output" 2>&1'
equal "and the peer has its endpoint at once" 198.51.101.2:51820 "$(endpoint)"
ping_through "the tunnel carries traffic over its new link" a 10.77.0.2 1

# A peer that is reached is left alone, wherever its name points.
known 198.51.102.2
: >"$WORK/dns.log"
look 0 "a look while the peer is reached"
equal "nobody is asked" 0 "$(asked)"
equal "the endpoint stays" 198.51.101.2:51820 "$(endpoint)"

# It is not reached any more: there it is no longer, and its name points elsewhere.
on b ip link delete dev wg0
forget 198.51.101.2:51820
check "a look that spares the name servers succeeds" on a wg-quick reresolve --only-due --all
equal "while the last answer holds nobody is asked" 0 "$(asked)"
equal "and the endpoint stays" 198.51.101.2:51820 "$(endpoint)"
look 0 "a look that asks"
equal "a peer that is not reached is moved to where its name points" 198.51.102.2:51820 "$(endpoint)"
ping_through "the tunnel carries traffic again" a 10.77.0.2 1

# The name has a dead address of the other family.
known 2001:db8:1::99 198.51.102.2
forget '[2001:db8:1::99]:51820'
nsenter -t "${HOST_PID[a]}" -n -m -r -- ping -i 0.2 10.77.0.2 >/dev/null 2>&1 &
pinger=$!
check "packets go to the dead address" wait_until 10 sent
look 0 "a look while an address is dead"
equal "the address of the other family is tried" 198.51.102.2:51820 "$(endpoint)"
check "it is the right one" wait_until 10 handshaken a
kill "$pinger"
wait "$pinger" 2>/dev/null

on a wg set wg0 peer "$PEER" remove
look 0 "a look without the peer"
equal "a peer that was removed stays away" "" "$(on a wg show wg0 peers)"
equal "no question went into a tunnel" "" "$(strangers)"
check "down succeeds" on a wg-quick down "$CONF"
check "nothing is left" wait_until 5 same_state "$WORK/before" a || same_state "$WORK/before" a | sed 's/^/# /'

# Waiting in the foreground. The name server is silent at first: up does not wait for it long.
printf 'nameserver 198.51.103.2\n' >"$WORK/resolv.conf"
known 198.51.102.2
kill -STOP "$DNS"
begin() {
    exec nsenter -t "${HOST_PID[a]}" -n -m -r -- env --default-signal=INT wg-quick up --wait "$CONF" >"$WORK/output" 2>&1
}
: >"$WORK/output"
begin &
up=$!
check "with a silent name server the tunnel comes up all the same" wait_until 30 grep -q 'the tunnel is up; waiting' "$WORK/output"
kill -CONT "$DNS"
check "up --wait ends once the name is known" wait "$up"
equal "the endpoint is set then" 198.51.102.2:51820 "$(endpoint)"
on a wg-quick down "$CONF" 2>/dev/null
known
: >"$WORK/output"
begin &
up=$!
check "without an address it waits" wait_until 30 grep -q 'the tunnel is up; waiting' "$WORK/output"
kill -INT "$up"
check "a signal ends the wait with success" wait "$up"
check "it says that the tunnel stays" grep -q 'the tunnel stays up' "$WORK/output"
check "and so it does" on a ip link show dev wg0
on a ip link delete dev wg0
look 4 "a look where the interface has gone"
check "down cleans up" on a wg-quick down "$CONF"
equal "a timer's look at a tunnel that somebody took down is none" "status 0" \
    "$(on a wg-quick reresolve --only-due "$CONF" 2>&1; echo "status $?")"
look 1 "somebody's own look at it"
