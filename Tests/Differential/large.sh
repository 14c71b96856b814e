# shellcheck shell=bash disable=SC2034,SC2154
# A device that needs more than one message each way, and a peer whose allowed IPs alone do.
many_peers() {
    local i j
    printf '[Interface]\nPrivateKey = %s\nListenPort = 21870\nFwMark = 0xca6c\n' "$PRIVATE"
    for ((i = 1; i <= 60; i++)); do
        printf '[Peer]\nPublicKey = %042dA=\nAllowedIPs = 10.%d.0.0/16, fd00:%d::/48\n' "$i" "$i" "$i"
        [[ $((i % 2)) -eq 0 ]] || printf 'PresharedKey = %042dA=\n' "$i"
        case $((i % 3)) in
        0) echo "Endpoint = 203.0.113.$i:$((1000 + i))" ;;
        1) echo "Endpoint = [2001:db8::$i]:$((1000 + i))" ;;
        esac
        [[ $((i % 5)) -ne 0 ]] || echo "PersistentKeepalive = $i"
    done
    printf '[Peer]\nPublicKey = %042dA=\n' 61
    for ((j = 0; j < 600; j++)); do printf 'AllowedIPs = 172.16.%d.%d/32, fd01::%x/128\n' $((j / 256)) $((j % 256)) "$j"; done
}

many_peers >"$WORK/many.conf"
[[ $KIND == kernel ]] || UNORDERED=1
same_change "60 peers and one with 1200 allowed IPs: setconf" setconf DEV "$WORK/many.conf"
same_change "60 peers and one with 1200 allowed IPs: addconf" addconf DEV "$WORK/many.conf"
check "a device of many peers" "$STOCK" setconf wgs "$WORK/many.conf"
same_fields "60 peers and one with 1200 allowed IPs: every field" wgs
same "60 peers and one with 1200 allowed IPs: show" show wgs
same "60 peers and one with 1200 allowed IPs: showconf" showconf wgs
reset
# shellcheck disable=SC2016 # the variables are the script's
same_change "60 peers, one of them taken away, the rest added again" script '"$WG" setconf "$DEV" '"$WORK/many.conf"' &&
    "$WG" set "$DEV" peer '"$(printf %042dA= 7)"' remove && "$WG" addconf "$DEV" '"$WORK/many.conf"
same_change "60 peers, then none" script '"$WG" setconf "$DEV" '"$WORK/many.conf"' && "$WG" setconf "$DEV" /dev/null'
same_change "60 peers, synchronized with one" script '"$WG" setconf "$DEV" '"$WORK/many.conf"' &&
    "$WG" syncconf "$DEV" '"$WORK/base.conf"
same_change "one peer, synchronized with 60" syncconf DEV "$WORK/many.conf"
UNORDERED=
