#!/bin/bash
# limit: 60
# What people do with routes of their own: a table that only some traffic uses, and a network behind the peer that is
# reached by forwarding and masquerading in PostUp and PostDown.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/tunnel-lab.sh"

tunnel_lab
for table in filter:FORWARD nat:POSTROUTING; do
    for tables in iptables ip6tables; do
        on r "$tables" -t "${table%:*}" -A "${table#*:}" -j ACCEPT && on r "$tables" -t "${table%:*}" -D "${table#*:}" -j ACCEPT
    done
done
state r >"$WORK/before.r"
state a >"$WORK/before"

# Behind r lies s, which knows no way to the tunnel's addresses and answers r alone.
recipe() { echo "$1 = iptables -$2 FORWARD -i %i -j ACCEPT; iptables -t nat -$2 POSTROUTING -o eth-s -j MASQUERADE"; }
on s ip route replace unreachable 10.77.0.0/16
server r 0 "$(recipe PostUp A)" "$(recipe PostDown D)"
client_config "$WORK/conf/wg0.conf" 0 r 192.0.2.1 "Table = 200" \
    "PostUp = ip rule add from 10.77.0.1 table 200" "PostDown = ip rule delete from 10.77.0.1 table 200"
check "a tunnel with Table = 200 comes up" on a wg-quick up "$WORK/conf/wg0.conf"
equal "the table has both default routes, and there is neither mark nor filter" "2 off " \
    "$(on a ip route show table 200 | wc -l | awk '{ print $1 + n }' n="$(on a ip -6 route show table 200 | grep -c default)") $(
        on a wg show wg0 fwmark) $(on a nft list tables | grep wg-quick)"
reset_counters r
check "what has the tunnel's address goes by the tunnel, to the network behind the peer" \
    on a ping -q -c 3 -i 0.1 -W 2 -I 10.77.0.1 198.51.101.2
equal "and not in the clear" "0 0" "$(counted r clear) $(counted r inner)"
ping_through "the rest goes as before" a 198.51.101.2
check "and in the clear" eval '[[ $(counted r clear) -gt 0 ]]'
check "down" on a wg-quick down "$WORK/conf/wg0.conf"
check "the client is as before" wait_until 5 same_state "$WORK/before" a || same_state "$WORK/before" a | sed 's/^/# /'

client_config "$WORK/conf/wg0.conf" 0 r 192.0.2.1
check "a full tunnel comes up" on a wg-quick up "$WORK/conf/wg0.conf"
reset_counters r
ping_through "the network behind the peer is reached" a 198.51.101.2
equal "and nothing goes in the clear" "0 0" "$(counted r clear) $(counted r inner)"
check "down" on a wg-quick down "$WORK/conf/wg0.conf"
check "the client is as before" wait_until 5 same_state "$WORK/before" a || same_state "$WORK/before" a | sed 's/^/# /'
check "the server's down" on r wg-quick down "$WORK/r/wg0.conf"
server_as_before() { reset_counters r && same_state "$WORK/before.r" r; }
check "the server is as before" wait_until 5 server_as_before || server_as_before | sed 's/^/# /'
