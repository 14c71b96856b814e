# shellcheck shell=bash
# For cases with full tunnels: peers that lie behind the default route, an internet behind them, and counters of what
# goes by the outer link. Source it after lib.sh.

# internet NAME: the addresses beyond the tunnels, answered by that host.
internet() {
    on "$1" ip address add 203.0.113.1/32 dev lo && on "$1" ip address add 2001:db8:ff::1/128 dev lo
}

# tunnel_lab: hosts a, r and s, in a row. a reaches all by its default route over r, which forwards. r and s each are a
# peer's endpoint (192.0.2.1 and 192.0.2.2 ) and answer for the internet.
tunnel_lab() {
    host a r s
    join a r
    join r s 1
    local name
    for name in r s; do
        internet "$name"
        on "$name" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    done
    on r ip address add 192.0.2.1/32 dev lo
    on s ip address add 192.0.2.2/32 dev lo
    on r ip route add 192.0.2.2/32 via 198.51.101.2
    on s ip route add default via 198.51.101.1
    on s ip -6 route add default via 2001:db8:1::1
    on a ip route add default via 198.51.100.2
    on a ip -6 route add default via 2001:db8:0::2
    keys a r s
    count_outer r eth-a
    # iptables leaves its empty tables when its last rule goes.
    local tables
    for tables in iptables ip6tables; do
        on a "$tables" -t raw -A PREROUTING -j ACCEPT && on a "$tables" -t raw -D PREROUTING -j ACCEPT
        on a "$tables" -t mangle -A PREROUTING -j ACCEPT && on a "$tables" -t mangle -D PREROUTING -j ACCEPT
        on a "$tables" -t mangle -A POSTROUTING -j ACCEPT && on a "$tables" -t mangle -D POSTROUTING -j ACCEPT
    done
}

# count_outer NAME LINK: counts what arrives there: `tunnel`, the tunnels' own packets; `inner`, what has a tunnel's own
# address as its source and is not in a tunnel; `clear`, all the rest. What links themselves say to each other is not
# counted. Packets of a tunnel within a tunnel are `looped`.
count_outer() {
    on "$1" nft -f - <<END
table inet outer {
    counter tunnel { }
    counter inner { }
    counter clear { }
    counter looped { }
    chain arrivals {
        type filter hook prerouting priority -400; policy accept;
        iifname "wg*" udp dport 51820 counter name looped
        iifname != "$2" accept
        udp dport 51820 counter name tunnel accept
        icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-report, mld2-listener-report } accept
        ip saddr 10.77.0.0/16 counter name inner
        ip6 saddr fd77::/32 counter name inner
        counter name clear
    }
}
END
}

# counted NAME COUNTER [bytes]: how many packets, or bytes.
counted() {
    on "$1" nft -j list counter inet outer "$2" | jq ".nftables[] | select(.counter).counter.${3:-packets}"
}
reset_counters() { on "$1" nft reset counters >/dev/null; }

# client_config FILE SUBNET PEER ENDPOINT LINES...: a full tunnel of host a; the lines go into [Interface].
client_config() {
    local file="$1" subnet="$2" peer="$3" endpoint="$4"
    shift 4
    (umask 077 && mkdir -p "$(dirname "$file")" && cat >"$file") <<END
[Interface]
PrivateKey = $(<"$WORK/a.key")
Address = 10.77.$subnet.1/24, fd77:$subnet::1/64
$(printf '%s\n' "$@")
[Peer]
PublicKey = $(<"$WORK/$peer.pub")
Endpoint = $endpoint:51820
AllowedIPs = 0.0.0.0/0, ::/0
END
}

# server NAME SUBNET LINES...: brings wg0 up there, for a tunnel of host a; the lines go into [Interface].
server() {
    local name="$1" subnet="$2"
    shift 2
    (umask 077 && mkdir -p "$WORK/$name" && cat >"$WORK/$name/wg0.conf") <<END
[Interface]
PrivateKey = $(<"$WORK/$name.key")
ListenPort = 51820
Address = 10.77.$subnet.2/24, fd77:$subnet::2/64
$(printf '%s\n' "$@")
[Peer]
PublicKey = $(<"$WORK/a.pub")
AllowedIPs = 10.77.$subnet.1/32, fd77:$subnet::1/128
END
    check "the peer $name comes up" on "$name" wg-quick up "$WORK/$name/wg0.conf"
}

# flood NAME: begins pings to the internet, 50 a second of each family, whether they are answered or not.
FLOOD=()
flood() {
    local address
    for address in 203.0.113.1 2001:db8:ff::1; do
        nsenter -t "${HOST_PID[$1]}" -n -m -r -- ping -q -i 0.02 -W 1 "$address" >/dev/null 2>&1 &
        FLOOD+=($!)
    done
}
end_flood() {
    kill "${FLOOD[@]}" 2>/dev/null
    wait "${FLOOD[@]}" 2>/dev/null
    FLOOD=()
}

# path_without PATTERN...: makes a directory with all of the system's programs but those, and prints a PATH of ours and it.
path_without() {
    local directory from pattern
    directory="$(mktemp -d "$WORK/path.XXXXXX")"
    for from in /usr/sbin /usr/bin /sbin /bin; do
        [[ -L $from ]] || ln -s -t "$directory" "$from"/* 2>/dev/null
    done
    for pattern; do find "$directory" -name "$pattern" -delete; done
    echo "$WG_BIN_DIR:$directory"
}
