#!/bin/bash
# limit: 90
# Resolvers in /etc/resolv.conf itself, on a host that has nothing else for them: names are found through the tunnel, and
# whatever happens meanwhile, the file is never without servers and as before in the end.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/dns-lab.sh"

two_servers
before="$(resolv_sum a)"
on a chmod 640 /etc/resolv.conf
wg0="$WORK/one/wg0.conf"
wg1="$WORK/one/wg1.conf"
with_dns one/wg0.conf "10.77.0.2, corp.example"
# A second tunnel, which never has to reach anybody.
(umask 077 && printf '[Interface]\nPrivateKey = %s\nAddress = 10.78.0.1/24\nDNS = 10.78.0.2\n' "$(wg genkey)" >"$wg1")

# unchanged FACT: the file is as it was, and nothing else is left beside it.
unchanged() {
    equal "$1" "$before" "$(resolv_sum a)"
    equal "$1: nothing lies beside it" /etc/resolv.conf "$(on a find /etc -maxdepth 1 -name 'resolv.conf*')"
}
servers() { on a sed -n 's/^nameserver //p' /etc/resolv.conf; }

check "up succeeds" on a wg-quick up "$wg0"
check "a name that only the tunnel's server knows is found, by its search domain" has_address a secret 192.0.2.77
check_fails "the provider's names are not asked for any more" has_address a www 192.0.2.1
equal "the options stay" "options timeout:1 attempts:2" "$(on a grep ^options /etc/resolv.conf)"
equal "and so do the permissions" 640 "$(on a stat -c %a /etc/resolv.conf)"
check "down succeeds" on a wg-quick down "$wg0"
check "the provider's names are found again" has_address a www 192.0.2.1
unchanged "after down the file is as before"
on a chmod 644 /etc/resolv.conf

for order in "$wg0 $wg1" "$wg1 $wg0"; do
    read -r first second <<<"$order"
    check "two tunnels are up" eval "on a wg-quick up '$wg0' && on a wg-quick up '$wg1'"
    equal "the second one's servers count" 10.78.0.2 "$(servers)"
    check "one goes down" on a wg-quick down "$first"
    if [[ $first == "$wg0" ]]; then rest=10.78.0.2; else rest=10.77.0.2; fi
    equal "the servers are those of the one that is up" "$rest" "$(servers)"
    check "the other goes down" on a wg-quick down "$second"
    unchanged "after both the file is as before"
done

# Others write while the tunnel is up.
check "up succeeds again" on a wg-quick up "$wg0"
on a sed -i '$a options rotate' /etc/resolv.conf
check "down succeeds after a line was added" on a wg-quick down "$wg0"
equal "the line stays, the rest is as before" "options rotate" "$(on a sed 1,4d /etc/resolv.conf)"
equal "the servers are the provider's" 198.51.100.2 "$(servers)"
check "up succeeds once more" on a wg-quick up "$wg0"
resolv_conf a "nameserver 203.0.113.9"
check "down succeeds after the file was replaced" eval "on a wg-quick down '$wg0' 2>'$WORK/errors'"
equal "what replaced it stays" "nameserver 203.0.113.9" "$(on a cat /etc/resolv.conf)"
check "and down says so" grep -q "resolv.conf.*others" "$WORK/errors"

# A symbolic link, and no file at all.
on a mkdir -p /run/provider
on a mv /etc/resolv.conf /run/provider/resolv.conf
on a ln -s ../run/provider/resolv.conf /etc/resolv.conf
check "a link: up and down succeed" eval "on a wg-quick up '$wg0' && on a test ! -L /etc/resolv.conf && on a wg-quick down '$wg0'"
equal "it is the same link again" ../run/provider/resolv.conf "$(on a readlink /etc/resolv.conf)"
on a rm -r /etc/resolv.conf /run/provider
check "no file: up and down succeed" eval "on a wg-quick up '$wg0' && on a test -s /etc/resolv.conf && on a wg-quick down '$wg0'"
check_fails "there is none again" on a test -e /etc/resolv.conf

# The host goes down while the tunnel is up: of it only the file is left, with another boot's number in it.
mkdir "$WORK/boot"
sed 's/^Endpoint.*/Endpoint = www.provider.example:51820/' "$wg0" >"$WORK/boot/wg0.conf"
chmod 600 "$WORK/boot/wg0.conf"
booted="$WORK/boot/wg0.conf"
resolv_conf a "# from the provider" "nameserver 198.51.100.2" "search provider.example" "options timeout:1 attempts:2"
no_tunnel() { ! on a ip link show dev wg0 && [[ -z $(processes a) ]]; }
reboot() {
    on a wg-quick up "$booted" >"$WORK/output" 2>&1 && on a ip link delete dev wg0 && wait_until 5 no_tunnel &&
        on a sh -c 'rm -rf /run/wireguard && sed -i "s/^\(#: wg0 \)[0-9a-f-]*/\100000000-0000-0000-0000-000000000001/" /etc/resolv.conf'
}
# rebooted STATUS COMMAND...: wg-quick with the command, after a reboot, ends so and leaves no server of that tunnel.
rebooted() {
    local status="$1"
    shift
    check "$1 after a reboot: a tunnel was up" reboot
    check_fails "$1 after a reboot: no name is found at first" has_address a www 192.0.2.1
    check_fails "$1 after a reboot: a look at what would be done" on a wg-quick plan "$booted"
    equal "$1 after a reboot: which changes nothing" 10.77.0.2 "$(servers)"
    on a wg-quick "$@" "$booted" >"$WORK/output" 2>&1
    equal "$1 after a reboot: the status" "$status" $?
    check "$1 after a reboot: it says what it found" grep -q 'resolv.conf.*before a reboot' "$WORK/output"
}
rebooted 1 down
unchanged "down after a reboot: the file is as before"
rebooted 0 reresolve --only-due
unchanged "reresolve after a reboot: the file is as before"
for command in up apply; do
    rebooted 0 "$command"
    equal "$command after a reboot: the peer's name is found" 192.0.2.1:51820 "$(on a wg show wg0 endpoints | cut -f 2)"
    equal "$command after a reboot: the tunnel's servers count" 10.77.0.2 "$(servers)"
    check "$command after a reboot: down succeeds" on a wg-quick down "$booted"
    unchanged "$command after a reboot: after down the file is as before"
done

# apply: the file is what another up would make of it, and then there is nothing to do.
with_dns apply/wg0.conf "10.77.0.3"
applied="$WORK/apply/wg0.conf"
# becomes FACT DNS LINE...: apply makes of it what a fresh up makes of it.
becomes() {
    local fact="$1" dns="$2"
    shift 2
    with_dns apply/wg0.conf "$dns"
    [[ -n $dns ]] || sed -i /^DNS/d "$applied"
    check "apply: $fact" on a wg-quick apply "$applied"
    equal "apply: $fact: the file" "$(printf '%s\n' "$@")" "$(on a grep -v '^#' /etc/resolv.conf)"
    equal "apply: $fact: then nothing is left to do" "status 0" "$(on a wg-quick plan "$applied" 2>&1; echo "status $?")"
}
resolv_conf a "# from the provider" "nameserver 198.51.100.2" "search provider.example" "options timeout:1 attempts:2"
check "apply: the tunnel comes up" on a wg-quick apply "$applied"
becomes "a server and a domain" "10.77.0.2, corp.example" "nameserver 10.77.0.2" "search corp.example" "options timeout:1 attempts:2"
check "apply: a name is found through the tunnel" has_address a secret 192.0.2.77
becomes "a second server, and no domain" "10.77.0.2, 10.77.0.3" "nameserver 10.77.0.2" "nameserver 10.77.0.3" "options timeout:1 attempts:2"
becomes "none any more" "" "nameserver 198.51.100.2" "search provider.example" "options timeout:1 attempts:2"
unchanged "apply: without the key the file is as before"
becomes "one again" "10.77.0.2" "nameserver 10.77.0.2" "options timeout:1 attempts:2"
with_dns apply/wg0.conf "10.77.0.2, ~corp.example"
check "apply: a domain that no file can have is warned of" grep -q "~corp.example" <(on a wg-quick apply "$applied" 2>&1)
check "apply: down succeeds" on a wg-quick down "$applied"
unchanged "apply: after down the file is as before"

# A name that never existed between two others would show as a file without servers.
resolv_conf a "# from the provider" "nameserver 198.51.100.2" "search provider.example" "options timeout:1 attempts:2"
# shellcheck disable=SC2016 # the variables are the inner shell's
watch='while [[ ! -e $1/enough ]]; do
    text="$(</etc/resolv.conf)" && [[ $text == *$'"'\n'"'nameserver\ * ]] || { echo "$text" >"$1/gap"; exit; }
done'
# watched FACT FILE: ups and downs while the file is read over and over.
watched() {
    local watcher
    rm -f "$WORK/enough" "$WORK/gap"
    on a bash -c "$watch" - "$WORK" 2>"$WORK/gap.errors" &
    watcher=$!
    for _ in 1 2 3; do on a wg-quick up "$2" && on a wg-quick down "$2"; done >/dev/null 2>&1
    touch "$WORK/enough"
    wait "$watcher"
    check "$1" test ! -e "$WORK/gap"
}
watched "the file always has servers" "$wg0"
unchanged "and is as before"

# As in a container: the file is a mount, and no other can take its place.
on a cp /etc/resolv.conf /mnt/resolv.conf
on a mount --bind /mnt/resolv.conf /etc/resolv.conf
inode="$(on a stat -c %i /etc/resolv.conf)"
check "mounted: up succeeds" on a wg-quick up "$wg0"
check "mounted: a name is found through the tunnel" has_address a secret.corp.example 192.0.2.77
check "mounted: down succeeds" on a wg-quick down "$wg0"
watched "mounted: the file always has servers" "$wg0"
unchanged "mounted: the file is as before"
equal "mounted: it is the same file" "$inode" "$(on a stat -c %i /etc/resolv.conf)"

# A file that can't be written.
on a mount -o remount,bind,ro /etc/resolv.conf
state a >"$WORK/before"
check_fails "a file that cannot be written: up fails" on a wg-quick up "$wg0"
check "and leaves nothing" wait_until 5 same_state "$WORK/before" a
check "unless failures are to be warnings" eval "on a wg-quick up --dns-failure=warn '$wg0' 2>'$WORK/errors'"
check "the warning says which file, and why" grep -q 'resolv.conf.*Read-only' "$WORK/errors"
check_fails "apply fails like up" on a wg-quick apply "$wg0"
check "and with the option warns like up" grep -q "resolv.conf.*Read-only" <(on a wg-quick apply --dns-failure=warn "$wg0" 2>&1)
check "down succeeds then" on a wg-quick down "$wg0"
check "and leaves nothing" wait_until 5 same_state "$WORK/before" a
check "the environment says it for units" on a env WG_QUICK_DNS_FAILURE=warn wg-quick up "$wg0"
check "down succeeds again" on a wg-quick down "$wg0"
on a umount /etc/resolv.conf

for choice in resolved resolvconf; do
    check_fails "--dns=$choice fails where it is not there" on a wg-quick up --dns=$choice "$wg0"
    check "and leaves nothing" wait_until 5 same_state "$WORK/before" a
done
check "--dns=off leaves the file alone" on a wg-quick up --dns=off "$wg0"
unchanged "with --dns=off the file is as before"
check "down succeeds" on a wg-quick down "$wg0"

# Killed before and after the file takes its name, in up and in down: the next down restores it.
for call in rename,renameat2 fsync; do
    on a timeout 20 strace -o /dev/null -P /etc/resolv.conf.wg-quick -P /etc/resolv.conf \
        -e "inject=$call:signal=KILL" wg-quick up "$wg0" >/dev/null 2>&1
    check "killed in up at its $call: the file has servers" grep -q . <(servers)
    check "killed in up at its $call: down succeeds" on a wg-quick down "$wg0"
    unchanged "killed in up at its $call: after down the file is as before"
    on a wg-quick up "$wg0" >/dev/null 2>&1
    on a timeout 20 strace -o /dev/null -P /etc/resolv.conf.wg-quick -P /etc/resolv.conf \
        -e "inject=$call:signal=KILL" wg-quick down "$wg0" >/dev/null 2>&1
    check "killed in down at its $call: the file has servers" grep -q . <(servers)
    on a wg-quick down "$wg0" >/dev/null 2>&1
    unchanged "killed in down at its $call: after the next the file is as before"
done
check "nothing is left" wait_until 5 same_state "$WORK/before" a
machine_is_untouched
