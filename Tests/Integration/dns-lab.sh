# shellcheck shell=bash
# For the cases about resolvers: programs of packages that are not installed, and name servers. After lib.sh.

DNS_CACHE="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.build/dns-packages"
OWN_RESOLV_CONF="$(sha256sum /etc/resolv.conf)"

# provided NAME: the host's resolv.conf names the server on the other end of the cable.
provided() {
    [[ $(on "$1" stat -c %d /etc) != $(stat -c %d /etc) ]] || { not_ok "$1 has an /etc of its own"; exit 1; }
    on "$1" rm -f /etc/resolv.conf
    resolv_conf "$1" "# from the provider" "nameserver 198.51.100.2" "search provider.example" "options timeout:1 attempts:2"
    on "$1" sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf
}

# resolv_conf NAME LINES...: the host's /etc/resolv.conf.
resolv_conf() {
    local name="$1"
    shift
    printf '%s\n' "$@" | on "$name" tee /etc/resolv.conf >/dev/null
}
resolv_sum() { on "$1" sha256sum /etc/resolv.conf; }

# unpack DIRECTORY PACKAGE...: the packages' files, from the cache or from Debian's archive.
unpack() {
    local directory="$DNS_CACHE/$1" work="$WORK/unpack" package
    shift
    [[ ! -e $directory/complete ]] || return 0
    rm -rf "$directory" "$work"
    mkdir -p "$work" && chmod 755 "$WORK" "$work" && mkdir -p "$directory" && (
        cd "$work" || exit
        apt-get -q download "$@" || { apt-get -q update && apt-get -q download "$@"; } || exit
        for package in ./*.deb; do dpkg-deb -x "$package" tree || exit; done
        # Where these are links to directories below /usr, a package may still have them as directories.
        for package in bin sbin lib; do
            [[ ! -d tree/$package ]] || { mkdir -p "tree/usr/$package" && cp -a "tree/$package/." "tree/usr/$package/"; } || exit
        done
        cp -a tree/usr "$directory/usr" && mkdir -p tree/etc && cp -a tree/etc "$directory/etc" && touch "$directory/complete"
    )
}

# overlay NAME DIRECTORY: lays what `unpack` put there over the host's /usr and into its /etc.
overlay() {
    on "$1" mount -t overlay overlay -o "lowerdir=$DNS_CACHE/$2/usr:/usr" /usr && on "$1" cp -a "$DNS_CACHE/$2/etc/." /etc/
}

# name_server NAME ADDRESS RECORD...: dnsmasq on the host; each record is NAME/ADDRESS. It knows nothing else.
name_server() {
    local name="$1" address="$2" records=() record
    shift 2
    for record; do records+=("--address=/$record"); done
    on "$name" dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --no-daemon --user=root --pid-file= --bind-interfaces \
        --listen-address="$address" --except-interface=lo "${records[@]}" >"$WORK/dnsmasq.$address" 2>&1 &
    wait_until 10 answers_at "$name" "$address" || { not_ok "a name server listens on $address" "$WORK/dnsmasq.$address"; return 1; }
}
answers_at() { on "$1" ss -Hlun "src $2" | grep -q .; }

# has_address NAME HOSTNAME ADDRESS: the host's own resolver finds the address.
has_address() { [[ $(on "$1" timeout 10 getent ahostsv4 "$2" | sed -n '1s/ .*//p') == "$3" ]]; }

# two_servers: hosts a and b with a tunnel on b, and two name servers there. The one on the cable knows
# www.provider.example, the one behind the tunnel secret.corp.example.
two_servers() {
    host a b
    join a b
    provided a
    quick_configs a b
    check "the other end is up" on b wg-quick up "$WORK/b/wg0.conf" || exit 1
    name_server b 198.51.100.2 www.provider.example/192.0.2.1 && name_server b 10.77.0.2 secret.corp.example/192.0.2.77 || exit 1
    check "the provider's server answers" has_address a www.provider.example 192.0.2.1 || exit 1
    check_fails "and does not know the other's name" has_address a secret.corp.example 192.0.2.77
}

# with_dns FILE VALUE [LINES...]: a copy of a's configuration in $WORK/FILE with that DNS key, and more lines of [Interface].
with_dns() {
    local file="$WORK/$1" value="$2"
    shift 2
    mkdir -p "${file%/*}"
    (umask 077 && { printf '[Interface]\nDNS = %s\n' "$value" && printf '%s\n' "$@" && sed 1,2d "$WORK/a/wg0.conf"; } >"$file")
}

# At the end of each case.
machine_is_untouched() { equal "the machine's own resolv.conf is untouched" "$OWN_RESOLV_CONF" "$(sha256sum /etc/resolv.conf)"; }
