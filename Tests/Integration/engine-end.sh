#!/bin/bash
# The engine ends when its link is deleted and on SIGTERM, and leaves neither socket, process nor link.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
check "the engine returns when its device and socket are there" device a wireguard-swift
check "the link is a TUN device" eval 'on a ip -d link show dev wg0 | grep -qw tun'
check "the engine's socket is for root alone" \
    eval '[[ $(on a stat -c %a /run/wireguard/wg0.sock) =~ ^[67]00$ ]]'
check "wg answers for it" on a wg show wg0
on a ip link delete dev wg0
check "it ends when its link is deleted, leaving nothing" wait_until 5 no_device a

check "it starts again under the same name" device a wireguard-swift
for pid in $(processes a | cut -d ' ' -f 1); do kill -TERM "$pid"; done
check "it ends on SIGTERM, leaving nothing" wait_until 5 no_device a

on a wireguard-swift -f wg0 >"$WORK/foreground" 2>&1 &
foreground=$!
check "with -f it stays in the foreground and serves" wait_until 5 on a test -S /run/wireguard/wg0.sock
check "with -f it is the started process" kill -0 "$foreground"
for pid in $(processes a | cut -d ' ' -f 1); do kill -INT "$pid"; done
check "it ends on SIGINT, leaving nothing" wait_until 5 no_device a
wait "$foreground"
equal "its exit status after a signal to end is 0" 0 "$?"

check_fails "a second engine of the same name is refused" eval 'device a wireguard-swift && on a wireguard-swift wg0'
check "the first one still serves" on a wg show wg0
