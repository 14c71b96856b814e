# shellcheck shell=bash disable=SC2154
# save, SaveConfig, strip. What save leaves in the file is compared line by line in order of the alphabet.
quick "save right after up" steps="up; save; down" differs="save-words" <<END
Address = 10.77.0.1/24
@peer 1 10.88.0.0/16
END
quick "save: what the file says means the same" steps="up; save; down; up; down" differs="save-words" <<END
Address = 10.77.0.1/24
MTU = 1380
PostUp = true
@peer 1 10.88.0.0/16, fd88::/48
PresharedKey = $PSK
PersistentKeepalive = 25
Endpoint = 198.51.100.2:51820
END
quick "save after a peer was added and another removed" \
    steps="up; wg set wg0 peer $K2 allowed-ips 10.99.0.0/16 peer $K1 remove; save; down; up; down" <<END
Address = 10.77.0.1/24
@peer 1 10.88.0.0/16
END
quick "save after an endpoint changed" \
    steps="up; wg set wg0 peer $K1 endpoint 203.0.113.7:7; save; down; up; down" <<END
@peer 1 10.88.0.0/16
Endpoint = 198.51.100.2:51820
END
quick "save after an address was added and another removed" differs="saved-addresses" \
    steps="up; ip address add 10.78.0.1/24 dev wg0; ip address del 10.77.0.1/24 dev wg0; save; down; up; down" <<END
Address = 10.77.0.1/24
Address = fd77::1/64
END
quick "save after allowed IPs, keepalive and preshared key changed" \
    setup="echo $PSK >/run/case/psk" \
    steps="up; wg set wg0 peer $K1 allowed-ips 10.1.0.0/16,fd01::/64 persistent-keepalive 7 preshared-key /run/case/psk; save; down; up; down" <<END
@peer 1 10.88.0.0/16
END
quick "SaveConfig" steps="up; down" differs="save-words" <<END
Address = 10.77.0.1/24
SaveConfig = true
@peer 1 10.88.0.0/16
END
quick "SaveConfig after a change" steps="up; wg set wg0 peer $K2 allowed-ips 10.99.0.0/16; down; up; down" differs="save-words" <<END
Address = 10.77.0.1/24
SaveConfig = true
@peer 1 10.88.0.0/16
END
quick "SaveConfig = false" steps="up; wg set wg0 peer $K2; down" <<END
SaveConfig = false
END
quick "SaveConfig = TRUE" steps="up; wg set wg0 peer $K2; down" differs="saved-case" <<END
SaveConfig = TRUE
END
quick "SaveConfig = maybe" <<END
SaveConfig = maybe
END
quick "save keeps comments, order and names" steps="up; save; down" differs="save-words saved-comments" <<END
# the office
Address = 10.77.0.1/24

[Peer]
# alice
PublicKey = $K1
AllowedIPs = 10.88.0.0/16 # her network
Endpoint = near.example:51820
END
quick "save of a full tunnel" steps="up; save; down" differs="rules-first filter-first last-resort own-rules sysctl-restored save-words saved-mark" <<END
Address = 10.77.0.1/24
@peer 1 0.0.0.0/0
END
quick "save of a file's mode that is open" setup="chmod 644 /etc/wireguard/wg0.conf" steps="up; save; down" <<END
Address = 10.77.0.1/24
END
quick "save of what is not up" steps="save" <<END
END
quick "save by a symbolic link" setup="mv /etc/wireguard/wg0.conf /etc/wireguard/real.conf; ln -s real.conf /etc/wireguard/wg0.conf" \
    steps="up; save; down" differs="save-words" <<END
Address = 10.77.0.1/24
END
quick "strip" only=engine steps="strip" <<END
Address = 10.77.0.1/24
DNS = 10.77.0.53, corp.example
MTU = 1400
Table = off
SaveConfig = true
PreUp = true
PostUp = true
PreDown = true
PostDown = true
FwMark = 7
@peer 1 10.88.0.0/16
Endpoint = near.example:51820
PersistentKeepalive = 25
END
quick "strip keeps comments, blank lines and odd spacing" only=engine steps="strip" begins="# first"$'\n\n'"[interface]"$'\n' <<END
  privatekey=$PRIVATE   # the key
Address = 10.77.0.1/24  # gone

   ListenPort   =   51820

# between
[Peer] # one
PublicKey = $K1
AllowedIPs = 10.88.0.0/16

[PEER]
PublicKey = $K2
END
quick "strip of a file without an end of line" only=engine steps="printf '[Interface]\nListenPort = 7' >/etc/wireguard/wg0.conf; strip" <<END
END
quick "strip of an empty file" only=engine steps=": >/etc/wireguard/wg0.conf; strip" <<END
END
quick "strip with carriage returns" only=engine steps="printf '[Interface]\r\nAddress = 10.77.0.1/24\r\nListenPort = 7\r\n' >/etc/wireguard/wg0.conf; strip" <<END
END
quick "strip of keys in a peer's section that are the interface's" only=engine steps="strip" <<END
@peer 1 10.88.0.0/16
[Interface]
MTU = 1300
END
quick "what strip shows is what wg takes" steps="strip; wg-quick strip wg0 >/run/case/conf/wg0; up; down" <<END
Address = 10.77.0.1/24
@peer 1 10.88.0.0/16
END
quick "save of what stock brought up" steps="wg-quick up wg0 2>/dev/null; save; down" differs="save-words" <<END
Address = 10.77.0.1/24
@peer 1 10.88.0.0/16
END
