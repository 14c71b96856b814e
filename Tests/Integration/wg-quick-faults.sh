#!/bin/bash
# limit: 420
# An up that fails, is told to end, or is killed at any of its steps: links, addresses, routes, rules, sockets, records and
# processes are then as before; after a kill, once down has been run.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

injector="$WG_BIN_DIR/quick-fault-injector"
check "the injector is built" test -x "$injector" || exit 1

host e-a
on e-a ip tuntap add dev cable mode tun
on e-a ip address add 198.51.100.1/24 dev cable
on e-a ip link set up dev cable
on e-a ip route add 203.0.113.0/24 dev cable
wait_until 5 settled e-a cable
keys e-a e-b
mkdir -m 700 "$WORK/conf"
(umask 077 && cat >"$WORK/conf/wg0.conf") <<END
[Interface]
PrivateKey = $(<"$WORK/e-a.key")
ListenPort = 51820
Address = 10.77.0.1/24, fd77::1/64
PreUp = true
PostUp = ip route add 10.99.0.0/16 dev %i
PreDown = true
PostDown = true
[Peer]
PublicKey = $(<"$WORK/e-b.pub")
Endpoint = 198.51.100.2:51820
AllowedIPs = 10.77.0.2/32, 10.88.0.0/16, fd88::/48
END
mkdir "$WORK/table"
sed 's/^Address/Table = 200\nDNS = 10.77.0.53, corp.example\n&/; s|^AllowedIPs.*|AllowedIPs = 0.0.0.0/0, ::/0|' "$WORK/conf/wg0.conf" >"$WORK/table/wg0.conf"
chmod 600 "$WORK/table/wg0.conf"
mkdir -m 700 "$WORK/whole"
sed 's|^AllowedIPs.*|&, 0.0.0.0/0, ::/0|' "$WORK/conf/wg0.conf" >"$WORK/whole/wg0.conf"
state e-a >"$WORK/before"

# inject STATUS WORDS...: the injector ends with that status.
inject() {
    local expected="$1" status
    shift
    # The group takes the shell's own word on a killed process, too.
    { timeout 20 nsenter -t "${HOST_PID[e-a]}" -n -m -r -- "$injector" "$@" >"$WORK/output"; } 2>"$WORK/errors"
    status=$?
    [[ $status -eq $expected ]] || { echo "exit status $status instead of $expected"; cat "$WORK/errors"; return 1; }
}

# at_each_step FACT FAULT STATUS FILE [AFTERWARDS]: the fault at each step, and the state compared after each.
at_each_step() {
    local fact="$1" fault="$2" status="$3" file="$4" afterwards="${5:-true}" step wrong=0
    for ((step = 0; step < steps; step++)); do
        if ! inject "$status" "$fault" "$step" "$file" || ! "$afterwards" "$file" ||
            ! wait_until 5 same_state "$WORK/before" e-a; then
            echo "step $step of $steps:"
            same_state "$WORK/before" e-a
            wrong=1
            on e-a ip link delete dev wg0 2>/dev/null
            wait_until 5 no_device e-a
        fi
    done >"$WORK/steps"
    if [[ $wrong -eq 0 ]]; then ok "$fact ($steps steps)"; else not_ok "$fact" "$WORK/steps"; fi
}

# What a kill left is there for down; if it left nothing, down says that.
down() {
    if on e-a ip link show dev wg0 >/dev/null 2>&1 || on e-a find /run/wireguard -name 'wg0.*.quick' | grep -q .; then
        on e-a wg-quick down "$1" >"$WORK/output" 2>&1
    else
        ! on e-a wg-quick down "$1" 2>/dev/null
    fi
}

# whole_up FACT FILE: an up without a fault, and how many steps it has.
whole_up() {
    check "$1, up succeeds and down takes it back" eval "inject 0 count '$2' && on e-a wg-quick down '$2'" || return 1
    steps="$(<"$WORK/output")"
    check "$1, it has steps enough" test "$steps" -ge 8
    check "$1, the state is as before" wait_until 5 same_state "$WORK/before" e-a
}

# The kernel where it has the module; else ours, and the one that others use.
engines=(wireguard-swift wireguard-go)
if on e-a ip link add dev probe type wireguard 2>/dev/null; then
    engines=(kernel)
    on e-a ip link delete dev probe
fi
for engine in "${engines[@]}"; do
    export WG_QUICK_USERSPACE_IMPLEMENTATION="$engine"
    # A full tunnel has all the steps that another has, and more.
    file="$WORK/conf/wg0.conf"
    [[ $engine != wireguard-swift ]] || file="$WORK/whole/wg0.conf"
    whole_up "$engine: without a fault" "$file" || continue
    # Emulated, a step takes seconds; how failures and signals are met does not depend on who has the device.
    if [[ $engine != kernel ]]; then
        at_each_step "$engine: a failure at each step leaves nothing" fail 3 "$file"
        at_each_step "$engine: SIGTERM at each step leaves nothing" signal 3 "$file"
    fi
    at_each_step "$engine: after SIGKILL at each step, down leaves nothing" kill 137 "$file" down
done
[[ ${engines[0]} != kernel ]] || exit 0
export WG_QUICK_USERSPACE_IMPLEMENTATION="${engines[0]}"
if whole_up "with name servers and a table of its own" "$WORK/table/wg0.conf"; then
    at_each_step "with name servers: a failure at each step leaves nothing" fail 3 "$WORK/table/wg0.conf"
    at_each_step "with name servers: after SIGKILL at each step, down leaves nothing" kill 137 "$WORK/table/wg0.conf" down
fi
