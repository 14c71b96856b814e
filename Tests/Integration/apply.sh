#!/bin/bash
# limit: 120
# apply and plan: a running tunnel becomes what its file says. Random files one after the other, each compared with a fresh
# up; no packet of an untouched peer is lost; a tunnel of the stock tool is taken over; a link that died comes back behind
# rules that stay; hooks that changed are told.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

keys a b c d
mkdir -m 700 "$WORK/conf"
conf="$WORK/conf/wg0.conf"
apply() { on "$1" wg-quick apply "${@:2}" "$conf" >"$WORK/output" 2>&1; }
# plan HOST: with its status at the end.
plan() {
    on "$1" wg-quick plan "$conf" 2>/dev/null
    echo "status $?"
}

# MARK: Random files

host a f
for name in a f; do
    on "$name" ip tuntap add dev cable mode tun
    on "$name" ip address add 198.51.100.1/24 dev cable
    on "$name" ip link set up dev cable
done

# some WORD...: each with even chances, joined by commas.
some() {
    local word list=""
    for word; do [[ $((RANDOM % 2)) -eq 0 ]] || list+="${list:+, }$word"; done
    echo "$list"
}
line() { [[ -z $2 ]] || echo "$1 = $2"; }
random_file() {
    local tables=(auto auto auto auto off 1234)
    (umask 077 && cat >"$conf") <<END
[Interface]
PrivateKey = $(<"$WORK/a.key")
$(line Address "$(some 10.77.0.1/24 10.77.0.2/24 10.77.0.3/24 10.78.0.1/16 fd77::1/64 fd77::2/64 10.79.0.1/32)")
$(line MTU "$(some 1380)")
Table = ${tables[RANDOM % 6]}
[Peer]
PublicKey = $(<"$WORK/b.pub")
Endpoint = 198.51.100.$((2 + RANDOM % 2)):51820
$(line AllowedIPs "$(some 10.88.0.0/16 10.77.0.0/24 fd88::/64 10.78.0.9/32 0.0.0.0/0 ::/0)")
$(line PersistentKeepalive "$(some 25)")
$([[ $((RANDOM % 3)) -eq 0 ]] || cat <<PEER
[Peer]
PublicKey = $(<"$WORK/c.pub")
$(line PresharedKey "$(some "$(<"$WORK/d.key")")")
$(line AllowedIPs "$(some 10.89.0.0/16 fd89::/64 10.88.1.0/24)")
PEER
)
END
}
# comparable HOST: what does not depend on what was there before: without indices, the order of addresses (and so which one is
# the first of its network), the address that
# the kernel gives to a tun link, and the device's port and mark.
comparable() {
    network_state "$1" | jq -cR 'fromjson? // . | if type == "object" then del(.ifindex, .prefsrc) else . end' |
        sed 's/fe80::[0-9a-f:]*[0-9a-f]/LINK-LOCAL/g' | sort
    on "$1" wg showconf wg0 | grep -v -e ListenPort -e FwMark |
        awk '/^AllowedIPs/ { gsub(",", ""); for (i = 3; i <= NF; i++) print peer, $i | "sort"; next } /^PublicKey/ { peer = $3 } 1'
}

seed="${APPLY_SEED:-$((EPOCHSECONDS % 30000))}"
RANDOM=$seed
random_file
check "a first random file comes up by apply" apply a
wrong=0
for round in {1..12}; do
    random_file
    if ! apply a || [[ $(plan a) != "status 0" ]] || ! on f wg-quick up "$conf" >>"$WORK/output" 2>&1 ||
        ! diff <(comparable f) <(comparable a) >"$WORK/different"; then
        not_ok "random file $round (APPLY_SEED=$seed)" "$WORK/different"
        { sed 's/^/# /' "$WORK/output"; plan a | sed 's/^/# plan: /'; }
        wrong=1
        break
    fi
    on f wg-quick down "$conf" >/dev/null 2>&1
done
equal "12 random files one after the other are as if each was there at up (seed $seed)" 0 "$wrong"
check "down takes all of it away" on a wg-quick down "$conf"
unhost a
unhost f

# MARK: A flood

host g h
join g h
# file ADDRESSES ALLOWED-IPS [LINE...]: of g; lines go to [Interface].
file() {
    local addresses="$1" allowed="$2"
    shift 2
    (umask 077 && cat >"$conf") <<END
[Interface]
PrivateKey = $(<"$WORK/a.key")
ListenPort = 51820
Address = $addresses
$(printf '%s\n' "$@")
[Peer]
PublicKey = $(<"$WORK/b.pub")
Endpoint = 198.51.100.2:51820
AllowedIPs = $allowed
END
}
mkdir -m 700 "$WORK/other"
(umask 077 && cat >"$WORK/other/wg0.conf") <<END
[Interface]
PrivateKey = $(<"$WORK/b.key")
ListenPort = 51820
Address = 10.77.0.2/24
[Peer]
PublicKey = $(<"$WORK/a.pub")
AllowedIPs = 10.77.0.1/32
END
on h wg-quick up "$WORK/other/wg0.conf" >/dev/null 2>&1
file "10.77.0.1/24" "10.77.0.2/32"
check "a tunnel is up" on g wg-quick up "$conf"
ping_through "it carries packets" g 10.77.0.2 1
equal "right after up there is nothing to do" "status 0" "$(plan g)"

# 1 000 a second, as far as the machine can: without a rest, the applies would have the processor that the pings need.
start="${EPOCHREALTIME/./}"
read -ra before <<<"$(pings g)"
on g ping -q -i 0.001 -c 3000 -W 5 -I 10.77.0.1 10.77.0.2 >"$WORK/ping" 2>&1 &
ping=$!
runs=0
while kill -0 "$ping" 2>/dev/null; do
    file "10.77.0.1/24, 10.77.0.9/24, 10.90.0.1/16" "10.77.0.2/32, 10.88.0.0/16" "MTU = 1400"
    apply g || break
    file "10.77.0.1/24" "10.77.0.2/32, 0.0.0.0/0"
    apply g || break
    file "10.77.0.1/24, 10.77.0.8/24" "10.77.0.2/32, 10.89.0.0/16" "Table = 77"
    apply g || break
    runs=$((runs + 3))
    sleep 0.1
done
wait "$ping"
check "a flood meets applies that all succeed" test "$runs" -ge 3
check "and no ping is lost" wait_until 3 all_back g "${before[@]}"
equal "of all of them" 3000 "$SENT"
echo "# $runs applies: $LOST of $SENT pings are lost, $((SENT * 1000000 / (${EPOCHREALTIME/./} - start))) in a second"

# MARK: Endpoints, hooks

on g wg set wg0 peer "$(<"$WORK/b.pub")" endpoint 198.51.100.2:9
check "apply leaves a peer where it roamed to" eval \
    'apply g && [[ $(on g wg show wg0 endpoints) == *:9 ]]'
sed -i 's/^Endpoint = .*/Endpoint = 198.51.100.2:51821/' "$conf"
equal "plan shows an endpoint that changed in the file" \
    "wg set wg0 peer $(<"$WORK/b.pub") endpoint 198.51.100.2:51821
status 2" "$(plan g)"
on g wg-quick plan --json "$conf" >"$WORK/json" 2>/dev/null
equal "and as JSON" '[1,"wg0",true,"set-device"]' \
    "$(jq -c '[.schema, .interface, .pending, .operations[0].kind]' "$WORK/json")"
check "plan has changed nothing" eval '[[ $(on g wg show wg0 endpoints) == *:9 ]]'
check "apply sets it" eval 'apply g && [[ $(on g wg show wg0 endpoints) == *:51821 ]]'
sed -i 's/^ListenPort = .*/ListenPort = 0/' "$conf"
port() { on g wg show wg0 listen-port; }
check "a port of the device's choice instead of one of the file" eval 'apply g && [[ $(port) != 51820 ]]'
chosen="$(port)"
equal "then there is nothing to do" "status 0" "$(plan g)"
check "nor does apply change it again" apply g
equal "it is the same port" "$chosen" "$(port)"
on g wg set wg0 listen-port 5
check "one that was set by hand gives way" eval 'apply g && [[ $(port) != 5 ]]'
equal "and that is all" "status 0" "$(plan g)"
file "10.77.0.1/24" "10.77.0.2/32" "PostUp = touch $WORK/hooked"
apply g
equal "a hook that is new: the status of apply" 3 "$?"
check "with --hooks-may-differ it is told of, and the status is 0" eval \
    'apply g --hooks-may-differ && grep -q "Not run: PostUp" "$WORK/output"'
check "it is told of, and not run" eval 'grep -q "Not run: PostUp" "$WORK/output" && [[ ! -e $WORK/hooked ]]'
check "and run if that is wanted" eval 'apply g --run-hooks && [[ -e $WORK/hooked ]] && apply g'
check "--if-gone does nothing to a tunnel that is up" eval \
    'file 10.77.0.7/24 10.77.0.2/32 && apply g --if-gone && [[ ! $(on g ip address show dev wg0) == *10.77.0.7* ]]'

# MARK: An engine that died

# What the second hook does goes with the link, what the first does has to be taken back before it is done again.
file "10.77.0.1/24" "0.0.0.0/0, ::/0" "PostUp = ip rule add pref 77 lookup 77" "PreDown = ip rule delete pref 77" \
    "PostUp = ip route add 10.77.9.0/24 dev %i" "PostDown = false"
check "a full tunnel by apply" apply g --run-hooks
on g nft -f - <<END
table inet probe {
    chain out {
        type filter hook postrouting priority 0
        oifname "eth-h" ip daddr 203.0.113.1 counter
    }
}
END
on g ping -q -i 0.002 -w 6 203.0.113.1 >/dev/null 2>&1 &
ping=$!
kill -KILL "$(processes g | sed -n 's/ wireguard-swift$//p')"
no_link() { ! on g ip link show dev wg0; }
check "the engine's link has gone" wait_until 5 no_link
check "--if-gone brings it back" apply g --if-gone
ping_through "it carries packets again" g 10.77.0.2 1
wait "$ping"
check "its hooks were run again" eval '[[ $(on g ip route show dev wg0) == *10.77.9.0/24* ]]'
equal "and nothing of theirs is there twice" 1 "$(on g ip rule show pref 77 | wc -l)"
equal "meanwhile nothing left in the clear" 0 "$(on g nft -j list table inet probe | jq '[.. | .counter? | objects | .packets] | add')"
equal "then there is nothing to do" "status 0" "$(plan g)"
sed -i /PostDown/d "$conf"
check "apply takes over a hook for down" apply g
check "down" on g wg-quick down "$conf"

# MARK: A tunnel of the stock tool

stock() { on g env PATH=/usr/sbin:/usr/bin:/sbin:/bin WG_QUICK_USERSPACE_IMPLEMENTATION=wireguard-go /usr/bin/wg-quick "$@"; }
file "10.77.0.1/24, 10.77.0.5/24" "0.0.0.0/0"
check "the stock tool brings a full tunnel up" stock up "$conf"
file "10.77.0.1/24, 10.78.0.1/24" "0.0.0.0/0, 10.99.0.0/16"
check "apply takes it over" apply g
check "and says what it can't know" grep -q "brought up by something else.*10.77.0.5" "$WORK/output"
equal "then there is nothing to do" "status 0" "$(plan g)"
check "it has what is new, and fails closed" eval \
    '[[ $(on g ip route show) == *10.99.0.0/16* && $(on g ip route show table 51820) == *unreachable* ]]'
ping_through "it carries packets" g 10.77.0.2 1
equal "what down would do" "status 2" "$(on g wg-quick down --dry-run "$conf" >"$WORK/dry" 2>&1; echo "status $?")"
check "it is listed" grep -q "ip link delete dev wg0" "$WORK/dry"
check "down removes it" on g wg-quick down "$conf"
check "nothing is left" wait_until 5 eval '[[ -z $(on g ip rule show table 51820) && -z $(on g ip route show table 51820) ]]'
equal "up can be shown, too" "status 2" "$(on g wg-quick up --dry-run "$conf" >"$WORK/dry" 2>&1; echo "status $?")"
check "without its key" eval 'grep -q "private-key (hidden)" "$WORK/dry" && ! grep -qF "$(<"$WORK/a.key")" "$WORK/dry"'
check "and without doing it" no_link
