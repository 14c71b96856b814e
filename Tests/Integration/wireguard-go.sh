#!/bin/bash
# limit: 180
# Our engine against Debian's wireguard-go, as initiator and as responder, over IPv4 without and over IPv6 with a preshared
# key. At the end the initiator's address changes.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# with_go FACT INITIATOR RESPONDER [FAMILY]
with_go() {
    host a b
    join a b
    check "both engines start ($1)" eval "device a $2 && device b $3"
    check "wg sets both up ($1)" endpoints a b "${4:-4}"
    ping_through "ping over IPv4 goes through ($1)" a 10.77.0.2
    ping_through "ping over IPv6 goes through ($1)" a fd77::2
    ping_through "ping from the responder goes through ($1)" b fd77::1
    check "5 MB over TCP arrive unchanged ($1)" transfer a b 10.77.0.2 5
    check "5 MB over TCP back arrive unchanged ($1)" transfer b a fd77::1 5
    check "the initiator gets another address ($1)" move a "${4:-4}"
    check "ping goes through from there ($1)" wait_until 20 on a ping -c 1 -W 1 10.77.0.2
    check "the responder has followed ($1)" wait_until 10 is_followed b
    ping_through "ping from the responder goes there ($1)" b 10.77.0.1
    cleanup_hosts
}

with_go "our engine is the initiator" wireguard-swift wireguard-go
with_go "our engine is the responder" wireguard-go wireguard-swift
WITH_PSK=1 with_go "our engine is the initiator, with a preshared key over IPv6" wireguard-swift wireguard-go 6
WITH_PSK=1 with_go "our engine is the responder, with a preshared key over IPv6" wireguard-go wireguard-swift 6
