#!/bin/bash
# limit: 120
# Resolvers by way of resolvconf: openresolv's and Debian's, the real ones, which are unpacked and not installed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/dns-lab.sh"

unpack openresolv openresolv && unpack resolvconf resolvconf || { not_ok "the packages can be had from Debian's archive"; exit 1; }
traced() { grep -qxF "[#] $1" "$WORK/errors"; }

# tunnel FACT ENTRY: up, what that brings, and down.
tunnel() {
    local kind="$1" entry="$2"
    check "$kind: up succeeds" eval "on a wg-quick up '$WORK/one/wg0.conf' 2>'$WORK/errors'"
    check "$kind: up shows the stock tool's command" traced "resolvconf -a $entry -m 0 -x"
    equal "$kind: the entry" $'nameserver 10.77.0.2\nsearch corp.example' \
        "$(on a resolvconf -l "$entry" | sed -n "/^# resolv.conf from $entry\$/,\$p" | sed '1d; /^#/,$d')"
    check "$kind: a name is found through the tunnel" has_address a secret 192.0.2.77
    applied "$kind" "$entry" "10.77.0.2, 10.77.0.3"
    applied "$kind" "$entry" "10.77.0.2, corp.example"
    check "$kind: down succeeds" eval "on a wg-quick down '$WORK/one/wg0.conf' 2>'$WORK/errors'"
    check "$kind: down shows the stock tool's command" traced "resolvconf -d $entry -f"
    check_fails "$kind: the entry is gone" grep -q wg0 <(on a resolvconf -l)
    check "$kind: the provider's names are found again" has_address a www.provider.example 192.0.2.1
    check "$kind: search domains alone are left out, with a warning" eval "
        on a wg-quick up '$WORK/search/wg0.conf' 2>'$WORK/errors' && grep -q 'search domains' '$WORK/errors'"
    check_fails "$kind: there is no entry then" grep -q wg0 <(on a resolvconf -l)
    check "$kind: down succeeds then" on a wg-quick down "$WORK/search/wg0.conf"
}

# applied KIND ENTRY DNS: apply gives the entry that DNS key, and then nothing is left to do.
applied() {
    with_dns one/wg0.conf "$3"
    check "$1: apply changes the entry" on a wg-quick apply "$WORK/one/wg0.conf"
    check "$1: to what the file says now" grep -qw "${3##*, }" <(on a resolvconf -l "$2")
    equal "$1: then nothing is left to do" "status 0" "$(on a wg-quick plan "$WORK/one/wg0.conf" 2>&1; echo "status $?")"
}

two_servers
with_dns one/wg0.conf "10.77.0.2, corp.example"
with_dns search/wg0.conf "corp.example"
overlay a openresolv
on a rm /etc/resolv.conf
printf 'nameserver 198.51.100.2\n' | on a resolvconf -a eth-b
tunnel openresolv wg0

# The program fails: so does up, or it warns.
on a mount --bind "$(type -P false)" /usr/sbin/resolvconf
state a >"$WORK/before"
check_fails "a resolvconf that fails makes up fail" on a wg-quick up "$WORK/one/wg0.conf"
check "and nothing is left" wait_until 5 same_state "$WORK/before" a
check "it is a warning on request" on a wg-quick up --dns-failure=warn "$WORK/one/wg0.conf"
on a umount /usr/sbin/resolvconf
check "down succeeds" on a wg-quick down "$WORK/one/wg0.conf"

# It has gone while the tunnel was up: there is nobody to be told, now or later.
hide() { on a mount --bind "$1" /usr/sbin/resolvconf; }
records() { on a find /run/wireguard -name '*.quick'; }
check "up succeeds while resolvconf is there" on a wg-quick up "$WORK/one/wg0.conf"
hide /dev/null
check "without it, down succeeds" eval "on a wg-quick down '$WORK/one/wg0.conf' 2>'$WORK/errors'"
check "and warns" grep -q "^\[!\].*resolvconf' was not found" "$WORK/errors"
equal "and no record is left" "" "$(records)"
check_fails "so that apply --if-gone has nothing to bring back" eval \
    "on a wg-quick apply --if-gone '$WORK/one/wg0.conf' && on a ip link show dev wg0"
on a umount /usr/sbin/resolvconf

# A failure to be told keeps the record for another down, and does not keep the next up from its turn.
check "up succeeds once more" on a wg-quick up "$WORK/one/wg0.conf"
hide "$(type -P false)"
check_fails "a resolvconf that fails makes down fail" on a wg-quick down "$WORK/one/wg0.conf"
equal "the record stays" 1 "$(records | wc -l)"
check "the timer does not miss its link" on a wg-quick reresolve --only-due "$WORK/one/wg0.conf"
check "and does not bring it back" eval "on a wg-quick apply --if-gone '$WORK/one/wg0.conf' && ! on a ip link show dev wg0"
check "up succeeds all the same" eval "on a wg-quick up '$WORK/search/wg0.conf' 2>'$WORK/errors'"
check "and warns of what it could not take away" grep -q "^\[!\] Going on without.*resolvconf' failed" "$WORK/errors"
check "down succeeds then" on a wg-quick down "$WORK/search/wg0.conf"
on a umount /usr/sbin/resolvconf
cleanup_hosts

two_servers
with_dns one/wg0.conf "10.77.0.2, corp.example"
with_dns search/wg0.conf "corp.example"
overlay a resolvconf
on a mkdir -p /run/resolvconf/interface
on a ln -sf ../run/resolvconf/resolv.conf /etc/resolv.conf
on a resolvconf --enable-updates
printf 'nameserver 198.51.100.2\n' | on a resolvconf -a eth-b.inet
tunnel "Debian's resolvconf" tun.wg0
machine_is_untouched
