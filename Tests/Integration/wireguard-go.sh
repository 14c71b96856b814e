#!/bin/bash
# limit: 180
# Our engine against Debian's wireguard-go, as initiator and as responder, with and without a preshared key.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# with_go FACT INITIATOR RESPONDER
with_go() {
    host a b
    join a b
    check "both engines start ($1)" eval "device a $2 && device b $3"
    check "wg sets both up ($1)" endpoints a b
    ping_through "ping over IPv4 goes through ($1)" a 10.77.0.2
    ping_through "ping over IPv6 goes through ($1)" a fd77::2
    ping_through "ping from the responder goes through ($1)" b fd77::1
    check "5 MB over TCP arrive unchanged ($1)" transfer a b 10.77.0.2 5
    check "5 MB over TCP back arrive unchanged ($1)" transfer b a fd77::1 5
    cleanup_hosts
}

with_go "our engine is the initiator" wireguard-swift wireguard-go
with_go "our engine is the responder" wireguard-go wireguard-swift
WITH_PSK=1 with_go "our engine is the initiator, with a preshared key" wireguard-swift wireguard-go
WITH_PSK=1 with_go "our engine is the responder, with a preshared key" wireguard-go wireguard-swift
