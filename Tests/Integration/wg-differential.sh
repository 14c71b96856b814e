#!/bin/bash
# limit: 180
# Our wg and Debian's 1.0.20210914 on the same wireguard-go device: the same standard output, the same exit status, and
# after each change the same device. Standard error is ours alone.
#
# Known differences, each held to what ours does instead:
#   +/- in allowed IPs                stock has them since 2025; Debian's refuses them
#   port 70000                        stock wraps it to 4464
#   a service that doesn't exist      stock asks again for 72 s
#   COMMAND --help                    stock prints usage and fails, or takes it for a device
#   show all FIELD that is unknown    stock succeeds where there is no device
#   syncconf                          not part of this version
#   show all endpoints                Debian's prints the device once, later ones on each line
#   names of 16 characters and more   stock cuts them for set and setconf, so that they hit another device
#   a full disk                       stock's genkey succeeds
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

stock() { on a timeout 20 /usr/bin/wg "$@"; }
ours() { on a timeout 20 wg "$@"; }

# outcome COMMAND...: standard output and exit status. Engines list peers in no order, so lines are sorted.
outcome() {
    local status
    "$@" >"$WORK/out" 2>"$WORK/err" </dev/null
    status=$?
    sort "$WORK/out"
    echo "status $status"
}

# same FACT WORDS...: both say the same.
same() {
    local fact="$1"
    shift
    equal "$fact" "$(outcome stock "$@")" "$(outcome ours "$@")"
}

reset() { stock setconf wg0 "$WORK/base.conf"; }
# Ports that the kernel chose are from 32768 on; the ones in here are below.
device_now() { stock showconf wg0 | sed -E 's/^ListenPort = (3[2-9]|4.|5.|60)...$/ListenPort = chosen/' | sort; }

# same_change FACT WORDS...: from the same beginning both end with the same status and the same device.
same_change() {
    local fact="$1" expected actual
    shift
    reset
    expected="$(outcome stock "$@"; device_now)"
    reset
    actual="$(outcome ours "$@"; device_now)"
    equal "$fact" "$expected" "$actual" || sed 's/^/# ours: /' "$WORK/err"
}

# same_file FACT TEXT: setconf and addconf of a file, with printf's escapes.
same_file() {
    # shellcheck disable=SC2059 # the escapes are meant
    printf "$2" >"$WORK/case.conf"
    same_change "setconf: $1" setconf wg0 "$WORK/case.conf"
    same_change "addconf: $1" addconf wg0 "$WORK/case.conf"
}

# differs FACT STATUS PATTERN COMMAND...: ours ends with a status and says something, on either output.
differs() {
    local fact="$1" status="$2" pattern="$3" actual
    shift 3
    "$@" >"$WORK/said" 2>&1 </dev/null
    actual=$?
    check "known difference: $fact" eval "[[ $actual -eq $status ]] && grep -qE -- $(printf %q "$pattern") '$WORK/said'" ||
        sed 's/^/# /' "$WORK/said"
}

host a
K1=sz3xPxnKuoFdbnCYtVtGNBRMZtLbtHYVRUyEZlTKyXQ=
K2=qs0TJhxSTGHhJCVMMyYIgLvRdrtrwvy7T4zxFRpnaB8=
umask 077
wg genkey >"$WORK/key"
wg genpsk >"$WORK/psk"
PRIVATE="$(<"$WORK/key")"
PSK="$(<"$WORK/psk")"
: >"$WORK/empty"
printf '%s\n\n \n' "$PRIVATE" >"$WORK/spaced"
printf ' %s\n' "$PRIVATE" >"$WORK/led"
printf '%s\nx' "$PRIVATE" >"$WORK/followed"
cat >"$WORK/base.conf" <<END
[Interface]
PrivateKey = $PRIVATE
ListenPort = 21820
FwMark = 0xca6c
[Peer]
PublicKey = $K1
PresharedKey = $PSK
Endpoint = 192.0.2.1:7
AllowedIPs = 10.0.0.0/8, fd00::/64
PersistentKeepalive = 25
END
FIELDS="public-key private-key listen-port fwmark peers preshared-keys endpoints allowed-ips latest-handshakes transfer
    persistent-keepalive dump"

show_everything() {
    local field
    for field in $FIELDS; do same "$1: show wg0 $field" show wg0 "$field"; done
    same "$1: show wg0" show wg0
    same "$1: show" show
    same "$1: show all" show all
    same "$1: show all dump" show all dump
    same "$1: show interfaces" show interfaces
    same "$1: showconf" showconf wg0
    export WG_HIDE_KEYS=never WG_COLOR_MODE=always
    same "$1: show in colour with keys" show wg0
    unset WG_HIDE_KEYS WG_COLOR_MODE
}

equal "the reference is Debian's" "wireguard-tools v1.0.20210914" "$(stock --version | cut -d ' ' -f 1,2)"
equal "the other one is ours" "swift-wireguard" "$(ours --version | cut -d ' ' -f 1)"
same "no device: show" show
same "no device: show interfaces" show interfaces
same "no device: show all dump" show all dump
same "no device: show wg0" show wg0
same "no device: set" set wg0 listen-port 1
check "wireguard-go starts" device a wireguard-go
show_everything "a bare device"
reset
show_everything "one peer"
check "a second peer" stock set wg0 peer "$K2" endpoint '[fe80::1%lo]:8' persistent-keepalive 1
show_everything "two peers"

# Command lines.
for words in "nosuch" "show wg0 nosuch" "show wg0 dump x" "show interfaces dump" "showconf" "showconf wg0 x" "set" \
    "set wg0" "setconf wg0" "addconf wg0 a b" "genkey x" "genpsk x" "pubkey x" "show nothere" "show lo" \
    "showconf nothere" "set nothere listen-port 1" "setconf nothere $WORK/base.conf" "setconf wg0 $WORK/nofile"; do
    # shellcheck disable=SC2086 # words
    same "wg $words" $words
done

# set: WORDS that both take, or both refuse.
while read -r words; do
    # shellcheck disable=SC2086 # words, and '' for an empty one
    eval "same_change \"set: $words\" set wg0 $words"
done <<END
listen-port 21821
listen-port domain
listen-port +98
listen-port ' 99'
listen-port
listen-port x:y
fwmark 0x10
fwmark 16
fwmark OFF
fwmark 0
fwmark 0X10
fwmark 4294967296
fwmark -1
private-key $WORK/empty
private-key /dev/null
private-key $WORK/spaced
private-key $WORK/led
private-key $WORK/followed
private-key $WORK/nofile
listen-port 21822 fwmark 3 private-key $WORK/psk
fwmark 1 fwmark 2
foo
remove
endpoint 192.0.2.1:1
allowed-ips 10.0.0.0/8
peer
peer x
peer $K1
peer $K1 remove
peer $K2
peer $K2 remove
peer $K2 preshared-key $WORK/psk endpoint 192.0.2.2:9 persistent-keepalive 3 allowed-ips 192.168.0.0/16
peer $K1 preshared-key $WORK/empty
peer $K1 preshared-key
peer $K1 endpoint 192.0.2.3:domain
peer $K1 endpoint [2001:db8::1]:5
peer $K1 endpoint 2001:db8::2:77
peer $K1 endpoint [fe80::1%lo]:8
peer $K1 endpoint 1.2:10
peer $K1 endpoint 192.0.2.3
peer $K1 endpoint [2001:db8::1]
peer $K1 endpoint :5
peer $K1 endpoint 192.0.2.3:
peer $K1 endpoint ''
peer $K1 persistent-keepalive off
peer $K1 persistent-keepalive 0
peer $K1 persistent-keepalive 65535
peer $K1 persistent-keepalive 65536
peer $K1 persistent-keepalive x
peer $K1 allowed-ips ''
peer $K1 allowed-ips 10.1.0.0/16,fd01::/32
peer $K1 allowed-ips 10.1.0.1
peer $K1 allowed-ips 10.1.0.1/08
peer $K1 allowed-ips 10.1.0.1/16
peer $K1 allowed-ips 10.1.0.0/33
peer $K1 allowed-ips 10.1.0/24
peer $K1 allowed-ips fd01::/129
peer $K1 allowed-ips 10.1.0.0/16,
peer $K1 allowed-ips ,10.1.0.0/16
peer $K1 allowed-ips '10.1.0.0/16, 10.2.0.0/16'
peer $K1 allowed-ips 0.0.0.0/0,::/0
peer $K1 allowed-ips 10.1.0.0/16 allowed-ips 10.2.0.0/16
peer $K1 allowed-ips 10.1.0.0/16 peer $K2 allowed-ips 10.1.0.0/16
peer $K1 remove peer $K1 allowed-ips 10.1.0.0/16
peer $K1 listen-port 5
peer $K1 remove allowed-ips 10.1.0.0/16
END

# Files.
same_file "an empty file" ""
same_file "an empty section" "[Interface]\n"
same_file "everything" "[Interface]\nPrivateKey=$PRIVATE\nListenPort=21833\nFwMark=0x9\n[Peer]\nPublicKey=$K2\nPresharedKey=$PSK\nEndpoint=192.0.2.9:1\nPersistentKeepalive=9\nAllowedIPs=10.9.0.0/16\n"
same_file "no line end at the end" "[Interface]\nListenPort = 21834"
same_file "white space anywhere" "[ Inter face ]\n Listen Port = 129 2 4\t\n"
same_file "carriage returns" "[Interface]\r\nListenPort = 21835\r\n"
same_file "upper and lower case" "[INTERFACE]\nlistenport = 21836\n[peer]\nPUBLICKEY = $K2\n"
same_file "comments" "# one\n[Interface] # two\nListenPort = 21837 # three\n#FwMark = 7\n"
same_file "a semicolon is no comment" "[Interface]\n; ListenPort = 21838\n"
same_file "a byte order mark" "\xef\xbb\xbf[Interface]\nListenPort = 21838\n"
same_file "repeated sections and keys" "[Interface]\nListenPort = 21839\n[Interface]\nListenPort = 21840\nFwMark = 1\n"
same_file "the interface after a peer" "[Peer]\nPublicKey = $K2\n[Interface]\nListenPort = 21841\n"
same_file "marks and keepalives that are off" "[Interface]\nFwMark = off\n[Peer]\nPublicKey = $K1\nPersistentKeepalive = Off\n"
same_file "a peer again" "[Peer]\nPublicKey = $K2\nAllowedIPs = 10.1.0.0/16\n[Peer]\nPublicKey = $K2\nAllowedIPs = 10.2.0.0/16\n"
same_file "allowed IPs on several lines" "[Peer]\nPublicKey = $K2\nAllowedIPs = 10.1.0.0/16\nAllowedIPs = 10.2.0.0/16, fd02::/16\n"
same_file "host bits" "[Peer]\nPublicKey = $K2\nAllowedIPs = 10.1.2.3/16\n"
same_file "a port by name" "[Interface]\nListenPort = domain\n[Peer]\nPublicKey = $K2\nEndpoint = 192.0.2.9:domain\n"
same_file "an IPv6 endpoint without brackets" "[Peer]\nPublicKey = $K2\nEndpoint = 2001:db8::2:77\n"
same_file "a key before any section" "ListenPort = 5\n"
same_file "a key of wg-quick" "[Interface]\nAddress = 10.0.0.1/24\n"
same_file "a key of the other section" "[Interface]\nEndpoint = 192.0.2.9:1\n"
same_file "an unknown section" "[Interfaces]\nListenPort = 5\n"
same_file "an unknown key" "[Interface]\nListenPorts = 5\n"
same_file "a key without a value" "[Peer]\nPublicKey = $K2\nAllowedIPs =\n"
same_file "a word without equals" "[Interface]\nListenPort\n"
same_file "a peer without a key" "[Peer]\nAllowedIPs = 10.1.0.0/16\n"
same_file "a bad key" "[Interface]\nPrivateKey = AAAA\n"
same_file "a trailing comma" "[Peer]\nPublicKey = $K2\nAllowedIPs = 10.1.0.0/16,\n"
same_file "a mistake after good lines" "[Interface]\nListenPort = 21842\n[Peer]\nPublicKey = $K2\nwhat\n"
same_change "setconf reads /dev/stdin, empty here" setconf wg0 /dev/stdin
same_change "showconf's output is a file for setconf" showconf wg0

# Keys.
equal "pubkey of our genkey is what Debian's says" "$(wg genkey | tee "$WORK/k" | wg pubkey)" "$(/usr/bin/wg pubkey <"$WORK/k")"
equal "pubkey of our genpsk too" "$(wg genpsk | tee "$WORK/k" | wg pubkey)" "$(/usr/bin/wg pubkey <"$WORK/k")"
equal "a key of ours is 45 bytes" 45 "$(wg genkey | wc -c)"
# pubkey_says PROGRAM FILE: all three of output, complaint and status.
pubkey_says() { (exec -a wg "$1" pubkey) <"$2" 2>&1; echo "status $?"; }
number=0
for input in "" "abc" "$K1" "$K1\n" "$K1 \t\n\v\f\r" "$K1\0" "$K1\n\0x" "$K1=" " $K1" "$K1\n$K1\n" "${K1/sz/s!}" \
    "${K1/XQ=/XR=}" "$PRIVATE" "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; do
    # shellcheck disable=SC2059 # the escapes are meant
    printf "$input" >"$WORK/input"
    number=$((number + 1))
    equal "pubkey of input $number" "$(pubkey_says /usr/bin/wg "$WORK/input")" "$(pubkey_says "$WG_BIN_DIR/wg" "$WORK/input")"
done
# warns PROGRAM MODE: how many lines genkey says beside the key, into a file of this mode.
warns() {
    : >"$WORK/new"
    chmod "$2" "$WORK/new"
    "$1" genkey 2>&1 >"$WORK/new" | wc -l
}
for mode in 600 640 660 601 602 604 644; do
    equal "genkey into a file of mode $mode warns as Debian's does" "$(warns /usr/bin/wg $mode)" "$(warns wg $mode)"
done

# What ours does instead.
reset
differs "port 70000 is refused" 1 '70000' ours set wg0 listen-port 70000
differs "an endpoint's port 70000 is refused" 1 '70000' ours set wg0 peer "$K1" endpoint 192.0.2.1:70000
differs "an unknown service is refused at once" 1 'nonsense' ours set wg0 peer "$K1" endpoint 192.0.2.1:nonsense
check "known difference: + adds an allowed IP" ours set wg0 peer "$K1" allowed-ips +10.200.0.0/16
equal "and keeps the others" "10.0.0.0/8 10.200.0.0/16 fd00::/64" \
    "$(ours show wg0 allowed-ips | cut -f 2 | tr ' ' '\n' | sort | paste -sd ' ')"
check_fails "known difference: - removes one, which Debian's wireguard-go doesn't know" \
    ours set wg0 peer "$K1" allowed-ips -10.200.0.0/16
for command in show showconf set setconf addconf genkey genpsk pubkey; do
    differs "wg $command --help is help" 0 "^Usage: .* $command" ours "$command" --help
done
differs "show all of an unknown field" 1 'nosuch' ours show all nosuch
differs "syncconf is refused clearly" 1 'syncconf' ours syncconf wg0 "$WORK/base.conf"
check_fails "syncconf is not in the help" eval 'ours --help | grep -q syncconf'
differs "a name of 16 characters, shown" 1 'File name too long' ours show wg0andtwelvemore
differs "a name of 16 characters, set" 1 'File name too long' ours set wg0andtwelvemore listen-port 5
differs "genkey to a full disk" 1 'No space left' sh -c 'wg genkey >/dev/full'
equal "show all endpoints has the device on each line" "wg0	$K1	192.0.2.1:7" "$(ours show all endpoints)"

# Several engines, and a stale socket.
on a wireguard-go wg1
wait_until 5 on a test -S /run/wireguard/wg1.sock
same "two devices: show all dump" show all dump
same "two devices: show all transfer" show all transfer
equal "two devices: interfaces on one line" "$(stock show interfaces | tr ' ' '\n' | sort)" \
    "$(ours show interfaces | tr ' ' '\n' | sort)"
equal "two devices: the order is the same" "$(stock show interfaces)" "$(ours show interfaces)"
