#!/bin/bash
# limit: 60
# A full tunnel that Debian's wg-quick brought up is taken down by ours, with the packet filter that it made.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/tunnel-lab.sh"

tunnel_lab
client_config "$WORK/conf/wg0.conf" 0 r 192.0.2.1
# Stock sets it and leaves it.
on a sysctl -qw net.ipv4.conf.all.src_valid_mark=1
on a nft add table ip wg-quick-wg01
on a iptables -t raw -A PREROUTING -p 132 -j ACCEPT -m comment --comment "wg-quick(8) rule for wg01"
state a >"$WORK/before"

# taken_down LABEL PATH
taken_down() {
    check "$1: stock's up" on a env PATH="$2" WG_QUICK_USERSPACE_IMPLEMENTATION=wireguard-go \
        bash -c 'bash /usr/bin/wg-quick up "$1" 2>&1' - "$WORK/conf/wg0.conf" || return
    check_fails "$1: it changed the system" same_state "$WORK/before" a
    check "$1: our down" on a env PATH="$2" wg-quick down "$WORK/conf/wg0.conf"
    check "$1: the system is as before" wait_until 5 same_state "$WORK/before" a ||
        same_state "$WORK/before" a | sed 's/^/# /'
}
taken_down "by nft" "$PATH"
taken_down "by iptables" "$(path_without nft)"
