#!/bin/bash
# limit: 240
# kernels: newer
# On one kernel, as what wg-quick asks of a kernel is the same on both.
# apply on the kernel's device: it becomes what a fresh up would make of the file, no packet of the untouched peer is lost
# meanwhile, and a link that was deleted comes back.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"

host a b
join a b
quick_configs a b
conf="$WORK/a/wg0.conf"
network_state a >"$WORK/before"
check "the other end is up" on b wg-quick up "$WORK/b/wg0.conf"
check "the tunnel is up" on a wg-quick up "$conf"
check "it is the kernel's" eval 'on a ip -d link show dev wg0 | grep -qw wireguard'
ping_through "it carries" a 10.77.0.2 1
apply() { on a wg-quick apply "$conf" >"$WORK/output" 2>&1; }
plan() {
    on a wg-quick plan "$conf" 2>/dev/null
    echo "status $?"
}
equal "right after up there is nothing to do" "status 0" "$(plan)"

cp "$conf" "$WORK/first"
read -ra before <<<"$(pings a)"
on a ping -q -i 0.01 -c 300 -W 10 -I 10.77.0.1 10.77.0.2 >"$WORK/ping" 2>&1 &
ping=$!
sed -i -e 's|^AllowedIPs.*|AllowedIPs = 10.77.0.2/32, 10.88.3.0/24, 0.0.0.0/0|' -e 's|^Address = 10.88.1.1/32|Address = 10.88.1.9/32\nMTU = 1380|' "$conf"
check "apply makes a full tunnel of it" apply || sed 's/^/# /' "$WORK/output"
equal "then nothing is left to do" "status 0" "$(plan)"
cp "$WORK/first" "$conf"
check "apply makes of it what it was" apply || sed 's/^/# /' "$WORK/output"
equal "and nothing is left to do" "status 0" "$(plan)"
wait "$ping"
check "no ping is lost" wait_until 10 all_back a "${before[@]}"
equal "of all of them" 300 "$SENT"
equal "the peer has the first file's prefixes" "$(sed -n 's/^AllowedIPs = //p' "$conf" | tr -d , | tr ' ' '\n' | sort)" \
    "$(on a wg show wg0 allowed-ips | cut -f 2 | tr ' ' '\n' | sort)"

on a ip link delete dev wg0
check "apply brings back a link that was deleted" apply
ping_through "it carries again" a 10.77.0.2 1
check "down" on a wg-quick down "$conf"
equal "all is as before" "$(<"$WORK/before")" "$(network_state a)"
