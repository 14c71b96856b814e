#!/bin/bash
# Cases of the differential suite with one wg-quick: side.sh NAME PROGRAM, in namespaces of its own (network, mounts,
# processes). It goes on where $WORK/NAME.next says, until the last case or one after which the namespaces are not as they
# were: the caller starts it again then, in new ones. $WORK/NAME.N gets all that can be seen after each step of case N.
#
# Words for a case's `setup` and `steps`: `up`, `down`, `save`, `strip`, each with a configuration or without (then wg0),
# and `config [FILE]`, which writes a configuration from its standard input. There, `wg` and `wg-quick` are Debian's.
#
# Emulated, a process costs a tenth of a second: hence the shell's own words where others would do.
set -uo pipefail
shopt -s nullglob globstar dotglob extglob
umask 077
side="$1" program="$2"
# shellcheck source=/dev/null
source "$WORK/cases"
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
readonly CASE=/run/case

# An /etc and a /run of its own, and two cables, which are each other's end: their MTUs differ, and nobody answers on them.
make_host() {
    mount -t tmpfs -o mode=755 tmpfs /run && mount -t tmpfs -o mode=755 tmpfs /etc && cp -a "$WORK/etc/." /etc/ &&
        mkdir -p /etc/wireguard $CASE/conf $CASE/bare $CASE/without-nft || return 1
    # The sockets' directory is for all to look at.
    mkdir -m 755 /run/wireguard
    echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
    echo 1 >/proc/sys/net/ipv6/conf/default/addr_gen_mode
    ip -batch - <<END
link set up dev lo
link add eth0 address 02:00:00:00:00:01 mtu 1500 type veth peer name eth1 address 02:00:00:00:00:02 mtu 1400
address add 198.51.100.1/24 dev eth0
address add 2001:db8::1/64 dev eth0
address add 203.0.113.1/24 dev eth1
address add 2001:db8:1::1/64 dev eth1
link set up dev eth0
link set up dev eth1
route add default via 198.51.100.254
route add default via 2001:db8::fe
route add 192.0.2.0/24 via 198.51.100.254 mtu 1300
END
}

# tools WITHOUT: leaves in $path where tools are found. Debian's wg-quick puts /usr/bin first, where there is no firewall's.
tools() {
    path="$WORK/bin:/usr/sbin:/usr/bin"
    [[ $1 != *resolvconf* ]] || path="/usr/sbin:/usr/bin"
    if [[ $1 == *nft*iptables* ]]; then
        [[ -e $CASE/bare/ip ]] || ln -s /usr/sbin/{ip,sysctl} $CASE/bare/
        path="$WORK/bin:$CASE/bare:/usr/bin"
    elif [[ $1 == *nft* ]]; then
        [[ -e $CASE/without-nft/ip ]] || ln -s /usr/sbin/{ip,sysctl,{ip,ip6}tables{,-save,-restore}} $CASE/without-nft/
        path="$WORK/bin:$CASE/without-nft:/usr/bin"
    fi
}

# contents FILE VARIABLE: all of it but its last end of line, without a process.
contents() {
    IFS= read -r -d '' "$2" <"$1" || true
    printf -v "$2" '%s' "${!2%$'\n'}"
}

# wait_until COMMAND...: for 5 seconds at most.
wait_until() {
    local end=$((${EPOCHREALTIME/./} + 5000000))
    until "$@"; do
        [[ ${EPOCHREALTIME/./} -lt $end ]] || return 1
        read -r -t 0.05 <> <(:)
    done
}
# An engine takes its socket away some time after its link has gone.
engine_ended() {
    local name="${1##*/}"
    [[ ! -S $1 || -e /proc/sys/net/ipv4/conf/${name%.sock} ]]
}
# network_settled: leaves in $network what there is of links, addresses, routes and IPv4 rules.
network_settled() {
    local line
    ip -d -o -N -force -batch - >$CASE/network 2>&1 <<<$'link show\naddress show\nroute show table all\nrule show'
    network=""
    while IFS= read -r line; do
        # Of equals, the one whose cable was noticed first comes first. A link's number tells how many there were before.
        [[ $line != "5 ff00::/8 dev eth"* ]] || continue
        [[ ! $line =~ ^[0-9]+:\ (.*)$ ]] || line="${BASH_REMATCH[1]}"
        network+="$line"$'\n'
    done <$CASE/network
    [[ $network != *" tentative "* ]]
}

# devices: every WireGuard device as `wg show all dump` has it, without what changes by itself.
devices() {
    local line fields
    /usr/bin/wg show all dump >$CASE/dump
    while IFS= read -r line; do
        IFS=$'\t' read -r -a fields <<<"$line"
        if [[ ${#fields[@]} -eq 5 ]]; then
            # A port that the system chose.
            [[ ${fields[3]} == 5182[01] || ! ${fields[3]} =~ ^(3[2-9]|[45].|60)...$ ]] || fields[3]=chosen
            echo "${fields[*]}"
        else
            echo "${fields[*]:0:5} ${fields[8]}"
        fi
    done <$CASE/dump
}

# firewall: the packet filter, by the programs that are there, and the sysctl.
firewall() {
    local value
    echo "== IPv6 rules"
    ip -6 -N rule show
    read -r value </proc/sys/net/ipv4/conf/all/src_valid_mark
    echo "== src_valid_mark"$'\n'"$value"
    echo "== nft"
    nft list ruleset
    [[ $without == *nft* ]] || return 0
    echo "== iptables"
    iptables-save | grep -v '^#'
    echo "== ip6tables"
    ip6tables-save | grep -v '^#'
}

# files: all configurations and resolv.conf, with their modes, owners and contents. Where a tool may write them: their lines, sorted.
files() {
    local file text
    echo "== files"
    stat -c '%A %u %N' /etc/wireguard/* $CASE/conf/* /etc/resolv.conf
    for file in /etc/wireguard/* $CASE/conf/* /etc/resolv.conf; do
        [[ -f $file ]] || continue
        echo "-- ${file##*/}"
        if [[ $saves ]]; then
            while IFS= read -r text; do [[ -z $text ]] || echo "$text"; done <"$file" | sort
        else
            contents "$file" text
            echo "$text"
        fi
    done
}

# see COMMAND: everything that the program could have changed.
see() {
    local file text
    for file in /run/wireguard/*.sock; do wait_until engine_ended "$file"; done
    wait_until network_settled
    echo "== network"$'\n'"$network"
    [[ ! $everything ]] || firewall
    echo "== devices"
    if [[ $KIND == engine ]]; then devices | sort; else devices; fi
    [[ ! $everything && $1 != save && ! $saves ]] || files
    for file in hooks resolvconf.log; do
        [[ -s $CASE/$file ]] || continue
        contents "$CASE/$file" text
        echo "== $file"$'\n'"$text"
    done
}

# said: of standard error what is meant to be equal: the commands. Both tools have their own file descriptors.
said() {
    local line
    while IFS= read -r line; do
        [[ $line == "[#] "* ]] || continue
        [[ ! $line =~ ^(.*)/dev/fd/[0-9]+(.*)$ ]] || line="${BASH_REMATCH[1]}/dev/fd/63${BASH_REMATCH[2]}"
        echo "$line"
    done <$CASE/err
}

# run COMMAND [CONFIGURATION]
run() {
    local status text
    echo "@ $*"
    PATH="$path" "$program" "$@" >$CASE/out 2>$CASE/err </dev/null
    status=$?
    contents $CASE/out text
    echo "== status"$'\n'"$status"$'\n'"== output"$'\n'"$text"
    echo "== trace"
    said
    contents $CASE/err text
    echo "@ $*"$'\n'"$text" >>"$WORK/$side.$number.says"
    see "${1:-nothing}"
}
up() { run up "${1-wg0}"; }
down() { run down "${1-wg0}"; }
save() { run save "${1-wg0}"; }
strip() { run strip "${1-wg0}"; }
config() { echo "$(</dev/stdin)" >"${1:-/etc/wireguard/wg0.conf}"; }

left() {
    local file
    echo "@ end"$'\n'"== left"
    for file in /run/**; do [[ $file == $CASE* || -d $file ]] || echo "$file"; done
    if [[ $KIND == kernel && ! $everything ]]; then files; fi
}

run_case() {
    local setup="${SETUPS[number]}" steps="${STEPS_OF[number]}" config="${CONFIGS[number]}"
    without="${WITHOUTS[number]}"
    everything=1 saves=""
    # Without a default route there is no packet filter.
    if [[ $KIND == kernel && $config$steps != */0* && -z $without ]]; then
        everything=""
        without="nft iptables"
    fi
    [[ ! $config$steps =~ [Ss]ave ]] || saves=1
    tools "$without"
    printf '%s' "$config" >/etc/wireguard/wg0.conf
    : >$CASE/hooks
    : >$CASE/resolvconf.log
    eval "$setup"
    eval "$steps"
    left
}

# as_before: the next case would find what this one found.
as_before() {
    local left
    left=(/run/wireguard/* /etc/wireguard/!(wg0.conf) "$CASE"/conf/*)
    [[ -z ${SETUPS[number]} && ! ${CONFIGS[number]} =~ /0|DNS && ${#left[@]} -eq 0 && $network == "$before" ]]
}

make_host || exit 1
# The cables' ends hear of each other a moment later.
cables_are_there() { network_settled && [[ $network != *NO-CARRIER* ]]; }
wait_until cables_are_there
before="$network"
read -r number <"$WORK/$side.next"
while ((number < ${#FACTS[@]})); do
    if mine "$number"; then
        run_case >"$WORK/$side.$number" 2>"$WORK/$side.$number.err"
        echo "$((number + 1))" >"$WORK/$side.next"
        as_before || exit 0
    fi
    number=$((number + 1))
    echo "$number" >"$WORK/$side.next"
done
