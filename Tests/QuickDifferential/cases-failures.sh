# shellcheck shell=bash disable=SC2154
# What is wrong fails, and leaves nothing.
quick "a bad address" steps="up" differs="checked-first" <<END
Address = 10.77.0.256/24
END
quick "a bad address after a good one" only=engine steps="up" differs="checked-first" <<END
Address = 10.77.0.1/24, 10.78.0.1/33
END
quick "an address twice" steps="up" differs="status-of-tool" <<END
Address = 10.77.0.1/24, 10.77.0.1/24
@peer 1 10.88.0.0/16
END
quick "a bad private key" steps="up" begins="[Interface]"$'\n' differs="checked-first" <<END
PrivateKey = short
END
quick "a bad public key" only=engine steps="up" differs="checked-first" <<END
[Peer]
PublicKey = nonsense
END
quick "a bad allowed IP" only=engine steps="up" differs="checked-first" <<END
@peer 1 10.88.0.0/33
END
quick "a bad endpoint" only=engine steps="up" differs="checked-first" <<END
@peer 1 10.88.0.0/16
Endpoint = 198.51.100.2
END
quick "a key that is none" only=engine steps="up" differs="checked-first" <<END
Adress = 10.77.0.1/24
END
quick "a line that is none" only=engine steps="up" differs="checked-first" <<END
nonsense
END
quick "a bad MTU" only=engine steps="up" differs="checked-first" <<END
MTU = large
END
quick "an MTU that the link does not take" only=engine steps="up" differs="checked-first" <<END
Address = 10.77.0.1/24
MTU = 4000000000
END
quick "a bad table" only=engine steps="up" differs="checked-first" <<END
Table = nonsense
@peer 1 10.88.0.0/16
END
quick "a bad port" only=engine steps="up" differs="resolved-first" <<END
ListenPort = nonsense
END
quick "a peer without a key" only=engine steps="up" differs="checked-first" <<END
[Peer]
AllowedIPs = 10.88.0.0/16
END
quick "an endpoint's name that nobody knows" steps="up" differs="resolved-first" <<END
Address = 10.77.0.1/24
@peer 1 10.88.0.0/16
Endpoint = nowhere.invalid:51820
END
quick "a port in use" steps="up wg0; up wg1; down wg0" differs="port-in-use" \
    setup="config /etc/wireguard/wg1.conf <<<$'[Interface]\nPrivateKey = $PRIVATE2\nListenPort = 51820\nAddress = 10.78.0.1/24'" <<END
Address = 10.77.0.1/24
END
