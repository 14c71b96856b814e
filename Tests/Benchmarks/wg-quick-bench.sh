#!/bin/bash
# What `wg-quick up` and `down` cost beside the stock tool, with a userspace engine under both: a small tunnel, 1 000 allowed
# IPs, and 100 000 with ours alone.
#
#   wg-quick-bench.sh PROGRAMS [STOCK]    as root; PROGRAMS is the directory with the built programs
#
# Both programs run in turn, A B A B; medians are shown, of an up and a down together, with the peak memory of whatever
# process took most (the engine is none of them). Nothing here fails because it is slow. WG_BENCH_ENGINE names another
# engine than wireguard-go, WG_BENCH_ONLY one of `small`, `thousand`, `large`.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
programs="$(cd "${1:?usage: wg-quick-bench.sh PROGRAMS [STOCK]}" && pwd)"
stock="${2:-/usr/bin/wg-quick}"

if [[ ${WG_BENCH_INSIDE:-} != yes ]]; then
    WG_BENCH_INSIDE=yes exec unshare --net --mount --propagation private --pid --fork --kill-child --mount-proc -- "$0" "$programs" "$stock"
fi
export WG_QUICK_USERSPACE_IMPLEMENTATION="${WG_BENCH_ENGINE:-wireguard-go}" LOG_LEVEL=silent
export PATH="$programs:$PATH"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/wireguard /run/bench
cd /run/bench
umask 077
ip link set up dev lo
ip tuntap add dev cable mode tun
ip address add 198.51.100.1/24 dev cable
ip link set up dev cable

"${CC:-clang}" -O2 -Wall -Wextra -o bench "$here/wg-bench.c"
for side in "ours $programs/wg-quick" "stock $stock"; do
    cat >"${side%% *}" <<END
#!/bin/sh
"${side#* }" up "/run/bench/\$1.conf" >/run/bench/said 2>&1 && "${side#* }" down "/run/bench/\$1.conf" >>/run/bench/said 2>&1 && exit
tail -n 5 /run/bench/said >&2
exit 1
END
    chmod 700 "${side%% *}"
done

# config NAME COUNT: a tunnel with that many more allowed IPs.
config() {
    local i
    {
        printf '[Interface]\nPrivateKey = %s\nListenPort = 51820\nAddress = 10.77.0.1/24, fd77::1/64\n' "$(/usr/bin/wg genkey)"
        printf '[Peer]\nPublicKey = %s\nEndpoint = 198.51.100.2:51820\n' "$(/usr/bin/wg genkey | /usr/bin/wg pubkey)"
        printf 'AllowedIPs = 10.77.0.2/32, fd77::2/128, 10.88.0.0/16\n'
        for ((i = 0; i < $2; i++)); do printf 'AllowedIPs = 172.%d.%d.%d/32\n' $((16 + i / 65536)) $((i / 256 % 256)) $((i % 256)); done
    } >"$1.conf"
}
config small 0
config thousand 1000
config large 100000

# row NAME ROUNDS PROGRAM PROGRAM
row() {
    [[ ${WG_BENCH_ONLY:-$1} == "$1" ]] || return 0
    printf '%-34s' "up and down, $1"
    ./bench compare "$2" /dev/null "./$3" "./$4" "$1"
}
printf '%-34s %29s %29s\n' "$WG_QUICK_USERSPACE_IMPLEMENTATION" "ours" "stock"
printf '%-34s%s%s\n' "" "   wall ms    cpu ms       KiB" "   wall ms    cpu ms       KiB"
row small 31 ours stock
row thousand 1 ours stock
# Ours on both sides: stock would take hours.
row large 3 ours ours
