# shellcheck shell=bash disable=SC2034,SC2154
# The known differences, each with its reason, and held to what ours does instead. Those of one state are where that state
# is: no-device.sh, transports.sh.
reason="stock takes a port modulo 65536"
differs "port 70000" "$reason" 1 70000 unchanged set DEV listen-port 70000
differs "port 65536" "$reason" 1 65536 unchanged set DEV listen-port 65536
differs "an endpoint's port 70000" "$reason" 1 70000 unchanged set DEV peer "$K1" endpoint 192.0.2.1:70000
printf '[Interface]\nListenPort = 70000\n' >"$WORK/port.conf"
differs "port 70000 in a file" "$reason" 1 "Configuration parsing error" unchanged setconf DEV "$WORK/port.conf"
WG_ENDPOINT_RESOLUTION_RETRIES=1 differs_in_words "an unknown service" "stock asks again, for 72 s unless told" \
    "Trying again" "nonsense" set DEV peer "$K1" endpoint 192.0.2.1:nonsense

reason="stock has them since 2025, Debian's not yet"
added=$'^[^\n]*\n[^\n]*\t10.0.0.0/8,fd00::/64,10.200.0.0/16\t'
differs "+ adds an allowed IP to the others" "$reason" 0 "^$" "$added" set DEV peer "$K1" allowed-ips +10.200.0.0/16
printf '[Peer]\nPublicKey = %s\nAllowedIPs = +10.200.0.0/16\n' "$K1" >"$WORK/add.conf"
differs "+ in a file" "$reason" 0 "^$" "$added" addconf DEV "$WORK/add.conf"

printf '[Interface]\nPrivateKey = %s\nListenPort = 21820\n[Peer]\nPublicKey = %s\nAllowedIPs = 10.0.0.0/8\n' \
    "$PRIVATE" "$K1" >"$WORK/sync.conf"
differs "syncconf clears a preshared key and keepalive" "stock does since 2025, Debian's keeps them" 0 "^$" \
    $'\n'"$K1"$'\t\\(none\\)\t192.0.2.1:7\t10.0.0.0/8\t0\t0\t0\toff\n' syncconf DEV "$WORK/sync.conf"

"$STOCK" set wgs peer "$K2"
differs "show all endpoints of several peers" "Debian's prints the device before the first only, stock since then on each line" \
    0 $'wgs\t[^\n]*\nwgs\t' "" show all endpoints
"$STOCK" set wgs peer "$K2" remove

printf '[Interface]\nListenPort = 21838\0 7\n' >"$WORK/nul.conf"
differs "a NUL byte in a file" "stock reads the line up to it; no file that somebody wrote has one" 1 "NUL byte" unchanged \
    addconf DEV "$WORK/nul.conf"
differs "a directory for a file" "stock takes it for an empty file, which wipes the device" 1 "Is a directory" unchanged \
    setconf DEV "$WORK"
printf '[Interface]\nPrivateKey = %s\n' "${PRIVATE%=}" >"$WORK/secret.conf"
differs_in_words "a private key that is none" "stock repeats it on standard error" "${PRIVATE%=}" PrivateKey \
    setconf DEV "$WORK/secret.conf"
printf '[Peer]\nPublicKey = %s\nPresharedKey = %s\n' "$K1" "${PSK/=/!}" >"$WORK/secret.conf"
differs_in_words "a preshared key that is none" "stock repeats it on standard error" "${PSK%=}" PresharedKey \
    setconf DEV "$WORK/secret.conf"
# shellcheck disable=SC2016 # the variables are the script's
differs "a full disk" "stock's genkey succeeds" 1 "No space left" unchanged script '"$WG" genkey >/dev/full'

# shellcheck disable=SC2016
differs "show to a full disk" "stock succeeds" 1 "No space left" unchanged script '"$WG" show "$DEV" >/dev/full'

reason="stock cuts it to 15 bytes, so that it hits another device"
check "a device with a name of 15 characters" make wg0andtwelvemor
differs "a name of 16 characters: set" "$reason" 1 "File name too long" unchanged set wg0andtwelvemore fwmark 1
for word in setconf addconf syncconf; do
    differs "a name of 16 characters: $word" "$reason" 1 "File name too long" unchanged "$word" wg0andtwelvemore /dev/null
done
for word in show showconf; do
    differs_in_words "a name of 16 characters: $word" "stock says this only in later versions" "Invalid argument|supported" \
        "File name too long" "$word" wg0andtwelvemore
done
if [[ $KIND == engine ]]; then
    reason="the text is ours"
    for word in help -h --help; do differs "$word" "$reason" 0 $'^Usage: wg .*\n  showconf ' unchanged "$word"; done
    for word in version -v --version; do
        differs "$word" "the name and version are ours" 0 $'^swift-wireguard v[0-9]+\\.[0-9]+\\.[0-9]+ - [^\n]*\n$' unchanged "$word"
    done
    reason="stock prints usage on standard error, takes it for a device, or fails"
    for word in show showconf set setconf addconf syncconf genkey genpsk pubkey; do
        differs "$word --help" "$reason" 0 "^Usage: wg $word" unchanged "$word" --help
    done
    reason="an addition of ours"
    differs "show --json" "$reason" 0 '^\{"schema":1,.*"name":"wgs"' unchanged show --json
    differs "show --json of one device" "$reason" 0 '^\{"schema":1,.*"name":"wgs"' unchanged show wgs --json
    differs "show --names" "$reason" 0 $'^interface: ' unchanged show --names wgs
    differs "metrics" "$reason" 0 'interface="wgs"' unchanged metrics
    differs "watch" "$reason" 0 "wgs" unchanged watch --count 1
    reason="stock prints usage on standard error, takes it for a device, or fails"
    differs "show -h" "$reason" 0 "^Usage: wg show" unchanged show -h
    differs "show help" "$reason" 0 "^Usage: wg show" unchanged show help
    # shellcheck disable=SC2016 # the variable is the script's
    NO_COLOR=1 differs "NO_COLOR on a terminal" "stock doesn't know it" 0 "^interface: wgs" unchanged \
        script 'script -qec "$WG show wgs" /dev/null'
fi
