# shellcheck shell=bash disable=SC2034,SC2154
# An engine that gives fixed answers, so that both see the same device: times, counters, order, and what engines may say
# otherwise than wireguard-go.
cat >"$WORK/handler" <<'END'
first=
while IFS= read -r line && [ -n "$line" ]; do first="$first$line"; done
[ -n "$first" ] || exit
now=$(date +%s)
. "$WORK/reply"
END
export WORK
ncat -lkU /run/wireguard/wgf.sock --sh-exec "exec sh $WORK/handler" >/dev/null 2>&1 </dev/null &
server=$!
check "an engine of fixed answers starts" wait_until 5 test -S /run/wireguard/wgf.sock

# reply LINE...: what the engine answers from now on; $now is the time of day. errno and the blank line come by themselves.
reply() { raw "$@" "errno=0" ""; }
raw() { { echo 'cat <<END'; printf '%s\n' "$@"; echo END; } >"$WORK/reply"; }
# peer NUMBER LINE...: a peer's lines.
peer() {
    printf 'public_key=%064x\n' "$1"
    shift
    [[ $# -eq 0 ]] || printf '%s\n' "$@"
}
# handshake NUMBER SECONDS: a peer whose handshake was at that time.
handshake() { peer "$1" "last_handshake_time_sec=$2" "last_handshake_time_nsec=5"; }
readonly SECRET=private_key=400000000000000000000000000000000000000000000000000000000000004a

# Times.
# shellcheck disable=SC2016 # the engine knows the time
{
reply "$(handshake 1 '$((now - 1))')"
same_in_time "an age of 1 second" show wgf
reply "$(handshake 1 '$((now - 59))')"
same_in_time "an age of 59 seconds" show wgf
reply "$(handshake 1 '$((now - 60))')" "$(handshake 2 '$((now - 61))')" "$(handshake 3 '$((now - 3600))')"
same_in_time "ages of minutes and hours" show wgf
reply "$(handshake 1 '$((now - 90061))')"
same_in_time "an age of a day, an hour, a minute and a second" show wgf
reply "$(handshake 1 '$((now - 2 * 86400 - 7200 - 121))')"
same_in_time "an age of days, hours, minutes and seconds" show wgf
reply "$(handshake 1 '$((now - 86400 * 8))')" "$(handshake 2 '$((now - 86400 * 364))')"
same_in_time "no weeks and no months" show wgf
reply "$(handshake 1 '$((now - 31536000))')" "$(handshake 2 '$((now - 31536000 * 30 - 1))')"
same_in_time "ages of years" show wgf
reply "$(handshake 1 1)"
same_in_time "a handshake in 1970" show wgf
reply "$(handshake 1 '$now')"
same_in_time "a handshake now" show wgf
reply "$(handshake 1 '$((now + 100))')"
same_in_time "a handshake in the future" show wgf
WG_COLOR_MODE=always same_in_time "a handshake in the future, in colour" show wgf
reply "$(handshake 1 '$((now - 31626061))')"
WG_COLOR_MODE=always same_in_time "an age of all units, in colour" show wgf
}
reply "$(handshake 1 100)" "$(handshake 2 0)" "$(handshake 3 300)" "$(peer 4)" "$(handshake 5 200)" "$(handshake 6 300)"
same_in_time "the newest handshake comes first, none last" show wgf
same "fields keep the engine's order" show wgf latest-handshakes
same "the dump keeps the engine's order" show wgf dump
same "showconf keeps the engine's order" showconf wgf
reply "$(peer 1 last_handshake_time_sec=300 last_handshake_time_nsec=1)" "$(peer 2 last_handshake_time_sec=300 last_handshake_time_nsec=2)"
same_in_time "nanoseconds count in the order" show wgf
reply "$(peer 1 last_handshake_time_sec=0 last_handshake_time_nsec=7)" "$(peer 2)"
same_in_time "nanoseconds alone are no handshake" show wgf
reply "$(handshake 1 9223372036854775807)"
same "a handshake at the end of time: fields" show wgf dump
same_in_time "a handshake at the end of time: show" show wgf

# Counters.
transfer_of() { reply "$(peer 1 "rx_bytes=$1" "tx_bytes=$2")"; same "$1 and $2 bytes in words" show wgf; }
transfer_of 0 0
transfer_of 1 0
transfer_of 0 1
transfer_of 1023 1024
transfer_of 1025 1536
transfer_of 1048575 1048576
transfer_of 1073741823 1073741824
transfer_of 1099511627775 1099511627776
transfer_of 1125899906842624 1152921504606846976
transfer_of 18446744073709551615 9223372036854775807
transfer_of 9007336693694464 9007336693694465
transfer_of 1152 1408
transfer_of 123456789 987654321012
WG_COLOR_MODE=always transfer_of 5000 5000000
same "counters in bytes" show wgf transfer

# Fields.
reply "$SECRET" listen_port=0 fwmark=0
same "port and mark of 0" show wgf
same "port and mark of 0: dump" show wgf dump
reply listen_port=65535 fwmark=4294967295
same "the greatest port and mark, no key" show wgf
same "the greatest port and mark, no key: dump" show wgf dump
same "the greatest port and mark, no key: showconf" showconf wgf
reply "$SECRET" fwmark=1 "$(peer 1 "preshared_key=$(printf %064d 0)" persistent_keepalive_interval=0)" \
    "$(peer 2 "preshared_key=$(printf %064d 7)" persistent_keepalive_interval=65535)"
same "a preshared key of zeros is none" show wgf
same "a preshared key of zeros is none: field" show wgf preshared-keys
same "a preshared key of zeros is none: showconf" showconf wgf
same "keepalive off and on" show wgf persistent-keepalive
reply "$(peer 1 'endpoint=192.0.2.1:1')" "$(peer 2 'endpoint=[2001:db8::1]:65535')" "$(peer 3 'endpoint=[fe80::1%%lo]:5')" \
    "$(peer 4 'endpoint=[::ffff:192.0.2.1]:7')" "$(peer 5 'endpoint=[::]:0')" "$(peer 6 'endpoint=0.0.0.0:0')" \
    "$(peer 7 'endpoint=[2001:0DB8:0:0:1:0:0:1]:9')" "$(peer 8 'endpoint=[fe80::1%%1]:5')"
sed -i 's/%%/%/' "$WORK/reply"
same "endpoints of all forms" show wgf endpoints
same "endpoints of all forms: show" show wgf
same "endpoints of all forms: showconf" showconf wgf
reply "$(peer 1 allowed_ip=0.0.0.0/0 allowed_ip=::/0 allowed_ip=10.1.2.3/32 allowed_ip=::ffff:1.2.3.4/128 allowed_ip=10.1.2.3/8 \
    allowed_ip=2001:DB8::/32)" "$(peer 2)"
same "allowed IPs of all forms" show wgf allowed-ips
same "allowed IPs of all forms: show" show wgf
same "allowed IPs of all forms: dump" show wgf dump
same "allowed IPs of all forms: showconf" showconf wgf
WG_COLOR_MODE=always same "allowed IPs in colour" show wgf
reply
same "an engine that knows nothing: show" show wgf
same "an engine that knows nothing: dump" show wgf dump
same "an engine that knows nothing: showconf" showconf wgf
{ echo 'cat <<END'; for ((i = 1; i <= 3000; i++)); do peer $i "allowed_ip=10.0.$((i / 256)).$((i % 256))/32" rx_bytes=$i; done
    echo 'errno=0'; echo; echo END; } >"$WORK/reply"
same "3000 peers: dump" show wgf dump
same "3000 peers: show" show wgf
{ echo 'cat <<END'; peer 1; for ((i = 0; i < 5000; i++)); do echo "allowed_ip=10.0.$((i / 256)).$((i % 256))/32"; done
    echo 'errno=0'; echo; echo END; } >"$WORK/reply"
same "5000 allowed IPs: show" show wgf
same "5000 allowed IPs: showconf" showconf wgf

# What the protocol allows, and what it doesn't.
reply "$SECRET" what=ever "$(peer 1 protocol_version=1 what=ever allowed_ip=10.0.0.0/8)"
same "unknown keys are passed over" show wgf dump
reply "$(peer 1 protocol_version=2)"
same "another version of the protocol is passed over" show wgf dump
reply "$(peer 1 allowed_ip=10.0.0.0/8)" "$(peer 1 allowed_ip=10.1.0.0/16)"
same "a peer that comes twice" show wgf dump
reply "$SECRET" "$(peer 1)" listen_port=5 fwmark=7
same "the device's values after a peer" show wgf dump

# answers FACT LINE...: an answer that both take, or both refuse.
answers() {
    local fact="$1"
    shift
    raw "$@"
    same "an engine answers: $fact" show wgf dump
}
answers "a line without an equals sign" listen_port=1 nonsense errno=0 ""
answers "nothing" ""
answers "no errno" listen_port=1 ""
answers "an errno that is positive" errno=22 ""
answers "an errno that is negative" errno=-22 ""
answers "an errno that is no number" errno=x ""
answers "it breaks off" listen_port=1
answers "it breaks off behind errno" listen_port=1 errno=0
answers "a port that is too large" listen_port=65536 errno=0 ""
answers "a port that is no number" listen_port=x errno=0 ""
answers "a port that is negative" listen_port=-1 errno=0 ""
answers "an empty port" listen_port= errno=0 ""
answers "a mark in hexadecimal" fwmark=0x1 errno=0 ""
answers "a private key that is too short" private_key=00 errno=0 ""
answers "a private key that is not hexadecimal" "$(printf 'private_key=%063dx' 0)" errno=0 ""
answers "a private key in capitals" "${SECRET^^}" errno=0 ""
answers "a peer's key that is too long" "$(printf 'public_key=%065d' 0)" errno=0 ""
answers "an endpoint without a port" "$(peer 1 endpoint=192.0.2.1)" errno=0 ""
answers "an empty endpoint" "$(peer 1 endpoint=)" errno=0 ""
answers "an allowed IP that is too long" "$(peer 1 allowed_ip=10.0.0.1/33)" errno=0 ""
answers "an allowed IP that is none" "$(peer 1 allowed_ip=x/8)" errno=0 ""
answers "a keepalive that is too large" "$(peer 1 persistent_keepalive_interval=65536)" errno=0 ""
answers "a handshake that is negative" "$(peer 1 last_handshake_time_sec=-1)" errno=0 ""
answers "a peer's value before any peer" allowed_ip=10.0.0.0/8 errno=0 ""
answers "more lines behind errno" listen_port=1 errno=0 listen_port=2 ""

# Some devices can't be read.
raw errno=5 ""
same "one device of several can't be read: show" show
equal "one device of several can't be read: both say which" "${stock_err%%:*}" "${ours_err%%:*}"
same "one device of several can't be read: show all peers" show all peers
same "one device of several can't be read: show interfaces" show interfaces
begins_alike "a device can't be read: show" show wgf
begins_alike "a device can't be read: showconf" showconf wgf
begins_alike "a device can't be written" set wgf fwmark 1
raw errno=0 ""
same "a device can be written" set wgf fwmark 1

# Known differences.
reply "$(printf 'private_key=%064d' 0)" listen_port=7
for word in "show wgf" "show wgf dump" "showconf wgf"; do
    # shellcheck disable=SC2086 # words
    differs "a private key of zeros: $word" "stock takes the engine's word for none for a key" 0 7 unchanged $word
done
reply "$(peer 1 endpoint=localhost:1)"
differs "an engine's endpoint that is a name" "stock asks the name service what an engine may mean" 1 "Protocol error" unchanged \
    show wgf dump
reply "$(peer 1 endpoint=192.0.2.1:domain)"
differs "an engine's endpoint with the name of a port" "stock looks up what an engine may mean" 1 "Protocol error" unchanged \
    show wgf dump
reply "$(peer 1 allowed_ip=10.0.0.1)"
differs "an engine's allowed IP without its length" "it can mean one thing only" 0 10.0.0.1/32 unchanged show wgf dump
reply "$(peer 1 rx_bytes=18446744073709551616)"
differs "an engine's counter that is too large" "stock shows another number" 1 "Protocol error" unchanged show wgf dump
reply "own_public_key=$(printf %064d 7)" "$(peer 1 last_handshake_time_sec=60)"
differs "an engine that tells its public key alone, as boringtun" "stock passes over it" 0 \
    "public key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAc=" unchanged show wgf
differs "an engine that tells the age of a handshake, as boringtun" "stock takes it for a time in 1970" 0 \
    "latest handshake: 1 minute(, 1 second)? ago" unchanged show wgf
kill "$server"
