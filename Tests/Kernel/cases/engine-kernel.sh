#!/bin/bash
# limit: 600
# kernels: older
# Our engine against the kernel module, as initiator and as responder, with and without a preshared key.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

# with_kernel FACT INITIATOR RESPONDER
with_kernel() {
    host a b
    join a b
    check "both devices start ($1)" eval "device a $2 && device b $3"
    check "wg sets both up ($1)" endpoints a b
    ping_through "ping over IPv4 goes through ($1)" a 10.77.0.2
    ping_through "ping over IPv6 goes through ($1)" a fd77::2
    ping_through "ping from the responder goes through ($1)" b fd77::1
    check "both sides report the handshake ($1)" eval 'handshaken a && handshaken b'
    check "1 MB over TCP arrives unchanged ($1)" transfer a b 10.77.0.2 1
    check "1 MB over TCP back arrives unchanged ($1)" transfer b a fd77::1 1
    cleanup_hosts
}

with_kernel "our engine is the initiator" wireguard-swift kernel
with_kernel "our engine is the responder" kernel wireguard-swift
WITH_PSK=1 with_kernel "our engine is the initiator, with a preshared key" wireguard-swift kernel
WITH_PSK=1 with_kernel "our engine is the responder, with a preshared key" kernel wireguard-swift
