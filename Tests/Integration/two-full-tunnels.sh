#!/bin/bash
# limit: 90
# Two full tunnels at once, whose peers both lie behind the default route: each carries, neither's packets go through the
# other, and the end of one leaves the other as it is. So it is when they come up at the same moment.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/tunnel-lab.sh"

tunnel_lab
count_outer s eth-r
server r 0
server s 1
client_config "$WORK/conf/wg0.conf" 0 r 192.0.2.1
client_config "$WORK/conf/wg1.conf" 1 s 192.0.2.2
state a >"$WORK/before"
quick() { on a wg-quick "$1" "$WORK/conf/$2.conf"; }

# parts LINK TABLE: the tunnel's rules that lead to its table, its table, and its packet filter.
parts() {
    local family
    for family in -4 -6; do
        on a ip "$family" rule show table "$2"
        on a ip "$family" route show table "$2"
    done
    on a nft list table ip "wg-quick-$1"
    on a nft list table ip6 "wg-quick-$1"
    on a wg show "$1" fwmark
}

# both_carry LABEL: each by its own link, and what is sent without choice by one of them.
both_carry() {
    local link
    reset_counters r
    reset_counters s
    for link in wg0 wg1; do carries "$1" "$link"; done
    ping_through "$1: what does not choose its way is answered" a 203.0.113.1
    equal "$1: nothing left in the clear" "0 0" "$(counted r clear) $(counted r inner)"
    not_looped "$1"
}
carries() {
    check "$1: $2 carries IPv4" on a ping -q -c 2 -i 0.1 -W 2 -I "$2" 203.0.113.1
    check "$1: $2 carries IPv6" on a ping -q -c 2 -i 0.1 -W 2 -I "$2" 2001:db8:ff::1
}
not_looped() { equal "$1: neither goes through the other" "0 0" "$(counted r looped) $(counted s looped)"; }

for first in wg0 wg1; do
    other="$([[ $first == wg0 ]] && echo wg1 || echo wg0)"
    label="$first goes first"
    check "$label: the first comes up" quick up wg0
    check "$label: the second comes up" quick up wg1
    both_carry "$label"
    equal "$label: the second's MTU is that of its own way" "1420 1420" "$(on a cat /sys/class/net/wg{0,1}/mtu | paste -sd' ')"
    equal "$label: nothing is left to do" "status 0" "$(quick plan wg1 2>&1; echo "status $?")"
    equal "$label: their marks differ" "0xca6c 0xca6d" "$(on a wg show wg0 fwmark) $(on a wg show wg1 fwmark)"
    check "$label: the second's filter gives answers its own mark only" \
        eval 'on a nft list table ip wg-quick-wg1 | grep "udp ct mark 0x0000ca6d meta mark set ct mark"'
    table="$([[ $other == wg0 ]] && echo 51820 || echo 51821)"
    parts "$other" "$table" >"$WORK/parts" 2>&1
    check "$label: its end" quick down "$first"
    equal "$label: rules, routes, filter and mark of the other are untouched" "$(<"$WORK/parts")" \
        "$(parts "$other" "$table" 2>&1)"
    reset_counters r
    carries "$label: the one that is left" "$other"
    ping_through "$label: what does not choose its way is answered" a 203.0.113.1
    equal "$label: nothing left in the clear" "0 0" "$(counted r clear) $(counted r inner)"
    check "$label: the end of the other" quick down "$other"
    check "$label: the system is as before" wait_until 5 same_state "$WORK/before" a ||
        same_state "$WORK/before" a | sed 's/^/# /'
done

# MARK: At the same moment

# enter COMMAND...: as `on a`, in place of the shell.
enter() { exec nsenter -t "${HOST_PID[a]}" -n -m -r -- "$@"; }
as_before() {
    check "$1: the system is as before" wait_until 5 same_state "$WORK/before" a ||
        same_state "$WORK/before" a | sed 's/^/# /'
}

# Between looking at the rules and making some lies the packet filter. With this one the two would meet there.
mkdir "$WORK/slow"
cat >"$WORK/slow/nft" <<END
#!/bin/sh
sleep 0.5
exec $(command -v nft) "\$@"
END
chmod +x "$WORK/slow/nft"
label="at the same moment"
enter env PATH="$WORK/slow:$PATH" wg-quick up "$WORK/conf/wg0.conf" >"$WORK/up0" 2>&1 &
first=$!
enter env PATH="$WORK/slow:$PATH" wg-quick up "$WORK/conf/wg1.conf" >"$WORK/up1" 2>&1 &
second=$!
wait "$first"
equal "$label: the one comes up" 0 "$?" || sed 's/^/# /' "$WORK/up0"
wait "$second"
equal "$label: the other comes up" 0 "$?" || sed 's/^/# /' "$WORK/up1"
both_carry "$label"
quick down wg0
quick down wg1
as_before "$label"

label="one by a hook of the other"
cp "$WORK/conf/wg0.conf" "$WORK/plain.conf"
sed -i "/^Address/a PostUp = wg-quick up $WORK/conf/wg1.conf\nPreDown = wg-quick down $WORK/conf/wg1.conf" "$WORK/conf/wg0.conf"
check "$label: both come up" quick up wg0
both_carry "$label"
check "$label: both go" quick down wg0
as_before "$label"
cp "$WORK/plain.conf" "$WORK/conf/wg0.conf"

label="while others keep the lock"
enter flock --no-fork /run/wireguard sleep 60 &
holder=$!
is_locked() { ! on a flock --nonblock /run/wireguard true; }
wait_until 5 is_locked
enter wg-quick up "$WORK/conf/wg0.conf" >"$WORK/up0" 2>&1 &
first=$!
is_up() { on a ip link show dev wg0 up | grep wg0 >/dev/null; }
check "$label: up comes as far as its link" wait_until 5 is_up
equal "$label: there are no rules yet" "" "$(on a ip rule show table 51820)"
kill "$first"
wait "$first"
equal "$label: a signal ends the wait" 143 "$?"
check "$label: the tunnel comes up all the same, later" quick up wg0
kill "$holder"
wait "$holder" 2>/dev/null
check "$label: its end" quick down wg0
as_before "$label"
