#!/bin/bash
# limit: 900
# kernels: older
# Our engine against the kernel module, as initiator and as responder, with and without a preshared key, over IPv4 and IPv6;
# on a link that loses, repeats, delays and reorders; and with an initiator whose address changes.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

# spoil: what is sent from a to b and back is not what arrives.
spoil() {
    modprobe sch_netem &&
        on a tc qdisc add dev eth-b root netem delay 10ms 5ms reorder 20% loss 2% duplicate 2% &&
        on b tc qdisc add dev eth-a root netem delay 10ms 5ms reorder 20% loss 2% duplicate 2%
}

# with_kernel FACT INITIATOR RESPONDER FAMILY
with_kernel() {
    host a b
    join a b
    check "both devices start ($1)" eval "device a $2 && device b $3"
    check "wg sets both up ($1)" endpoints a b "$4"
    ping_through "ping over IPv4 goes through ($1)" a 10.77.0.2
    ping_through "ping over IPv6 goes through ($1)" a fd77::2
    ping_through "ping from the responder goes through ($1)" b fd77::1
    check "both sides report the handshake ($1)" eval 'handshaken a && handshaken b'
    check "1 MB over TCP arrives unchanged ($1)" transfer a b 10.77.0.2 1
    check "the link is spoilt ($1)" spoil
    check "1 MB over TCP arrives unchanged all the same ($1)" transfer a b fd77::2 1
    check "and back ($1)" transfer b a 10.77.0.1 1
    check "the initiator gets another address ($1)" move a "$4"
    check "ping goes through from there ($1)" wait_until 30 on a ping -c 1 -W 1 10.77.0.2
    check "the responder has followed ($1)" wait_until 10 is_followed b
    check "ping from the responder goes there ($1)" wait_until 30 on b ping -c 1 -W 1 10.77.0.1
    cleanup_hosts
}

with_kernel "our engine is the initiator" wireguard-swift kernel 4
with_kernel "our engine is the responder" kernel wireguard-swift 6
WITH_PSK=1 with_kernel "our engine is the initiator, with a preshared key over IPv6" wireguard-swift kernel 6
WITH_PSK=1 with_kernel "our engine is the responder, with a preshared key" kernel wireguard-swift 4
