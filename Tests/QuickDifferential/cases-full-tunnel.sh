# shellcheck shell=bash disable=SC2154
# Default routes among the allowed IPs.
full="rules-first filter-first last-resort own-rules sysctl-restored"
quick "a full tunnel, IPv4" differs="$full" <<END
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0
Endpoint = 198.51.100.2:51820
END
quick "a full tunnel, IPv6" differs="rules-first filter-first last-resort own-rules" <<END
Address = fd77::1/64
@peer 1 ::/0
Endpoint = [2001:db8::2]:51820
END
quick "a full tunnel, both families" differs="$full" <<END
Address = 10.77.0.1/24, fd77::1/64
@peer 1 0.0.0.0/0, ::/0
Endpoint = 198.51.100.2:51820
END
quick "a full tunnel without addresses" differs="$full" <<END
@peer 1 0.0.0.0/0, ::/0
END
quick "a full tunnel with several addresses" differs="$full address-words" <<END
Address = 10.77.0.1/24, 10.78.0.1/32, 10.79.0.1, fd77::1/64, fd78::1/128
@peer 1 0.0.0.0/0, ::/0
END
quick "a full tunnel in one family, addresses of both" differs="$full" <<END
Address = 10.77.0.1/24, fd77::1/64
@peer 1 0.0.0.0/0
END
quick "a full tunnel with smaller routes beside it" differs="$full" <<END
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0, ::/0, 10.77.0.0/24
@peer 2 10.88.0.0/16, fd88::/48
END
quick "the default routes of two peers" differs="$full" <<END
@peer 1 0.0.0.0/0
@peer 2 ::/0
END
quick "a full tunnel with a mark" differs="$full" <<END
FwMark = 0x1234
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0, ::/0
END
quick "a full tunnel, Table = auto" differs="$full" <<END
Table = auto
@peer 1 0.0.0.0/0
END
quick "a full tunnel where table 51820 is in use" setup="ip route add 10.1.0.0/16 dev eth0 table 51820" differs="$full" <<END
@peer 1 0.0.0.0/0, ::/0
END
quick "a full tunnel where IPv6 uses tables 51820 and 51821" differs="$full" \
    setup="ip -6 route add fd01::/64 dev eth0 table 51820; ip -6 route add fd01::/64 dev eth0 table 51821" <<END
@peer 1 0.0.0.0/0
END
quick "a full tunnel where the sysctl is set" setup="echo 1 >/proc/sys/net/ipv4/conf/all/src_valid_mark" \
    differs="rules-first filter-first last-resort own-rules sysctl-needless" <<END
@peer 1 0.0.0.0/0
END
quick "a full tunnel among other rules" differs="$full" \
    setup="ip rule add from 10.5.0.0/16 lookup 300; ip -6 rule add fwmark 7 lookup 300; ip rule add not fwmark 9 table 10" <<END
@peer 1 0.0.0.0/0, ::/0
END
quick "a full tunnel among other firewall tables" differs="$full" \
    setup="nft add table inet mine; nft add chain inet mine in '{ type filter hook input priority 0; }'; nft add table ip wg-quick-wg1" <<END
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0
END
quick "a full tunnel by iptables" without="nft" differs="$full" <<END
Address = 10.77.0.1/24, fd77::1/64
@peer 1 0.0.0.0/0, ::/0
END
quick "a full tunnel by iptables, IPv4, several addresses" without="nft" differs="$full" <<END
Address = 10.77.0.1/24, 10.78.0.1/32, fd77::1/64
@peer 1 0.0.0.0/0
END
quick "a full tunnel by iptables among other rules" without="nft" differs="$full" \
    setup="iptables -t raw -A PREROUTING -i eth1 -j ACCEPT; iptables -t mangle -A POSTROUTING -o eth1 -j ACCEPT" <<END
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0
END
quick "a full tunnel without nft and iptables" without="nft iptables" differs="rules-first last-resort own-rules sysctl-restored no-firewall-tool" <<END
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0
END
quick "a full tunnel with hooks" differs="$full preup-after-link" <<END
Address = 10.77.0.1/24
PreUp = echo preup >>/run/case/hooks
PostUp = ip rule show >>/run/case/hooks; ip route show table 51820 >>/run/case/hooks
PreDown = wg show %i fwmark >>/run/case/hooks
PostDown = ip rule show >>/run/case/hooks; ip route show table 51820 >>/run/case/hooks
@peer 1 0.0.0.0/0
END
quick "a full tunnel whose mark a PostUp changes" differs="$full rules-left" <<END
PostUp = wg set %i fwmark 0x99
@peer 1 0.0.0.0/0
END
quick "a full tunnel whose peer goes while it is up" steps="up; wg set wg0 peer $K1 remove; down" differs="$full rules-left" <<END
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0
END
quick "two full tunnels, the first ends first" differs="$full two-tunnels" \
    setup="config /etc/wireguard/wg1.conf <<<$'[Interface]\nPrivateKey = $PRIVATE2\nListenPort = 51821\nAddress = 10.78.0.1/24\n[Peer]\nPublicKey = $K2\nAllowedIPs = 0.0.0.0/0'" \
    steps="up wg0; up wg1; down wg0; down wg1" <<END
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0
END
quick "two full tunnels one after the other" differs="$full" steps="up; down; up; down" <<END
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0
END
quick "a full tunnel where IPv6 is disabled" differs="$full" \
    setup="echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6" <<END
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0
END
quick "a full tunnel of both families where IPv6 is disabled" differs="$full ipv6-disabled" \
    setup="echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6" <<END
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0, ::/0
END
quick "down of a full tunnel that stock brought up" steps="wg-quick up wg0 2>/dev/null; down" <<END
Address = 10.77.0.1/24, fd77::1/64
DNS = 10.77.0.53
@peer 1 0.0.0.0/0, ::/0
END
