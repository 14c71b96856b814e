#!/bin/bash
# limit: 300
# JSON, names and metrics of real devices, read by the programs they are for: jq, and promtool of Debian's package
# prometheus, which is downloaded once and unpacked, not installed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cache="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.build/promtool"
stock=/usr/bin/wg

# get_promtool: from the cache, or from Debian's archive.
get_promtool() {
    [[ ! -x $cache/promtool ]] || return 0
    mkdir -p "$cache" "$WORK/package" && chmod 755 "$WORK" "$WORK/package" && (
        cd "$WORK/package" || exit
        apt-get -q download prometheus || { apt-get -q update && apt-get -q download prometheus; } || exit
        dpkg-deb -x prometheus_*.deb . && mv usr/bin/promtool "$cache/promtool"
    )
}
promtool_accepts() { "$cache/promtool" check metrics <"$1" >"$WORK/promtool" 2>&1 && [[ ! -s $WORK/promtool ]]; }

# dump_of_json FILE: what `wg show INTERFACE dump` prints, made of the JSON of that device.
dump_of_json() {
    jq -r '.devices[0] | [.privateKey // "(none)", .publicKey // "(none)", .listenPort // 0, .fwmark // "off"],
        (.peers[] | [.publicKey, .presharedKey // "(none)", .endpoint.text // "(none)",
            (.allowedIPs | join(",") | if . == "" then "(none)" else . end), .latestHandshake.seconds // 0,
            .receivedBytes, .sentBytes, .persistentKeepalive // "off"]) | @tsv' "$1"
}

random_keys() { head -c $(($1 * 32)) /dev/urandom | base64 -w 42 | head -n "$1" | sed 's/$/E=/'; }

host a b
join a b
check "wireguard-go makes a device" eval "device a wireguard-go && device b wireguard-go"
WITH_PSK=1 check "two devices are peers" endpoints a b
ping_through "they have a handshake" a 10.77.0.2
on a wg set wg0 peer "$(random_keys 1)" allowed-ips '' peer "$(random_keys 1)" persistent-keepalive 25 \
    endpoint '[2001:db8::77]:99' allowed-ips 10.1.0.0/16,fd01::/16

# snapshot: the JSON and the stock dump of one moment. wireguard-go changes the order of its peers.
snapshot() {
    on a "$stock" show wg0 dump | sort >"$WORK/dump"
    on a wg show wg0 --json --secrets >"$WORK/secrets.json"
    on a "$stock" show wg0 dump | sort | cmp - "$WORK/dump"
}
check "the device can be read" wait_until 10 snapshot
equal "the JSON says what the stock wg's dump says" "$(<"$WORK/dump")" "$(dump_of_json "$WORK/secrets.json" | sort)"
on a wg show --json >"$WORK/all.json"
equal "one device and all devices have one shape" "$(jq -c 'paths | map(numbers |= 0)' "$WORK/all.json" | sort -u)" \
    "$(jq -c 'del(.devices[].privateKey, .devices[].peers[].presharedKey) | paths | map(numbers |= 0)' \
        "$WORK/secrets.json" | sort -u)"
check_fails "without --secrets no key is in it" grep -F -e "$(<"$WORK/a.key")" -e "$(<"$WORK/psk")" "$WORK/all.json"
equal "the schema has a number" 1 "$(jq .schema "$WORK/all.json")"
equal "the interfaces are a list" '["wg0"]' "$(on a wg show --json interfaces | jq -c .interfaces)"
check_fails "--json takes no field" on a wg show --json wg0 peers

on a mount -t tmpfs -o mode=700 tmpfs /etc/wireguard
peer="$(<"$WORK/b.pub")"
printf '### begin x ###\n[Peer]\n# friendly_name = "the \\ office" \e[31m\nPublicKey = %s\n' "$peer" >"$WORK/names"
on a cp "$WORK/names" /etc/wireguard/wg0.conf
name='"the \ office" '$'\xef\xbf\xbd''[31m'
equal "names are in the JSON" "$name" "$(on a wg show --json --names | jq -r '.devices[].peers[].name // empty')"
equal "names are the last column for scripts" "$peer"$'\t'"$name" "$(on a wg show wg0 peers --names | grep -F "$peer")"
equal "names are the first line for people" "  name: $name" "$(on a wg show wg0 --names | grep -A 1 "^peer: $peer" | tail -n 1)"

check "promtool is there" get_promtool
on a wg metrics >"$WORK/metrics"
check "promtool accepts the metrics" promtool_accepts "$WORK/metrics"
on a wg metrics --names wg0 >"$WORK/metrics.names"
check "promtool accepts the metrics with names" promtool_accepts "$WORK/metrics.names"
sample="wireguard_received_bytes_total{interface=\"wg0\",public_key=\"$peer\"} "
check "the metrics have the counters" grep -q '[1-9]' <(grep -F "$sample" "$WORK/metrics" | cut -d ' ' -f 2)
check_fails "the metrics have no keys" grep -F -e "$(<"$WORK/a.key")" -e "$(<"$WORK/psk")" "$WORK/metrics"
check_fails "a device that is not there is a failure" eval "on a wg metrics wg9 wg0 >'$WORK/metrics.missing'"
check "its metrics say so" grep -qx 'wireguard_scrape_success{interface="wg9"} 0' "$WORK/metrics.missing"
check "promtool accepts them" promtool_accepts "$WORK/metrics.missing"

mkdir "$WORK/textfile"
on a mount -t tmpfs -o mode=755,size=32k tmpfs "$WORK/textfile"
file="$WORK/textfile/wg.prom"
check "--textfile writes a file" eval "(umask 077 && on a wg metrics --textfile '$file' wg0)"
equal "others may read it" 644 "$(on a stat -c %a "$file")"
on a cp "$file" "$WORK/before"
check "promtool accepts it" promtool_accepts "$WORK/before"
on a sh -c "cat /dev/zero >'$WORK/textfile/full'" 2>/dev/null
check_fails "--textfile fails where no space is left" on a wg metrics --textfile "$file"
check "the file is what it was" on a cmp "$file" "$WORK/before"
equal "nothing else is left beside it" "full wg.prom" "$(on a ls -A "$WORK/textfile" | xargs)"
check_fails "--textfile fails where the directory is missing" on a wg metrics --textfile "$WORK/none/wg.prom"

host c
check "our engine makes a device" device c wireguard-swift
random_keys 20000 | awk '{ printf "[Peer]\n# peer %d\nPublicKey = %s\nAllowedIPs = 10.%d.%d.%d/32\n", NR, $0,
    int(NR / 65536), int(NR / 256) % 256, NR % 256 }' >"$WORK/large.conf"
on c mount -t tmpfs -o mode=700 tmpfs /etc/wireguard
on c cp "$WORK/large.conf" /etc/wireguard/wg0.conf
check "it gets 20 000 peers" on c wg setconf wg0 "$WORK/large.conf"
on c wg show --json --names >"$WORK/large.json"
equal "the JSON has all of them, with their names" 20000 "$(jq '[.devices[0].peers[].name] | unique | length' "$WORK/large.json")"
on c wg metrics --names >"$WORK/large.prom"
check "promtool accepts their metrics" promtool_accepts "$WORK/large.prom"
equal "the metrics have all of them" 20000 "$(grep -c '^wireguard_sent_bytes_total{' "$WORK/large.prom")"
