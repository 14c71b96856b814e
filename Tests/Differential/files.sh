# shellcheck shell=bash disable=SC2034,SC2154
# setconf, addconf and syncconf of files. The grammar is one for the three; what is absent means something else to each.
readonly ALL="setconf addconf syncconf"
same_file "an empty file" "$ALL" ""
same_file "an empty section" "$ALL" "[Interface]\n"
same_file "only the port" "$ALL" "[Interface]\nListenPort = 21831\n"
same_file "everything of another peer" "$ALL" "[Interface]\nPrivateKey=$PSK\nListenPort=21833\nFwMark=0x9\n[Peer]\nPublicKey=$K2\nPresharedKey=$PSK\nEndpoint=192.0.2.9:1\nPersistentKeepalive=9\nAllowedIPs=10.9.0.0/16\n"
same_file "the peer as it is, all of it" "$ALL" "[Interface]\nPrivateKey = $PRIVATE\nListenPort = 21820\nFwMark = 0xca6c\n[Peer]\nPublicKey = $K1\nPresharedKey = $PSK\nEndpoint = 192.0.2.1:7\nAllowedIPs = 10.0.0.0/8, fd00::/64\nPersistentKeepalive = 25\n"
same_file "the peer with other values" "$ALL" "[Interface]\nPrivateKey = $PRIVATE\n[Peer]\nPublicKey = $K1\nPresharedKey = $PRIVATE\nEndpoint = 192.0.2.8:7\nAllowedIPs = 10.3.0.0/16\nPersistentKeepalive = 5\n"
same_file "the peer, and its allowed IPs at another" "$ALL" "[Peer]\nPublicKey = $K1\nPresharedKey = $PSK\nPersistentKeepalive = 1\n[Peer]\nPublicKey = $K2\nAllowedIPs = 10.0.0.0/8, fd00::/64\n"
same_file "a peer and no interface" "setconf addconf" "[Peer]\nPublicKey = $K1\n"
same_file "a peer again" "setconf addconf" "[Peer]\nPublicKey = $K2\nAllowedIPs = 10.1.0.0/16\n[Peer]\nPublicKey = $K2\nAllowedIPs = 10.2.0.0/16\n"
same_file "the device's own key as a peer" "setconf addconf" "[Interface]\nPrivateKey = $PRIVATE\n[Peer]\nPublicKey = $(<"$WORK/own")\nAllowedIPs = 10.2.0.0/16\n"
same_file "a mark and a keepalive that are off" "setconf addconf" "[Interface]\nFwMark = off\n[Peer]\nPublicKey = $K1\nPersistentKeepalive = Off\n"
same_file "a port of 0" "setconf addconf" "[Interface]\nListenPort = 0\n"
same_file "a mistake after good lines" "$ALL" "[Interface]\nListenPort = 21842\n[Peer]\nPublicKey = $K2\nwhat\n"

# The grammar.
same_file "no line end at the end" addconf "[Interface]\nListenPort = 21834"
same_file "white space anywhere" addconf "[ Inter face ]\n Listen Port = 129 2 4\t\n"
same_file "all kinds of white space" addconf "[Interface]\n\v\fListenPort\v=\f21\t8 44\r\n"
same_file "white space in a key" addconf "[Interface]\nPrivateKey = ${PSK:0:9} ${PSK:9:9}\t${PSK:18}\n"
same_file "carriage returns" addconf "[Interface]\r\nListenPort = 21835\r\n"
same_file "upper and lower case" addconf "[INTERFACE]\nlistenport = 21836\n[peer]\nPUBLICKEY = $K2\n"
same_file "comments" addconf "# one\n[Interface] # two\nListenPort = 21837 # three\n#FwMark = 7\n   # four\n"
same_file "a comment that isn't UTF-8" addconf "[Interface]\nListenPort = 21838 # \xe9\xff\n"
same_file "repeated sections and keys" addconf "[Interface]\nListenPort = 21839\n[Interface]\nListenPort = 21840\nFwMark = 1\n"
same_file "the interface after a peer" addconf "[Peer]\nPublicKey = $K2\n[Interface]\nListenPort = 21841\n"
same_file "allowed IPs on several lines" addconf "[Peer]\nPublicKey = $K2\nAllowedIPs = 10.1.0.0/16\nAllowedIPs = 10.2.0.0/16, fd02::/16\n"
same_file "a repeated public key in a section" addconf "[Peer]\nPublicKey = $K2\nPublicKey = $K1\nPersistentKeepalive = 3\n"
same_file "host bits" addconf "[Peer]\nPublicKey = $K2\nAllowedIPs = 10.1.2.3/16\n"
same_file "a port by name" addconf "[Interface]\nListenPort = domain\n[Peer]\nPublicKey = $K2\nEndpoint = 192.0.2.9:domain\n"
same_file "an IPv6 endpoint without brackets" addconf "[Peer]\nPublicKey = $K2\nEndpoint = 2001:db8::2:77\n"
same_file "a comment that a NUL cuts" addconf "[Interface]\nListenPort = 21838 # a\0b\n"
same_file "a public key of zeros" addconf "[Peer]\nPublicKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
same_file "a private key of zeros" addconf "[Interface]\nPrivateKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
same_file "a preshared key of zeros" addconf "[Peer]\nPublicKey = $K1\nPresharedKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
# What is refused while it is read never comes to a device.
if [[ $KIND == engine ]]; then
    same_file "a comment cuts a value" addconf "[Interface]\nListenPort = 218#37\n"
    same_file "a semicolon is no comment" addconf "[Interface]\n; ListenPort = 21838\n"
    same_file "a byte order mark" addconf "\xef\xbb\xbf[Interface]\nListenPort = 21838\n"
    same_file "a no-break space" addconf "[Interface]\nListenPort =\xc2\xa021838\n"
    same_file "a key before any section" addconf "ListenPort = 5\n"
    same_file "a key of wg-quick" addconf "[Interface]\nAddress = 10.0.0.1/24\n"
    same_file "an interface's key in a peer" addconf "[Peer]\nPublicKey = $K2\nFwMark = 1\n"
    same_file "a peer's key in an interface" addconf "[Interface]\nEndpoint = 192.0.2.9:1\n"
    same_file "an unknown section" addconf "[Interfaces]\nListenPort = 5\n"
    same_file "a section that isn't closed" addconf "[Interface\nListenPort = 5\n"
    same_file "words after a section" addconf "[Interface] x\nListenPort = 5\n"
    same_file "a section and a key on one line" addconf "[Interface]ListenPort=5\n"
    same_file "an unknown key" addconf "[Interface]\nListenPorts = 5\n"
    same_file "a key without a value" addconf "[Peer]\nPublicKey = $K2\nAllowedIPs =\n"
    same_file "a private key without a value" addconf "[Interface]\nPrivateKey = \n"
    same_file "a word without equals" addconf "[Interface]\nListenPort\n"
    same_file "two equals" addconf "[Interface]\nListenPort == 5\n"
    same_file "only equals" addconf "[Interface]\n= 5\n"
    same_file "a peer without a key" addconf "[Peer]\nAllowedIPs = 10.1.0.0/16\n"
    same_file "a peer without a key before another" addconf "[Peer]\nAllowedIPs = 10.1.0.0/16\n[Peer]\nPublicKey = $K2\n"
    same_file "a short key" addconf "[Interface]\nPrivateKey = AAAA\n"
    same_file "a key in URL-safe base64" addconf "[Interface]\nPrivateKey = ${PRIVATE/+/-}\n[Peer]\nPublicKey = ${PSK//+/-}\n"
    same_file "a trailing comma" addconf "[Peer]\nPublicKey = $K2\nAllowedIPs = 10.1.0.0/16,\n"
    same_file "a mark in capitals" addconf "[Interface]\nFwMark = 0XCA6C\n"
    same_file "a keepalive that is too long" addconf "[Peer]\nPublicKey = $K2\nPersistentKeepalive = 65536\n"
    same_file "a name that can't be resolved" "setconf" "[Interface]\nListenPort = nosuchservice\n"
    same_file "a line of 100000 characters" addconf "[Interface]\nListenPort = 2183%0100000d\n"
fi

INPUT="$WORK/base.conf" same_change "setconf from standard input" setconf DEV /dev/stdin
same_change "setconf from an empty standard input" setconf DEV /dev/stdin
same_change "addconf from an empty standard input" addconf DEV /dev/stdin
# shellcheck disable=SC2016 # the variables are the script's
same_change "setconf from a process" script '"$WG" setconf "$DEV" <(printf "[Interface]\nListenPort = 21850\n")'
# shellcheck disable=SC2016
same_change "syncconf from a process, as wg-quick@.service does" \
    script '"$WG" syncconf "$DEV" <(printf "[Interface]\nListenPort = 21850\n")'
# shellcheck disable=SC2016
same_change "what showconf prints, setconf takes" \
    script 'file="$(mktemp)"; "$WG" showconf "$DEV" >"$file" && "$WG" setconf "$DEV" /dev/null && "$WG" setconf "$DEV" "$file"'
begins_alike "setconf: a device that isn't there" setconf nothere "$WORK/base.conf"
begins_alike "addconf: a device that isn't there" addconf nothere "$WORK/base.conf"
begins_alike "syncconf: a device that isn't there" syncconf nothere "$WORK/base.conf"
echo what >"$WORK/case.conf"
both setconf DEV "$WORK/case.conf"
equal "a file that can't be read ends with Debian's words" "Configuration parsing error" "$(tail -n 1 <<<"${ours_err%$'\n'}")"
