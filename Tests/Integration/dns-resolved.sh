#!/bin/bash
# limit: 90
# Resolvers by way of systemd-resolved, the real one, which is unpacked and not installed: what the link has after up and
# after down, and which server answers for which name.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/dns-lab.sh"

unpack systemd-resolved systemd-resolved libsystemd-shared ||
    { not_ok "the packages can be had from Debian's archive"; exit 1; }

# resolved NAME: its own bus and systemd-resolved on the host, which asks the provider's server and has the name of the
# file that everybody reads.
resolved() {
    overlay "$1" systemd-resolved
    on "$1" mkdir -p /run/dbus /run/systemd
    # Neither is there without the packages' own scripts.
    on "$1" grep -q ^systemd-resolve: /etc/passwd ||
        on "$1" sh -c 'echo systemd-resolve:x:995:995::/:/usr/sbin/nologin >>/etc/passwd; echo systemd-resolve:x:995: >>/etc/group'
    printf '[Resolve]\nDNS=198.51.100.2\nFallbackDNS=\nDNSSEC=no\nLLMNR=no\nMulticastDNS=no\n' |
        on "$1" tee /etc/systemd/resolved.conf >/dev/null
    on "$1" ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
    on "$1" dbus-daemon --system --nofork --nopidfile >"$WORK/bus.log" 2>&1 &
    wait_until 5 on "$1" test -S /run/dbus/system_bus_socket || { not_ok "a bus runs" "$WORK/bus.log"; return 1; }
    on "$1" /lib/systemd/systemd-resolved >"$WORK/resolved.log" 2>&1 &
    wait_until 10 on "$1" resolvectl status || { not_ok "systemd-resolved runs" "$WORK/resolved.log"; return 1; }
}

# of_link PROPERTY: what systemd-resolved has for wg0.
of_link() { on a resolvectl "$1" wg0 2>/dev/null | sed 's/^[^:]*: *//'; }
no_link() { [[ -z $(on a resolvectl dns | grep wg0) ]]; }
traced() { grep -qxF "[#] $1" "$WORK/errors"; }

two_servers
with_dns one/wg0.conf "10.77.0.2, corp.example"
with_dns all/wg0.conf "10.77.0.2"
with_dns full/wg0.conf "10.77.0.2, corp.example"
sed -i 's|^AllowedIPs.*|AllowedIPs = 0.0.0.0/0, ::/0|' "$WORK/full/wg0.conf"
with_dns search/wg0.conf "corp.example"
resolved a || exit 1
check "the provider's names are found" has_address a www.provider.example 192.0.2.1
equal "it is systemd-resolved that answers" 127.0.0.53 "$(on a sed -n 's/^nameserver //p' /etc/resolv.conf)"
state a >"$WORK/before"

# With search domains, those names and no others go through the tunnel.
check "up succeeds" eval "on a wg-quick up '$WORK/one/wg0.conf' 2>'$WORK/errors'"
for line in "dns wg0 10.77.0.2" "domain wg0 corp.example" "default-route wg0 no"; do
    check "up shows resolvectl $line" traced "resolvectl $line"
done
equal "the link has the server" 10.77.0.2 "$(of_link dns)"
equal "the link has the domain" corp.example "$(of_link domain)"
equal "the link is not the default" no "$(of_link default-route)"
check "a name of the domain is found through the tunnel" has_address a secret.corp.example 192.0.2.77
check "without its domain, too" has_address a secret 192.0.2.77
check "the provider's names are found still" has_address a www.provider.example 192.0.2.1
plan() { on a wg-quick plan "$WORK/one/wg0.conf" 2>&1; echo "status $?"; }
equal "nothing is left to do" "status 0" "$(plan)"
with_dns one/wg0.conf "10.77.0.2"
check "apply takes the domain away" on a wg-quick apply "$WORK/one/wg0.conf"
equal "so that the link is the default" "10.77.0.2 ~. yes" "$(of_link dns) $(of_link domain) $(of_link default-route)"
equal "and nothing is left to do" "status 0" "$(plan)"
check "down succeeds" on a wg-quick down "$WORK/one/wg0.conf"
check "systemd-resolved has nothing of the link any more" wait_until 5 no_link
check_fails "the name is not found any more" has_address a secret.corp.example 192.0.2.77
check "the state is as before" wait_until 5 same_state "$WORK/before" a

# Without, or under a full tunnel, all names do.
for kind in all full; do
    check "$kind: up succeeds" on a wg-quick up "$WORK/$kind/wg0.conf"
    equal "$kind: the link is the default" yes "$(of_link default-route)"
    check "$kind: for all names" grep -q '~\.' <(of_link domain)
    check "$kind: a name is found through the tunnel" has_address a secret.corp.example 192.0.2.77
    check_fails "$kind: the provider is not asked any more" has_address a www.provider.example 192.0.2.1
    check "$kind: down succeeds" on a wg-quick down "$WORK/$kind/wg0.conf"
    check "$kind: the provider's names are found again" wait_until 5 has_address a www.provider.example 192.0.2.1
    check "$kind: the state is as before" wait_until 5 same_state "$WORK/before" a
done

check "search domains alone: up succeeds" on a wg-quick up "$WORK/search/wg0.conf"
equal "search domains alone: the link has them" corp.example "$(of_link domain)"
check "search domains alone: they are searched" grep -q '^search .*corp.example' <(on a cat /etc/resolv.conf)
check "search domains alone: down succeeds" on a wg-quick down "$WORK/search/wg0.conf"

# Against what was looked for.
check "--dns=file: up succeeds" on a wg-quick up --dns=file "$WORK/all/wg0.conf"
equal "--dns=file: the file names the server" 10.77.0.2 "$(on a sed -n 's/^nameserver //p' /etc/resolv.conf)"
check "--dns=file: a name is found" has_address a secret.corp.example 192.0.2.77
check "--dns=file: down succeeds" on a wg-quick down "$WORK/all/wg0.conf"
equal "--dns=file: the file is systemd-resolved's again" ../run/systemd/resolve/stub-resolv.conf "$(on a readlink /etc/resolv.conf)"

# In another network namespace it knows none of the links.
twin c a
(umask 077 && mkdir "$WORK/twin" && printf '[Interface]\nPrivateKey = %s\nDNS = 10.0.0.1\n' "$(wg genkey)" >"$WORK/twin/wg7.conf")
check_fails "from another network namespace it is not told anything" on c wg-quick up --dns=resolved "$WORK/twin/wg7.conf"

# It has gone.
for pid in $(processes a | sed -n 's/ systemd-resolve$//p'); do kill "$pid"; done
check "systemd-resolved ends" wait_until 5 eval '[[ -z $(processes a | grep systemd-resolve) ]]'
state a >"$WORK/before"
check_fails "when it has gone, it can't be asked for" on a wg-quick up --dns=resolved "$WORK/all/wg0.conf"
check "and nothing is left" wait_until 5 same_state "$WORK/before" a
machine_is_untouched
