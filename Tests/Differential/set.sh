# shellcheck shell=bash disable=SC2034,SC2154
# set: words that both take, and words that both refuse.
: >"$WORK/empty"
printf '%s\n\n \n' "$PRIVATE" >"$WORK/spaced"
printf ' %s\n' "$PRIVATE" >"$WORK/led"
printf '%s\nx' "$PRIVATE" >"$WORK/followed"
printf '%s\0' "$PRIVATE" >"$WORK/nul"
printf '%s' "$PRIVATE" >"$WORK/bare"
printf '%s' "${PRIVATE%=}" >"$WORK/short"
printf '%s' "${PRIVATE/1Q=/1R=}" >"$WORK/noncanonical"
"$STOCK" pubkey <"$WORK/key" >"$WORK/own"

# each STATUS: every line of standard input as words of set, which both end with this status.
each() {
    local words
    while read -r words; do
        # shellcheck disable=SC2086 # words, and '' for an empty one
        WANTED="$1" eval "same_change \"set: ${words//$WORK\//}\" set DEV $words"
    done
}

each 0 <<END
listen-port 21821
listen-port 0
listen-port domain
fwmark 0x10
fwmark 0
fwmark 0xffffffff
private-key $WORK/empty
private-key $WORK/psk
listen-port 21822 fwmark 3 private-key $WORK/psk
peer $K1 remove
peer $K2
peer $K2 remove
peer $(<"$WORK/own")
peer $K2 preshared-key $WORK/psk endpoint 192.0.2.2:9 persistent-keepalive 3 allowed-ips 192.168.0.0/16
peer $K2 allowed-ips 192.168.0.0/16 persistent-keepalive 3 endpoint 192.0.2.2:9 preshared-key $WORK/psk
peer $K1 preshared-key $WORK/key
peer $K1 preshared-key $WORK/empty
peer $K1 endpoint 192.0.2.3:domain
peer $K1 endpoint 192.0.2.3:0
peer $K1 endpoint [2001:db8::1]:5
peer $K1 endpoint [::ffff:192.0.2.3]:5
peer $K1 endpoint 2001:db8::2:77
peer $K1 endpoint [fe80::1%lo]:8
peer $K1 endpoint 1.2:10
peer $K1 persistent-keepalive off
peer $K1 persistent-keepalive 65535
peer $K1 allowed-ips ''
peer $K1 allowed-ips 10.1.0.0/16,fd01::/32
peer $K1 allowed-ips 10.1.0.1
peer $K1 allowed-ips 10.1.0.1/16
peer $K1 allowed-ips fd01::1/64
peer $K1 allowed-ips ::ffff:10.1.0.0/120
peer $K1 allowed-ips '10.1.0.0/16, 10.2.0.0/16'
peer $K1 allowed-ips 0.0.0.0/0,::/0
peer $K1 allowed-ips 10.1.0.0/16 allowed-ips 10.2.0.0/16
peer $K1 allowed-ips 10.1.0.0/16 peer $K2 allowed-ips 10.1.0.0/16
peer $K2 allowed-ips 10.0.0.0/8
peer $K1 persistent-keepalive 1 peer $K1 endpoint 192.0.2.5:5
peer $K1 remove peer $K1 allowed-ips 10.1.0.0/16
peer $K1 remove allowed-ips 10.1.0.0/16
END
each 1 <<END
listen-port nosuchservice
fwmark 1 listen-port nosuchservice
private-key $WORK/led
peer x
peer $K1 allowed-ips 10.1.0.0/33
peer $K1 endpoint 192.0.2.3
peer $K1 foo
END
# How a value may be spelt does not depend on the device, and what is refused while it is read never comes to one.
[[ $KIND == kernel ]] || each 0 <<END
listen-port 65535
listen-port +98
listen-port ' 99'
listen-port 021
fwmark 16
fwmark OFF
fwmark 010
fwmark 0xCA
fwmark 4294967295
private-key $WORK/bare
private-key $WORK/spaced
private-key /dev/null
fwmark 1 fwmark 2
peer $K1 preshared-key /dev/null
peer $K1 endpoint 192.0.2.3:+77
peer $K1 endpoint '192.0.2.3: 77'
peer $K1 endpoint [192.0.2.3]:5
peer $K1 endpoint fe80::1%lo:8
peer $K1 endpoint [fe80::1%1]:8
peer $K1 endpoint 0x7f000001:10
peer $K1 endpoint localhost:10
peer $K1 persistent-keepalive OFF
peer $K1 persistent-keepalive 0
peer $K1 persistent-keepalive 007
peer $K1 allowed-ips 10.1.0.1/08
peer $K1 allowed-ips '10.1.0.0 / 16'
peer $K1 allowed-ips 10.1.0.0/16,10.1.0.0/16
peer $K1 allowed-ips fd01::1
peer $K1
END
[[ $KIND == kernel ]] || each 1 <<END
listen-port '99 '
listen-port '9 9'
listen-port -1
listen-port ''
listen-port
listen-port x:y
listen-port 1.5
fwmark 0X10
fwmark 0x
fwmark 4294967296
fwmark -1
fwmark ' 1'
fwmark '1 '
fwmark +1
fwmark ''
fwmark 1x
private-key $WORK/followed
private-key $WORK/nul
private-key $WORK/short
private-key $WORK/noncanonical
private-key $WORK/nofile
private-key $WORK
private-key ''
private-key
foo
FWMARK 1
remove
endpoint 192.0.2.1:1
allowed-ips 10.0.0.0/8
peer
peer ''
peer $K1=
peer ${K1/XQ=/XR=}
peer ' $K1 '
peer $K1 preshared-key $WORK/followed
peer $K1 preshared-key
peer $K1 endpoint ' 192.0.2.3:77'
peer $K1 endpoint '192.0.2.3 :77'
peer $K1 endpoint [fe80::1%nosuch0]:8
peer $K1 endpoint nosuchname.invalid:10
peer $K1 endpoint [2001:db8::1]
peer $K1 endpoint [2001:db8::1]5
peer $K1 endpoint [2001:db8::1:5
peer $K1 endpoint :5
peer $K1 endpoint 192.0.2.3:
peer $K1 endpoint []:5
peer $K1 endpoint ''
peer $K1 endpoint
peer $K1 persistent-keepalive 65536
peer $K1 persistent-keepalive -1
peer $K1 persistent-keepalive 0x5
peer $K1 persistent-keepalive ''
peer $K1 persistent-keepalive x
peer $K1 persistent-keepalive ' 5'
peer $K1 persistent-keepalive
peer $K1 allowed-ips 10.1.0.0/-1
peer $K1 allowed-ips 10.1.0.0/
peer $K1 allowed-ips 10.1.0.0/8/8
peer $K1 allowed-ips 10.1.0.0/255.255.0.0
peer $K1 allowed-ips 10.1.0/24
peer $K1 allowed-ips 010.1.0.0/24
peer $K1 allowed-ips fd01::/129
peer $K1 allowed-ips fd01:::/64
peer $K1 allowed-ips fe80::%lo/64
peer $K1 allowed-ips host/8
peer $K1 allowed-ips 10.1.0.0/16,
peer $K1 allowed-ips ,10.1.0.0/16
peer $K1 allowed-ips 10.1.0.0/16,,10.2.0.0/16
peer $K1 allowed-ips
peer $K1 listen-port 5
END

INPUT="$WORK/key" same_change "set: a key from standard input" set DEV private-key /dev/stdin
INPUT="$WORK/empty" same_change "set: an empty standard input removes a key" set DEV private-key /dev/stdin
# shellcheck disable=SC2016 # the variables are the script's
same_change "set: a key from a process" script '"$WG" set "$DEV" private-key <(echo "'"$PSK"'")'
same_change "set: two keys from processes" \
    script '"$WG" set "$DEV" private-key <(echo "'"$PSK"'") peer "'"$K1"'" preshared-key <(echo "'"$PRIVATE"'")'
"$STOCK" pubkey <"$WORK/psk" >"$WORK/other"
# shellcheck disable=SC2016
same_change "set: a private key whose public key is a peer's" \
    script '"$WG" set "$DEV" peer "'"$(<"$WORK/other")"'" && "$WG" set "$DEV" private-key '"$WORK/psk"
WG_ENDPOINT_RESOLUTION_RETRIES=x same_change "retries that are no number" set DEV peer "$K1" endpoint 192.0.2.9:9
WG_ENDPOINT_RESOLUTION_RETRIES=' +3' same_change "retries after white space and a sign" set DEV peer "$K1" endpoint 192.0.2.9:9
WG_ENDPOINT_RESOLUTION_RETRIES=0x3 same_change "retries in hexadecimal" set DEV peer "$K1" endpoint 192.0.2.9:9
WG_ENDPOINT_RESOLUTION_RETRIES=2147483648 same_change "retries beyond an int" set DEV peer "$K1" endpoint 192.0.2.9:9
WG_ENDPOINT_RESOLUTION_RETRIES=-1 same_change "retries below none" set DEV peer "$K1" endpoint 192.0.2.9:9
WG_ENDPOINT_RESOLUTION_RETRIES='' same_change "retries that are empty" set DEV peer "$K1" endpoint 192.0.2.9:9
WG_ENDPOINT_RESOLUTION_RETRIES=Infinity same_change "retries in capitals" set DEV peer "$K1" endpoint 192.0.2.9:9
WG_ENDPOINT_RESOLUTION_RETRIES=infinity same_change "retries without end, not needed" set DEV peer "$K1" endpoint 192.0.2.9:9
WG_ENDPOINT_RESOLUTION_RETRIES=infinity same_change "a name that can't exist is not asked for again" \
    set DEV peer "$K1" endpoint 'nosuch..name:9'
WG_ENDPOINT_RESOLUTION_RETRIES=x begins_alike "retries that are no number: what is said" set wgs peer "$K1" endpoint 192.0.2.9:9
both set DEV peer "$K1" allowed-ips 10.1.2.3/8
equal "host bits are warned of in the same words" "${stock_err%$'\n'}" "${ours_err%% (*}"
reset
begins_alike "set: a word that is none" set wgs foo
begins_alike "set: a word where none is left" set wgs listen-port
begins_alike "set: a device that isn't there" set nothere fwmark 1
