#!/bin/bash
# limit: 300
# guest: no-module
# slow: yes
# The units under a real systemd, with an engine for the tunnel: start, reload, the timer, which brings back a tunnel whose
# engine was killed, the target, and a file that is wrong.
source "$(dirname "${BASH_SOURCE[0]}")/../../Integration/lib.sh"
share="$(dirname "${BASH_SOURCE[0]}")/../../../Share"

# unit_files: ours, and of systemd's own no more than ours ask for, so that nothing else is ever started.
unit_files() {
    local name
    cp "$share"/systemd/* "$WORK/units/"
    for name in sysinit basic shutdown timers network-online nss-lookup multi-user; do
        printf '[Unit]\nDefaultDependencies=no\n' >"$WORK/units/$name.target"
    done
    for name in wg-quick@ wg-quick-reresolve@; do
        mkdir "$WORK/units/$name.service.d"
        printf '[Service]\nStandardOutput=append:%s\nStandardError=inherit\nEnvironment=PATH=%s\n' \
            "$WORK/units.log" "$PATH" >"$WORK/units/$name.service.d/log.conf"
    done
}

# boot NAME: systemd as the first process of a PID namespace on the host, with a tree of control groups of its own.
boot() {
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    # shellcheck disable=SC2016 # the inner shell's
    on "$1" env SYSTEMD_UNIT_PATH="$WORK/units" container=lab \
        unshare --pid --fork --mount --mount-proc --cgroup --kill-child -- sh -c '
            mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec /lib/systemd/systemd --unit=multi-user.target' \
        >"$WORK/systemd.log" 2>&1 &
    wait_until 60 eval 'systemctl_says running is-system-running'
}
ctl() { nsenter -t "$(processes a | sed -n 's/ systemd$//p')" -n -m -p -C -- systemctl "$@"; }
systemctl_says() { [[ "$(ctl "${@:2}" 2>/dev/null)" == "$1" ]]; }
engine() { processes a | sed -n 's/ wireguard-swift$//p'; }
engine_is_new() { [[ -n $(engine) && $(engine) != "$1" ]]; }
no_tunnel() { [[ -z $(engine) ]] && ! on a ip link show dev wg0 && [[ -z $(on a ls /run/wireguard) ]]; } 2>/dev/null
unit() { ctl show --value -p "$2" "$1"; }

host a b
join a b
quick_configs a b
check "the other end is up" on b wg-quick up "$WORK/b/wg0.conf"
on a install -D -m 600 "$WORK/a/wg0.conf" /etc/wireguard/wg0.conf
conf=/etc/wireguard/wg0.conf
# Where the units have it.
ln -s "$WG_BIN_DIR/wg-quick" /usr/local/bin/wg-quick
mkdir "$WORK/units"
unit_files
network_state a >"$WORK/before"
check "systemd runs" boot a || sed 's/^/# /' "$WORK/systemd.log"

check "start succeeds" ctl start wg-quick@wg0
check "the unit is active" systemctl_says active is-active wg-quick@wg0
ping_through "the tunnel carries" a 10.77.0.2
check "the engine belongs to the unit" \
    grep -qx "$(engine)" "/sys/fs/cgroup/$(unit wg-quick@wg0 ControlGroup)/cgroup.procs"
check "the timer waits" systemctl_says active is-active wg-quick-reresolve@wg0.timer

first="$(engine)"
session="$(on a wg show wg0 latest-handshakes)"
on a sed -i 's|^AllowedIPs.*|&, 10.88.3.0/24|' "$conf"
check "reload succeeds" ctl reload wg-quick@wg0
check "a new allowed IP has its route" eval 'on a ip route show dev wg0 | grep -q 10.88.3.0/24'
equal "engine and session are the same" "$first $session" "$(engine) $(on a wg show wg0 latest-handshakes)"
equal "a second reload changes nothing" "$(network_state a)" "$(ctl reload wg-quick@wg0; network_state a)"

check "the timer has run its service" wait_until 30 eval '[[ -n $(unit wg-quick-reresolve@wg0.service ExecMainExitTimestamp) ]]'
equal "which succeeded" success "$(unit wg-quick-reresolve@wg0.service Result)"
kill -KILL "$first"
check "after the engine's death the timer brings the tunnel back" wait_until 90 engine_is_new "$first"
check "and its handshake" wait_until 20 on a ping -c 1 -W 1 10.77.0.2

check "the target starts" ctl start wg-quick.target
second="$(engine)"
check "with a restart of the target" ctl restart wg-quick.target
check "the tunnel is restarted" wait_until 20 engine_is_new "$second"
check "and active again" wait_until 20 systemctl_says active is-active wg-quick@wg0
check "the target is stopped" ctl stop wg-quick.target
check "and nothing is left of the tunnel" wait_until 20 no_tunnel
equal "links, addresses, routes and rules are as before" "$(<"$WORK/before")" "$(network_state a)"
equal "the timer is stopped" inactive "$(ctl is-active wg-quick-reresolve@wg0.timer)"

on a sed -i 's|^AllowedIPs.*|AllowedIPs = 10.0.0.0/33|' "$conf"
check_fails "a start with a wrong file fails" ctl start wg-quick@wg0
check "the unit has failed" systemctl_says failed is-failed wg-quick@wg0
check "its log names the line" grep -q "wg0.conf:$(on a grep -n '^AllowedIPs' "$conf" | cut -d : -f 1):" "$WORK/units.log"
check "nothing is left of it" no_tunnel
equal "and the rest is as before" "$(<"$WORK/before")" "$(network_state a)"
check "systemd did nothing else" systemctl_says degraded is-system-running
equal "than our units" "" "$(ctl list-units --no-legend --plain --state=failed | grep -v '^wg-quick@wg0')"
