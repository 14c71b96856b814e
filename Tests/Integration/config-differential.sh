#!/bin/bash
# limit: 120
# Damaged configuration files: our wg refuses what Debian's refuses, and takes what it takes. The device doesn't exist,
# so that a file which is taken ends at the device, and one which is refused before it.
#
# Digits and signs stay as they are: what ours does otherwise with ports beyond 65535 and with +/- is known.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly ROUNDS=150
readonly ALPHABET=$'#= \t\n[]:,aZ./xXof\r'
seed="${WIREGUARD_SEED:-$$}"
RANDOM=$seed
export WG_ENDPOINT_RESOLUTION_RETRIES=0

cat >"$WORK/whole.conf" <<END
# two peers
[Interface]
PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
ListenPort = 11820
FwMark = 0xca6c

[Peer]
PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
PresharedKey = 2UhtoQZWAXuQbwWMwtsLvlXnS1GIyOXtCSA25Jk4P3E=
AllowedIPs = 10.0.0.0/8, 2001:db8::/32
Endpoint = 192.0.2.1:11820
PersistentKeepalive = 25 # seconds
[Peer]
PublicKey = TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=
PersistentKeepalive = off
END
whole="$(cat "$WORK/whole.conf")"

# damage TEXT: one or two characters more, fewer or different, in $damaged.
damage() {
    local count position character
    damaged="$1"
    for ((count = RANDOM % 2; count >= 0; count--)); do
        position=$(((RANDOM * 32768 + RANDOM) % ${#damaged}))
        character="${ALPHABET:RANDOM % ${#ALPHABET}:1}"
        case $((RANDOM % 3)) in
            0) damaged="${damaged:0:position}$character${damaged:position}" ;;
            1) damaged="${damaged:0:position}${damaged:position + 1}" ;;
            2) damaged="${damaged:0:position}$character${damaged:position + 1}" ;;
        esac
    done
}

# takes PROGRAM FILE: whether the file itself is fine, and only the device is missing. Where an endpoint's name has no
# address stock refuses the file; ours says so of the peer, goes on with the rest, and fails in the end.
takes() {
    local said
    said="$(timeout 20 "$1" setconf a-nosuch0 "$2" 2>&1 </dev/null)"
    [[ $said == *"Unable to modify interface"* && $said != *", the endpoint of peer "* ]]
}

check "stock takes the whole file" takes /usr/bin/wg "$WORK/whole.conf"
check "ours takes the whole file" takes wg "$WORK/whole.conf"

taken=0
different=0
for ((round = 1; round <= ROUNDS; round++)); do
    damage "$whole"
    file="$WORK/$round.conf"
    printf '%s' "$damaged" >"$file"
    if takes /usr/bin/wg "$file"; then stock=taken taken=$((taken + 1)); else stock=refused; fi
    if takes wg "$file"; then ours=taken; else ours=refused; fi
    [[ $stock != "$ours" ]] || continue
    different=$((different + 1))
    {
        echo "round $round: stock: $stock, ours: $ours"
        diff "$WORK/whole.conf" "$file"
        wg setconf a-nosuch0 "$file" 2>&1
    } >>"$WORK/different"
done
touch "$WORK/different"
if [[ $different -eq 0 ]]; then
    ok "stock and ours agree on $ROUNDS damaged files (seed $seed)"
else
    not_ok "stock and ours agree on $ROUNDS damaged files (seed $seed)" "$WORK/different"
fi
check "some of them are taken, some are not" test "$taken" -gt 1 -a "$taken" -lt $((ROUNDS - 1))
