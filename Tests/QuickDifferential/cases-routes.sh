# shellcheck shell=bash disable=SC2154
# Routes: which allowed IPs get one, where, in what order.
quick "routes of both families" <<END
Address = 10.77.0.1/24, fd77::1/64
@peer 1 10.77.0.2/32, fd77::2/128, 10.88.0.0/16, fd88::/48
END
quick "longest prefixes first, over several peers" <<END
@peer 1 10.0.0.0/8, 10.1.0.0/16, 172.16.0.0/12
@peer 2 10.1.2.0/24, 10.1.2.3/32, 192.168.0.0/24, fd00::/8
@peer 3 fd00:1::/32, fd00:1:2::/64, 192.168.1.0/24, 10.2.0.0/16
END
quick "wider before narrower in the file" <<END
@peer 1 10.0.0.0/8
@peer 2 10.0.0.0/9, 10.128.0.0/9
END
quick "allowed IPs that an address's network covers" <<END
Address = 10.77.0.1/16, fd77::1/48
@peer 1 10.77.0.2/32, fd77::2/128
@peer 2 10.77.3.0/24, fd77:0:0:3::/64
@peer 3 10.78.0.0/24, 10.77.0.0/16, fd77::/48
END
quick "an allowed IP equal to the address's network" <<END
Address = 10.77.0.1/24
@peer 1 10.77.0.0/24
END
quick "the interface's own address as an allowed IP" <<END
Address = 10.77.0.1/32, fd77::1/128
@peer 1 10.77.0.1/32, fd77::1/128
END
quick "an allowed IP with host bits" <<END
@peer 1 10.88.3.4/16, fd88::7/48
END
quick "an allowed IP in two peers goes to the last" <<END
@peer 1 10.88.0.0/16, 10.89.0.0/16
@peer 2 10.88.0.0/16
END
quick "an allowed IP twice in a peer" <<END
@peer 1 10.88.0.0/16, 10.88.0.0/16
AllowedIPs = 10.88.0.0/16
END
quick "two halves instead of a default route" <<END
@peer 1 0.0.0.0/1, 128.0.0.0/1, ::/1, 8000::/1
END
quick "the network of another link" differs="status-of-tool" <<END
@peer 1 198.51.100.0/24
END
quick "a route that another link has with the same metric" setup="ip route add 10.88.0.0/16 dev eth0" \
    differs="status-of-tool" <<END
Address = 10.77.0.1/24
@peer 1 10.88.0.0/16, 10.77.5.0/24
END
quick "an IPv6 route that another link has" setup="ip -6 route add fd88::/48 dev eth0 metric 1024" differs="status-of-tool" <<END
@peer 1 fd88::/48
END
quick "an endpoint inside the allowed IPs" <<END
@peer 1 198.18.0.0/16
Endpoint = 198.18.0.1:51820
END
quick "multicast as an allowed IP" <<END
@peer 1 224.0.0.0/4, ff00::/8
END
for table in off auto 300 4294967294; do
    quick "Table = $table" <<END
Address = 10.77.0.1/24
Table = $table
@peer 1 10.88.0.0/16, fd88::/48, 10.77.0.2/32
END
done
for table in main local default; do
    quick "Table = $table" differs="table-words" <<END
Address = 10.77.0.1/24
Table = $table
@peer 1 10.88.0.0/16, fd88::/48, 10.77.0.2/32
END
done
quick "a table's name" only=engine setup="mkdir -p /etc/iproute2; echo 400 tunnels >>/etc/iproute2/rt_tables" differs="table-words" <<END
Table = tunnels
@peer 1 10.88.0.0/16
END
quick "a table in hexadecimal" only=engine differs="table-words" <<END
Table = 0x12c
@peer 1 10.88.0.0/16
END
quick "TABLE = OFF in capitals" only=engine differs="table-case" <<END
TABLE = OFF
@peer 1 10.88.0.0/16
END
quick "default routes in a table of their own" <<END
Address = 10.77.0.1/24
Table = 300
@peer 1 0.0.0.0/0, ::/0, 10.88.0.0/16
END
quick "default routes with Table = off" <<END
Address = 10.77.0.1/24
Table = off
@peer 1 0.0.0.0/0, ::/0
END
quick "a default route in the main table by its number" setup="ip route del default" differs="table-words" <<END
Table = 254
@peer 1 0.0.0.0/0
END
quick "a default route in the main table by its number where there is one" differs="status-of-tool table-words" <<END
Table = 254
@peer 1 0.0.0.0/0
END
quick "IPv6 is disabled, the file has none of it" \
    setup="echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6" <<END
Address = 10.77.0.1/24
@peer 1 10.88.0.0/16
END
