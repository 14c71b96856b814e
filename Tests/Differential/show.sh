# shellcheck shell=bash disable=SC2034,SC2154
# show and showconf of devices as they are.
readonly FIELDS="public-key private-key listen-port fwmark peers preshared-keys endpoints allowed-ips latest-handshakes
    transfer persistent-keepalive dump"

# same_fields FACT DEVICE: every field of a device, in one fact.
same_fields() {
    local field
    stock_all="" ours_all=""
    for field in $FIELDS; do
        both show "$2" "$field"
        stock_all+="$field, status $stock_status"$'\n'"$stock_out"
        ours_all+="$field, status $ours_status"$'\n'"$ours_out"
    done
    if like "$stock_all" "$ours_all"; then ok "$1"; else equal "$1" "$stock_all" "$ours_all"; fi
}

for field in $FIELDS; do same "one peer: show $field" show wgs "$field"; done
same "one peer: show" show wgs
same "one peer: showconf" showconf wgs
WG_COLOR_MODE=always WG_HIDE_KEYS=never same "one peer: show in colour with keys" show wgs
if [[ $KIND == engine ]]; then
    WG_HIDE_KEYS=never same "one peer: show with keys" show wgs
    WG_HIDE_KEYS=Never same "one peer: WG_HIDE_KEYS is not quite never" show wgs
    WG_HIDE_KEYS='' same "one peer: WG_HIDE_KEYS is empty" show wgs
    WG_HIDE_KEYS=always same "one peer: fields hide nothing" show wgs preshared-keys
    WG_COLOR_MODE=always same "one peer: show in colour" show wgs
    WG_COLOR_MODE=always NO_COLOR=1 same "one peer: NO_COLOR is below WG_COLOR_MODE" show wgs
    WG_COLOR_MODE=never same "one peer: show without colour" show wgs
    WG_COLOR_MODE=Always same "one peer: WG_COLOR_MODE is not quite always" show wgs
    WG_COLOR_MODE=always same "one peer: fields have no colour" show wgs dump
    # shellcheck disable=SC2016 # the variable is the script's
    same "one peer: show on a terminal has colour" script 'script -qec "$WG show wgs" /dev/null'
    # shellcheck disable=SC2016
    NO_COLOR='' same "one peer: an empty NO_COLOR counts for nothing" script 'script -qec "$WG show wgs" /dev/null'
fi

[[ $KIND == kernel ]] || UNORDERED=1
check "a second peer" "$STOCK" set wgs peer "$K2" endpoint '[fe80::1%lo]:8' persistent-keepalive 1
same "two peers: show" show wgs
same_fields "two peers: every field" wgs
same "two peers: showconf" showconf wgs
WG_COLOR_MODE=always WG_HIDE_KEYS=never same "two peers: show in colour with keys" show wgs
same "two devices: show" show
same "two devices: show all" show all
same "two devices: show all dump" show all dump
same "two devices: show all transfer" show all transfer
same "two devices: show all peers" show all peers
same "two devices: show all fwmark" show all fwmark
same "two devices: show interfaces" show interfaces
WG_COLOR_MODE=always same "two devices: show in colour" show
UNORDERED=

check "a device of which nothing is known" "$STOCK" setconf wgs /dev/null
same_fields "a bare device: every field" wgs
same "a bare device: show" show wgs
same "a bare device: showconf" showconf wgs
WG_COLOR_MODE=always same "a bare device: show in colour" show wgs
same "a bare device and another: show all" show all
same "a bare device and another: show all preshared-keys" show all preshared-keys

printf '[Interface]\nFwMark = 0xffffffff\nListenPort = 1\n[Peer]\nPublicKey = %s\n' "$K1" >"$WORK/plain.conf"
check "a peer of which only the key is known" "$STOCK" setconf wgs "$WORK/plain.conf"
same_fields "a plain peer: every field" wgs
same "a plain peer: show" show wgs
same "a plain peer: showconf" showconf wgs

# keepalive SECONDS: how show spells a duration.
keepalive() {
    "$STOCK" set wgs peer "$K1" persistent-keepalive "$1"
    same "a keepalive of $1 seconds in words" show wgs
}
keepalive 65535
[[ $KIND == kernel ]] || for seconds in 1 60 61 3600 7325; do keepalive "$seconds"; done
reset

# Without root's rights. The copy is for a user who may not look into root's directories.
install -m 755 -d "/run/programs"
install -m 755 "$OURS" /run/programs/ours
chmod 711 "$WORK"
same "without root's rights: show" script '[[ $WG == /usr/bin/wg ]] || WG=/run/programs/ours
    exec chroot --userspec=65534:65534 / "$WG" show wgs'
same "without root's rights: show all" script '[[ $WG == /usr/bin/wg ]] || WG=/run/programs/ours
    exec chroot --userspec=65534:65534 / "$WG" show'
same "without root's rights: show interfaces" script '[[ $WG == /usr/bin/wg ]] || WG=/run/programs/ours
    exec chroot --userspec=65534:65534 / "$WG" show interfaces'
same "without root's rights: set" script '[[ $WG == /usr/bin/wg ]] || WG=/run/programs/ours
    exec chroot --userspec=65534:65534 / "$WG" set "$DEV" fwmark 1'
