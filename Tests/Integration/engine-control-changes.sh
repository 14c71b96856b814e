#!/bin/bash
# limit: 120
# The device is changed while it carries traffic: ports, keys, peers, addresses, the link itself.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host g-a g-b
join g-a g-b
check "an engine starts on both hosts" eval 'device g-a wireguard-swift && device g-b wireguard-swift'
check "wg sets both up" endpoints g-a g-b
a_key="$(<"$WORK/g-a.pub")"
b_key="$(<"$WORK/g-b.pub")"
a_wg() { on g-a wg set wg0 "$@"; }
b_wg() { on g-b wg set wg0 "$@"; }
through() { on g-a ping -q -c 1 -W "${1:-2}" 10.77.0.2; }
check "the tunnel works" wait_until 20 through

sees_endpoint() { on g-b wg show wg0 endpoints | grep -qF "$1"; }

# load COMMAND...: the command while both directions are under load; it fails if the load does.
load() {
    local client status
    on g-b iperf3 -s -1 >/dev/null 2>&1 &
    wait_until 5 listens g-b 5201 || return 1
    on g-a timeout 20 iperf3 -c 10.77.0.2 -t 3 --bidir >"$WORK/load" 2>&1 &
    client=$!
    "$@"
    status=$?
    wait "$client" || { cat "$WORK/load"; return 1; }
    return "$status"
}

ports() {
    local n
    for n in $(seq 20); do
        a_wg listen-port $((40000 + n)) || return 1
        sleep 0.1
    done
}
# The other side learns of a new port by hearing from it: keepalives make sure that it does.
a_wg peer "$b_key" persistent-keepalive 1
check "the port changes 20 times under load" load ports
check "the other side follows" wait_until 5 sees_endpoint 198.51.100.1:40020

prefixes() {
    local n
    for n in $(seq 40); do
        a_wg peer "$b_key" allowed-ips "10.77.0.2/32,fd77::2/128,10.$n.0.0/16" || return 1
        b_wg peer "$(wg genkey | wg pubkey)" allowed-ips "10.9$n.0.0/16" 2>/dev/null
        sleep 0.05
    done
}
check "the allowed IPs change 40 times under load" load prefixes

strangers() {
    local n key
    for n in $(seq 30); do
        key="$(wg genkey | wg pubkey)"
        a_wg peer "$key" endpoint "198.51.100.2:$n" persistent-keepalive 1 allowed-ips "10.200.$n.0/24" || return 1
        sleep 0.05
        a_wg peer "$key" remove || return 1
    done
}
check "30 peers come and go under load" load strangers
equal "one is left" 1 "$(on g-a wg show wg0 peers | wc -l)"

keepalives() {
    local n
    for n in $(seq 20); do
        a_wg fwmark "$n" peer "$b_key" persistent-keepalive $((n % 3)) || return 1
        sleep 0.1
    done
}
check "mark and keepalive change under load" load keepalives
a_wg fwmark 0

# The peer itself.
a_wg peer "$b_key" remove
check_fails "without the peer nothing goes through" through 1
a_wg peer "$b_key" endpoint 198.51.100.2:51820 allowed-ips 10.77.0.2/32
check "with it everything does again" wait_until 10 through

(umask 077 && wg genpsk >"$WORK/psk")
a_wg peer "$b_key" preshared-key "$WORK/psk"
check "a session outlives a change of the preshared key" through
b_wg peer "$a_key" preshared-key "$WORK/psk"
on g-a ip link set down dev wg0
on g-a ip link set up dev wg0
check "a link that was down makes a new session, with the new key" wait_until 12 through

keys new
a_wg private-key "$WORK/new.key"
check_fails "a new private key ends the session" through 1
b_wg peer "$a_key" remove peer "$(<"$WORK/new.pub")" preshared-key "$WORK/psk" allowed-ips 10.77.0.1/32
check "until the other side knows it" wait_until 12 through

# Roaming.
on g-a ip address delete 198.51.100.1/24 dev eth-g-b
on g-a ip address add 198.51.100.77/24 dev eth-g-b
check "traffic goes on after the address has changed" wait_until 12 through
check "the other side has noticed" sees_endpoint 198.51.100.77:40020

# The link in another namespace than its UDP sockets.
host g-c
on g-a ip link set wg0 netns "${HOST_PID[g-c]}"
check "the engine stays when its link moves to another namespace" eval 'sleep 0.5; on g-a wg show wg0'
on g-c ip address add 10.77.0.1/24 dev wg0
on g-c ip link set up dev wg0
check "and carries its traffic there" wait_until 12 on g-c ping -q -c 1 -W 2 10.77.0.2

check "both engines still answer" eval 'on g-a wg show wg0 && on g-b wg show wg0'
for name in g-b g-c; do on "$name" ip link delete dev wg0; done
check "both leave nothing" eval 'wait_until 5 no_device g-a && wait_until 5 no_device g-b'
