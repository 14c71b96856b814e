#!/bin/bash
# limit: 180
# Input that cannot work is refused with a message that says why, with exit status 1, and changes nothing.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
keys a b
state a >"$WORK/before"
mkdir -m 700 "$WORK/conf"

# file NAME LINES...: $WORK/conf/NAME.conf with a sound [Interface] section, and these lines after it.
file() {
    local name="$1"
    shift
    (umask 077 && printf '%s\n' "[Interface]" "PrivateKey = $(<"$WORK/a.key")" "Address = 10.77.0.1/24" "$@" \
        >"$WORK/conf/$name.conf")
}

# refused FACT WORDS COMMAND...: status 1, a message with the words (an extended regular expression), nothing changed.
refused() {
    local fact="$1" words="$2" status
    shift 2
    on a timeout 20 "$@" >"$WORK/output" 2>&1 </dev/null
    status=$?
    if [[ $status -ne 1 ]]; then
        echo "exit status $status" >>"$WORK/output"
        not_ok "$fact: exit status 1" "$WORK/output"
    else
        check "$fact: the message says so" grep -qE "$words" "$WORK/output" || sed 's/^/# /' "$WORK/output"
    fi
    check "$fact: nothing is changed" wait_until 5 same_state "$WORK/before" a || same_state "$WORK/before" a | sed 's/^/# /'
}
up() { refused "$1" "$2" wg-quick up "$WORK/conf/$3.conf"; }

file k1 "Adress = 10.0.0.1/24"
up "an unknown key" 'k1\.conf:4:.*Adress' k1
check "the key that was meant is named" grep -q 'Address' "$WORK/output"
file k2 "[Peer]" "PublicKey = AAAA"
up "a public key that is no key" 'k2\.conf:5:' k2
file k3
sed -i 's/^PrivateKey = \(.\{20\}\)/PrivateKey = \1!/' "$WORK/conf/k3.conf"
up "a private key that is no key" 'k3\.conf:2:.*PrivateKey' k3
check_fails "its text stays out of the message" grep -qF "$(sed -n 's/^PrivateKey = \(.\{12\}\).*/\1/p' "$WORK/conf/k3.conf")" \
    "$WORK/output"
file k4 "ListenPort = 70000"
up "port 70000" 'k4\.conf:4:.*70000' k4
file k5 "[Peer]" "PublicKey = $(<"$WORK/b.pub")" "AllowedIPs = 10.0.0.0/33"
up "a prefix longer than its address" 'k5\.conf:6:' k5
file k6 "ListenPort = 70000" "Adress = 10.0.0.1/24"
up "two errors in a file: the first" 'k6\.conf:4:' k6
check "two errors in a file: the second too" grep -q 'k6\.conf:5:' "$WORK/output"
refused "a file that is not there" 'nothere' wg-quick up nothere
refused "a path that is not there" 'nothere' wg-quick up "$WORK/conf/nothere.conf"
refused "a name of 16 characters" '(long|name)' wg-quick up abcdefghijklmnop
file abcdefghijklmnop
up "a file whose name makes a name of 16 characters" '(long|name)' abcdefghijklmnop
refused "a word that is no command" '(wg-quick|Usage|usage)' wg-quick upp k1

file k8 "DNS = 10.77.0.256"
up "a name server that is no address" 'k8\.conf:4:.*DNS' k8
file k9 "SaveConfig = perhaps"
up "SaveConfig that is neither true nor false" 'k9\.conf:4:.*SaveConfig' k9

on a ip tuntap add dev k10 mode tap
state a >"$WORK/before"
file k10
up "an interface that exists" 'k10.*exists' k10
on a ip link delete dev k10

on a ncat --recv-only -u -l 0.0.0.0 51877 >/dev/null 2>&1 &
wait_until 5 eval 'on a ss -Hlun "sport = :51877" | grep -q .'
state a >"$WORK/before"
file k11 "ListenPort = 51877"
up "a port in use" '([Aa]ddress already in use|in use)' k11

mkdir -m 755 "$WORK/programs"
chmod 711 "$WORK"
install -m 755 "$WG_BIN_DIR"/wg "$WG_BIN_DIR"/wg-quick "$WG_BIN_DIR"/wireguard-swift "$WORK/programs"
file k12
refused "up without root's rights" '([Pp]ermi|root)' \
    setpriv --reuid=65534 --regid=65534 --clear-groups "$WORK/programs/wg-quick" up "$WORK/conf/k12.conf"
refused "the engine without root's rights" '([Pp]ermi|root)' \
    setpriv --reuid=65534 --regid=65534 --clear-groups "$WORK/programs/wireguard-swift" k12

refused "wg on an interface that is not there" '([Nn]o such device|nothere)' wg show nothere
refused "wg set on an interface that is not there" '([Nn]o such device|nothere)' wg set nothere listen-port 1
refused "wg with a word that is no command" 'frobnicate' wg frobnicate
refused "wg setconf from a file that is not there" '([Nn]o such file|nofile)' wg setconf nothere "$WORK/nofile"
