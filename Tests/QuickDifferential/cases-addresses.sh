# shellcheck shell=bash disable=SC2154
# Addresses, MTU, and what of a configuration goes to the device.
quick "no address" <<END
END
quick "an IPv4 address" <<END
Address = 10.77.0.1/24
END
quick "an IPv6 address" <<END
Address = fd77::1/64
END
quick "addresses of both families in one line" <<END
Address = 10.77.0.1/24, fd77::1/64
END
quick "addresses without masks" differs="address-words" <<END
Address = 10.77.0.1, fd77::1
END
quick "host addresses" <<END
Address = 10.77.0.1/32, fd77::1/128
END
quick "many addresses in several lines, with odd separators" differs="address-words" <<END
Address = 10.77.0.1/24,10.77.1.1/24 , 10.77.2.1/24
Address=fd77::1/64 fd78::1/64
ADDRESS = 10.77.3.1/32,,10.77.4.1
END
quick "two addresses of one network" <<END
Address = 10.77.0.1/24, 10.77.0.2/24
END
quick "an IPv6 address with capitals and zeros" only=engine differs="address-words" <<END
Address = FD77:0:0:0:0:0:0:00A1/64
END
quick "an address in the loopback's network" <<END
Address = 127.9.9.9/32
END
quick "an MTU" <<END
Address = 10.77.0.1/24
MTU = 1380
END
quick "the smallest MTU for IPv6" <<END
Address = fd77::1/64
MTU = 1280
END
quick "an MTU in hexadecimal" only=engine differs="hexadecimal-mtu" <<END
MTU = 0x500
END
quick "MTU: an endpoint over the default route" <<END
@peer 1 10.88.0.1/32
Endpoint = 198.18.0.1:51820
END
quick "MTU: an endpoint over the link with the smaller one" <<END
@peer 1 10.88.0.1/32
Endpoint = 203.0.113.9:51820
END
quick "MTU: an endpoint over a route with an MTU" <<END
@peer 1 10.88.0.1/32
Endpoint = 192.0.2.9:51820
END
quick "MTU: an IPv6 endpoint" <<END
@peer 1 10.88.0.1/32
Endpoint = [2001:db8:1::9]:51820
END
quick "MTU: two endpoints" differs="smallest-mtu" <<END
@peer 1 10.88.0.1/32
Endpoint = 198.51.100.9:51820
@peer 2 10.88.0.2/32
Endpoint = 203.0.113.9:51820
END
quick "MTU: an endpoint, and a peer without" <<END
@peer 1 10.88.0.1/32
@peer 2 10.88.0.2/32
Endpoint = 203.0.113.9:51820
END
quick "MTU: an endpoint by its name" only=engine <<END
@peer 1 10.88.0.1/32
Endpoint = near.example:51820
END
quick "MTU: an endpoint by a name with an IPv6 address" <<END
@peer 1 10.88.0.1/32
Endpoint = six.example:51820
END
quick "MTU: no route to the endpoint" setup="ip route del default" <<END
@peer 1 10.88.0.1/32
Endpoint = 198.18.0.1:51820
END
quick "MTU: no endpoint and no default route" setup="ip route del default; ip -6 route del default" <<END
@peer 1 10.88.0.1/32
END
quick "MTU: no endpoint, a default route with an MTU" setup="ip route replace default via 198.51.100.254 mtu 1200" <<END
@peer 1 10.88.0.1/32
END
quick "MTU: no endpoint, two default routes" setup="ip route add default dev eth1 metric 10" <<END
@peer 1 10.88.0.1/32
END
quick "MTU: a default route over the loopback" setup="ip route replace default dev lo" <<END
@peer 1 10.88.0.1/32
END
quick "no port, no mark" begins="[Interface]"$'\n'"PrivateKey = $PRIVATE"$'\n' <<END
Address = 10.77.0.1/24
END
quick "no private key" begins="[Interface]"$'\n' <<END
ListenPort = 51820
END
quick "a mark in decimal" only=engine <<END
FwMark = 51966
END
quick "a mark in hexadecimal" <<END
FwMark = 0xcafe
END
quick "preshared key, keepalive, IPv6 endpoint" <<END
Address = 10.77.0.1/24
@peer 1 10.88.0.0/16, fd88::/64
PresharedKey = $PSK
PersistentKeepalive = 25
Endpoint = [2001:db8::9]:51820
@peer 2
@peer 3 10.99.0.0/24
PersistentKeepalive = off
END
