#!/bin/bash
# limit: 120
# Names of endpoints by a real resolver: each name's own fate, all of them asked for together, waits that a signal ends.
#
# Two name servers: `dns`, which knows hostN.test, says that typo.test doesn't exist, and passes slow.test and late.test
# on to `far`. That one can be stopped, so that slow.test has no answer for as long as the case wants, and late.test
# has none before it is there at all.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly NAMES=100
host a dns far
join a dns 0
join dns far 1
device a wireguard-swift || { not_ok "an engine can be started"; exit 1; }

# A resolver that gives up on a silent server after a second. The file belongs to this host alone.
printf 'nameserver 198.51.100.2\noptions timeout:1 attempts:1\n' >"$WORK/resolv.conf"
on a mount --bind "$WORK/resolv.conf" /etc/resolv.conf

# become NAME COMMAND...: as `on`, in place of the shell, so that in the background $! is the command itself. A script's
# children in the background ignore SIGINT unless told otherwise.
become() {
    local name="$1"
    shift
    exec nsenter -t "${HOST_PID[$name]}" -n -m -r -- env --default-signal=INT "$@"
}

# server NAME ARGUMENTS...: a name server in the foreground, its questions in $WORK/NAME.log.
server() {
    local name="$1"
    shift
    become "$name" dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces --user=root \
        --pid-file= --cache-size=0 --log-queries --log-facility="$WORK/$name.log" "$@" 2>"$WORK/$name.errors" &
    SERVER=$!
    wait_until 10 answers "$name"
}
answers() { on "$1" ss -Hlun 'sport = :53' | grep -q .; }
asked() { grep -c "query\[A\] $2 " "$WORK/$1.log"; }
has_asked() { [[ $(asked "$1" "$2") -ge ${3:-1} ]]; }

hosts=()
for ((n = 1; n <= NAMES; n++)); do hosts+=("--host-record=host$n.test,192.0.2.$n"); done
server dns "${hosts[@]}" --server=/slow.test/198.51.101.2 --server=/late.test/198.51.101.2 --local=/test/
server far --host-record=slow.test,203.0.113.1
far=$SERVER

# configuration NAME...: a peer for each name, in $WORK/peers.conf.
configuration() {
    local name n=0
    for name; do
        n=$((n + 1))
        printf '[Peer]\nPublicKey = %s\nEndpoint = %s:%d\nAllowedIPs = 10.%d.%d.0/24\n' \
            "$(printf '%032d' "$n" | base64 -w 0)" "$name" "$n" $((n / 256)) $((n % 256))
    done >"$WORK/peers.conf"
}
endpoint() { on a wg show wg0 endpoints | grep -P "\t(.*:$1|\(none\))\$" | grep -P "^$(printf '%032d' "$1" | base64 -w 0)\t" | cut -f 2; }
# begin COMMAND...: on host a, for the background, its output in $WORK/output.
begin() { become a "$@" >"$WORK/output" 2>&1; }
# ended PID: whether a child has ended.
ended() { [[ ! -e /proc/$1 || $(cut -d ' ' -f 3 "/proc/$1/stat") == Z ]]; }
peers() { on a wg show wg0 peers | wc -l; }

# What has an address is set, whatever becomes of the others.
configuration host1.test typo.test 192.0.2.77 slow.test
on a wg setconf wg0 "$WORK/peers.conf" >"$WORK/output" 2>&1
equal "a name that doesn't exist makes exit status 1" 1 $?
equal "its peer and place are told, once" 1 "$(grep -c "typo\.test:2' (.*peers\.conf:7:12, the endpoint of peer " "$WORK/output")"
equal "nothing else is told" 1 "$(wc -l <"$WORK/output")"
equal "a name with an address is set" 192.0.2.1:1 "$(endpoint 1)"
equal "the peer without an address is there" "(none)" "$(endpoint 2)"
equal "an address is set" 192.0.2.77:3 "$(endpoint 3)"
equal "a name that another server knows is set" 203.0.113.1:4 "$(endpoint 4)"
equal "a name that doesn't exist is asked for once" 1 "$(asked dns typo.test)"

# While one name has no answer, all others are asked for; and a name that many peers have is asked for once.
kill -STOP "$far"
mapfile -t names < <(for ((n = 1; n <= NAMES; n++)); do echo "host$n.test"; done)
configuration slow.test "${names[@]}" slow.test
: >"$WORK/dns.log"
begin wg setconf wg0 "$WORK/peers.conf" &
setconf=$!
check "all other names are asked for while one has no answer" wait_until 20 has_asked dns "host$NAMES.test"
check "it goes on waiting for that one" kill -0 "$setconf"
check "it is told that the name will be asked for again" wait_until 20 grep -q "slow\.test:1'\. Trying again in 1\.00 seconds" "$WORK/output"
kill -CONT "$far"
wait "$setconf"
equal "with a late answer all is well" 0 $?
equal "all peers are there" $((NAMES + 2)) "$(peers)"
equal "the late answer is set" 203.0.113.1:1 "$(endpoint 1)"
equal "both peers of one name have its address" "203.0.113.1:$((NAMES + 2))" "$(endpoint $((NAMES + 2)))"
equal "each other name was asked for once" "$NAMES" "$(grep -c 'query\[A\] host[0-9]*\.test' "$WORK/dns.log")"

# A server that is not there at first.
kill -TERM "$far" && wait "$far" 2>/dev/null
configuration late.test host1.test
begin wg setconf wg0 "$WORK/peers.conf" &
setconf=$!
check "a name whose server is down is asked for again" wait_until 30 grep -q 'late\.test:1.*Trying again in 1\.20' "$WORK/output"
server far --host-record=late.test,203.0.113.2 --host-record=slow.test,203.0.113.1
far=$SERVER
wait "$setconf"
equal "once the server is there all is well" 0 $?
equal "its answer is set" 203.0.113.2:1 "$(endpoint 1)"

# Without retries, and with an end to them.
kill -STOP "$far"
configuration slow.test host2.test
WG_ENDPOINT_RESOLUTION_RETRIES=0 on a wg setconf wg0 "$WORK/peers.conf" >"$WORK/output" 2>&1
equal "without retries a silent server makes exit status 1" 1 $?
equal "there was no other try" 0 "$(grep -c 'Trying again' "$WORK/output")"
equal "the other peer is set" 192.0.2.2:2 "$(endpoint 2)"
WG_ENDPOINT_RESOLUTION_RETRIES=0 on a wg set wg0 listen-port 4711 peer "$(printf '%032d' 2 | base64 -w 0)" \
    endpoint slow.test:5 >"$WORK/output" 2>&1
equal "wg set with such a name fails" 1 $?
check_fails "and sets nothing" eval '[[ $(on a wg show wg0 listen-port) == 4711 ]]'

# A signal ends all waiting at once, and nothing has been changed.
configuration host3.test slow.test
for signal in INT TERM; do
    before="$(on a wg showconf wg0)"
    : >"$WORK/output"
    WG_ENDPOINT_RESOLUTION_RETRIES=infinity begin wg setconf wg0 "$WORK/peers.conf" &
    setconf=$!
    wait_until 20 grep -q 'slow\.test' "$WORK/output"
    kill -"$signal" "$setconf"
    check "SIG$signal ends it while a name is asked for" wait_until 5 ended "$setconf"
    wait "$setconf"
    status=$?
    equal "by that signal" $((128 + $(kill -l "$signal"))) "$status"
    equal "and nothing has been changed" "$before" "$(on a wg showconf wg0)"
done

# A file with mistakes asks nobody.
: >"$WORK/dns.log"
configuration host4.test '[::g]' 1.2.3.999
on a wg setconf wg0 "$WORK/peers.conf" >"$WORK/output" 2>&1
equal "addresses that are none are a mistake of the file" 1 $?
check "the first is told with its place" grep -q 'peers\.conf:7:1[23]: error: Endpoint' "$WORK/output"
check "so is the second" grep -q 'peers\.conf:11:12: error: Endpoint' "$WORK/output"
equal "nobody was asked" 0 "$(grep -c 'query' "$WORK/dns.log")"

# wg-quick told to insist refuses the whole, at once when a name can't exist, and a signal ends its waiting.
mkdir -m 700 "$WORK/conf"
keys q
quick() {
    (umask 077 && printf '%s\n' "[Interface]" "PrivateKey = $(<"$WORK/q.key")" "[Peer]" "PublicKey = $(<"$WORK/q.pub")" \
        "Endpoint = slow.test:1" "[Peer]" "PublicKey = $(printf '%032d' 2 | base64 -w 0)" "Endpoint = $1:2" >"$WORK/conf/q0.conf")
}
state a >"$WORK/before"
quick typo.test
WG_ENDPOINT_RESOLUTION_RETRIES=15 on a timeout 60 wg-quick up "$WORK/conf/q0.conf" >"$WORK/output" 2>&1
equal "wg-quick fails with a name that doesn't exist" 1 $?
check "it tells that name" grep -q "typo\.test:2'" "$WORK/output"
equal "it has not waited for another" 0 "$(grep -c 'Trying again' "$WORK/output")"
check "and leaves nothing" wait_until 5 same_state "$WORK/before" a
quick host5.test
: >"$WORK/output"
WG_ENDPOINT_RESOLUTION_RETRIES=infinity begin wg-quick up "$WORK/conf/q0.conf" &
up=$!
wait_until 20 grep -q 'slow\.test' "$WORK/output"
kill -INT "$up"
check "a signal ends the waiting of wg-quick" wait_until 10 ended "$up"
wait "$up"
check "it leaves nothing" wait_until 5 same_state "$WORK/before" a
kill -CONT "$far"
