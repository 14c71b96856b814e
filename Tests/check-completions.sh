#!/bin/bash
# check-completions.sh PROGRAMS: what bash, zsh and fish offer after `wg ...` and `wg-quick ...`, each asked in truth,
# against what the program's own help says it knows. The help comes from the parser's tables, and a unit test holds the man
# pages to them.
set -uo pipefail
programs="$(realpath "${1:?usage: check-completions.sh PROGRAMS}")" || exit 2
cd "$(dirname "$0")" || exit 2
# In a mount namespace, for a directory of configurations of its own.
[[ -n ${COMPLETIONS_UNSHARED:-} ]] ||
    COMPLETIONS_UNSHARED=1 exec unshare --mount --map-root-user -- "./${0##*/}" "$programs"
mount -t tmpfs tmpfs /etc/wireguard && touch /etc/wireguard/{home,office}.conf || exit 2
wg="$programs/wg"
wg_quick="$programs/wg-quick"
COMPLETIONS="$(cd ../Share/completions && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# Public keys that begin alike; the second half is what a shell may stumble over.
export COMPLETIONS ZCOMPDUMP="$work/zcompdump" PEER_1="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+=" \
    PEER_2="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/="
status=0
mkdir "$work/here"
touch "$work/here/one.conf" "$work/here/two.conf"
here="$(pwd)"

# offers FACT LINE WORD...: all three shells offer these words and no others after the line. Where an operand may stand,
# zsh also offers options, which doesn't count.
offers() {
    local fact="$1" line="$2" shell expected got unwanted='^-'
    [[ $line != *-- ]] || unwanted='^-h$'
    shift 2
    expected="$(printf '%s\n' "$@" | sort -u)"
    for shell in bash zsh fish; do
        got="$(cd "$work/here" && timeout 60 "$shell" "$here/Completions/offers.$shell" "$line" 2>"$work/errors" </dev/null |
            sed 's/=$//; s/ $//' | grep -v -e "$unwanted" | sort -u)"
        [[ -s $work/errors ]] && got+=$'\n'"$(<"$work/errors")"
        # Keys end in =, which is also how an option that wants a value is offered.
        if [[ $got == "$(sed 's/=$//' <<<"$expected")" ]]; then
            echo "ok - $shell: $fact"
        else
            echo "not ok - $shell: $fact"
            diff <(echo "$expected") <(echo "$got") | sed 's/^/# /'
            status=1
        fi
    done
}

# What the program knows.

# words_below TITLE: the first words of the lines below a title of a help text, to the next blank line.
words_below() { awk -v title="$1" 'found && !NF { exit } found { print $1 } index($0, title) == 1 { found = 1 }'; }
mapfile -t commands < <("$wg" help | words_below "Commands")
subcommands=()
for word in "${commands[@]}"; do
    case $word in help | version) ;; *) subcommands+=("$word") ;; esac
done
options() { "$1" "$2" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p'; }
# The last brackets of the usage, which has as many lines as the length of the program's path makes it have.
mapfile -t fields < <("$wg" show --help | sed '/^$/,$d' | tr -s ' \n' ' ' | sed 's/.* \[\([^]]*\)\] *$/\1/; s/ | /\n/g')
mapfile -t settings < <("$wg" set --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')

known() {
    if [[ $2 -gt $3 ]]; then echo "ok - $1: $2"; else echo "not ok - $1: only $2"; status=1; fi
}
known "the help has commands" "${#subcommands[@]}" 8
known "the help has fields of show" "${#fields[@]}" 11
known "the help has settings of set" "${#settings[@]}" 8

device_settings=(listen-port fwmark private-key peer)
peer_settings=(peer)
for word in "${settings[@]}"; do
    [[ " ${device_settings[*]} " == *" $word "* ]] || peer_settings+=("$word")
done

# What the shells offer.

offers "all commands" "wg " "${commands[@]}"
offers "commands that begin alike" "wg set" set setconf
offers "after help, the commands it explains" "wg help " "${subcommands[@]}"
for command in "${subcommands[@]}"; do
    mapfile -t expected < <(options "$wg" "$command")
    offers "the options of $command" "wg $command --" "${expected[@]}"
done
offers "show: interfaces" "wg show " wg0 wg1 all interfaces
offers "show: fields" "wg show wg0 " "${fields[@]}"
offers "show: fields of all" "wg show all pe" peers persistent-keepalive
offers "show: nothing after interfaces" "wg show interfaces " ""
offers "show: nothing after a field" "wg show wg0 dump " ""
offers "watch: interfaces behind an option" "wg watch --count 3 " wg0 wg1
offers "watch: nothing for an option's value" "wg watch --interval " ""
offers "show: interfaces behind an option" "wg show --names " wg0 wg1 all interfaces
offers "metrics: one interface after the other" "wg metrics wg0 " wg0 wg1
offers "metrics: a file" "wg metrics --textfile " one.conf two.conf
offers "metrics: interfaces behind the file" "wg metrics --textfile one.conf wg" wg0 wg1
offers "showconf: interfaces" "wg showconf " wg0 wg1
offers "genkey: nothing" "wg genkey " ""
for command in "${subcommands[@]}"; do
    "$wg" "$command" --help | head -n 1 | grep -q "$command INTERFACE FILE\$" || continue
    offers "$command: interfaces" "wg $command " wg0 wg1
    offers "$command: files" "wg $command wg0 " one.conf two.conf
done
offers "set: interfaces" "wg set " wg0 wg1
offers "set: the settings of the device" "wg set wg0 " "${device_settings[@]}"
offers "set: no setting twice" "wg set wg0 listen-port 1 fw" fwmark
offers "set: those that are left" "wg set wg0 listen-port 1 fwmark off " private-key peer
offers "set: a key's file" "wg set wg0 private-key " one.conf two.conf
offers "set: off for a mark" "wg set wg0 fwmark " off
offers "set: the device's peers" "wg set wg0 peer " "$PEER_1" "$PEER_2"
offers "set: the device's peers, for a part" "wg set wg0 peer A" "$PEER_1" "$PEER_2"
offers "set: the settings of a peer" "wg set wg0 peer $PEER_1 " "${peer_settings[@]}"
offers "set: no setting of a peer twice" "wg set wg0 peer $PEER_1 endpoint 192.0.2.1:5 p" \
    peer persistent-keepalive preshared-key
offers "set: all again for the next peer" "wg set wg0 peer $PEER_1 endpoint [::1]:5 peer $PEER_2 " "${peer_settings[@]}"
offers "set: another peer after a removal" "wg set wg0 peer $PEER_1 remove " peer
offers "set: a value that is called like a setting" "wg set wg0 private-key peer fw" fwmark
offers "version: nothing" "wg version " ""

# The same for wg-quick.

mapfile -t commands < <("$wg_quick" help 2>&1 | words_below "Commands")
subcommands=()
for word in "${commands[@]}"; do
    case $word in help | version) ;; *) subcommands+=("$word") ;; esac
done
known "the help of wg-quick has commands" "${#subcommands[@]}" 1
offers "all commands of wg-quick" "wg-quick " "${commands[@]}"
for command in "${subcommands[@]}"; do
    mapfile -t expected < <(options "$wg_quick" "$command")
    offers "wg-quick: the options of $command" "wg-quick $command --" "${expected[@]}"
    case $command in
        down | save | reresolve) names=(wg0 wg1) ;;
        *) names=(home office) ;;
    esac
    offers "wg-quick $command: names and files" "wg-quick $command " "${names[@]}" one.conf two.conf
done
offers "wg-quick up: nothing after a name" "wg-quick up home " ""
offers "wg-quick up: a choice" "wg-quick up --dns " auto resolved resolvconf file off
offers "wg-quick up: the choices that begin so" "wg-quick up --dns-failure w" warn
offers "wg-quick up: names behind an option" "wg-quick up --dns off " home office one.conf two.conf
offers "wg-quick version: nothing" "wg-quick version " ""
exit "$status"
