#!/bin/bash
# limit: 90
# What the engine gives up once it runs, that it can do its work without, and how it tells of itself.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a b
join a b
engine() { processes "$1" | awk '$2 == "wireguard-swift" { print $1 }'; }
# of_threads FIELD: the values that the field has over all threads of the engine on a.
of_threads() { awk -v field="$1:" '$1 == field { print $2 }' "/proc/$(engine a)/task/"*/status | sort -u; }
listens_udp() { [[ $(on "$1" ss -Hlun "sport = :$2" | wc -l) -eq ${3:-2} ]]; }
through() { on a ping -q -c 1 -W 2 10.77.0.2; }

check "an engine starts on both hosts" eval 'device a wireguard-swift && device b wireguard-swift'
# CAP_NET_BIND_SERVICE is 10, CAP_NET_ADMIN is 12.
equal "of capabilities it has two" 0000000000001400 "$(of_threads CapPrm)"
equal "both in force" 0000000000001400 "$(of_threads CapEff)"
for set in CapInh CapBnd CapAmb; do equal "none in $set" 0000000000000000 "$(of_threads "$set")"; done
equal "no thread gets new privileges" 1 "$(of_threads NoNewPrivs)"
equal "each has its system calls filtered" 2 "$(of_threads Seccomp)"
equal "there is no core dump" 0 "$(awk '/^Max core file size/ { print $5 }' "/proc/$(engine a)/limits")"

check "wg sets both up" endpoints a b
check "the tunnel works" wait_until 20 through
for port in 53 443 51820; do
    check "port $port can be set while it runs" on a wg set wg0 listen-port "$port"
    check "port $port is bound" wait_until 5 listens_udp a "$port"
    check "the tunnel works with port $port" wait_until 20 through
done
check "so can a mark" on a wg set wg0 fwmark 7
on a wg set wg0 fwmark 0
on a ip link set mtu 1300 dev wg0
on a ip link set down dev wg0
check "the ports are closed with the link" wait_until 5 listens_udp a 51820 0
on a ip link set up dev wg0
check "and bound again with it" wait_until 5 listens_udp a 51820
check "the tunnel works again" wait_until 20 through

# The link elsewhere.
host c
on a ip link set wg0 netns "${HOST_PID[c]}"
on c ip address add 10.77.0.1/24 dev wg0
on c ip link set up dev wg0
check "it follows a link to another namespace" wait_until 20 on c ping -q -c 1 -W 2 10.77.0.2
on c ip link set down dev wg0
check "and hears of it there" wait_until 5 listens_udp a 51820 0
on c ip link delete dev wg0
check "to its end" wait_until 5 no_device a
on b ip link delete dev wg0
check "the other one leaves nothing, either" wait_until 5 no_device b

# Who takes over a thread.
if command -v engine-with-test-clock >/dev/null; then
    equal "no file can be opened" "refused 1" "$(engine-with-test-clock try open)"
    equal "no Unix socket can be made" "refused 1" "$(engine-with-test-clock try unix-socket)"
    equal "a UDP socket can" "done" "$(engine-with-test-clock try udp-socket)"
    equal "a thread can ask how often it was preempted" "done" "$(engine-with-test-clock try preemptions)"
    equal "and let another have the processor" "done" "$(engine-with-test-clock try give-way)"
    equal "no memory can be both written and executed" "refused 1" "$(engine-with-test-clock try executable-memory)"
    equal "no thread can be made" "refused 1" "$(engine-with-test-clock try thread)"
    check_fails "no program can be started" eval '[[ $(engine-with-test-clock try execute) == done ]]'
    engine-with-test-clock try become >"$WORK/become" 2>&1
    equal "who tries to become another program is ended by the kernel" 159 $?
fi

# Without.
check "--no-sandbox keeps all that" device a "wireguard-swift --no-sandbox"
equal "the system calls" 0 "$(of_threads Seccomp)"
check "the capabilities" eval '[[ $(of_threads CapEff) != 0000000000001400 ]]'
on a ip link delete dev wg0
wait_until 5 no_device a

# How it tells of itself.
on a env LOG_LEVEL=verbose wireguard-swift wg0 >"$WORK/log" 2>&1
on a ip link set up dev wg0
check "with LOG_LEVEL a daemon tells of events" wait_until 5 grep -q 'interface=wg0 event=link-up' "$WORK/log"
printf 'set=1\nprivate_key=0123456789abcdef\n\n' | on a ncat -U /run/wireguard/wg0.sock >/dev/null
check "of refused requests" wait_until 5 grep -q 'level=error interface=wg0 event=request-refused line=2' "$WORK/log"
check_fails "but never with what was in them" grep -q 0123456789abcdef "$WORK/log"
kill -TERM "$(engine a)"
wait_until 5 no_device a
check "and of its end" grep -q 'event=ending reason=signal' "$WORK/log"

# A service manager, at a path and at an abstract name.
for socket in "$WORK/notify" "@wg-case-$$"; do
    # shellcheck disable=SC2016 # the variables are perl's
    on a perl -MSocket -e '
        my ($name, $file) = @ARGV;
        $name =~ s/^@/\0/;
        socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die $!;
        bind($socket, pack_sockaddr_un($name)) or die $!;
        open(my $out, ">", $file) or die $!;
        open(my $ready, ">", "$file.ready") or die $!;
        while (defined recv($socket, my $text, 4096, 0)) { syswrite($out, $text); }' "$socket" "$WORK/told" &
    wait_until 10 test -e "$WORK/told.ready"
    on a env NOTIFY_SOCKET="$socket" WG_PROCESS_FOREGROUND=1 wireguard-swift wg0 &
    foreground=$!
    check "a manager at ${socket//$WORK/PATH} hears that it is ready" wait_until 10 grep -q READY=1 "$WORK/told"
    check "and which process it is" eval '[[ $(sed -n s/^MAINPID=//p "$WORK/told") == "$(engine a)" ]]'
    kill -TERM "$(engine a)"
    wait "$foreground"
    check "and that it ends" wait_until 10 grep -q STOPPING=1 "$WORK/told"
    for pid in $(processes a | awk '$2 == "perl" { print $1 }'); do kill "$pid"; done
    rm -f "$WORK"/told* "$WORK/notify"
done
wait_until 5 no_device a

# What others have opened.
check_fails "a descriptor that isn't open is no interface" on a env WG_TUN_FD=99 wireguard-swift -f wg0
check_fails "nor is one of a file" on a bash -c 'exec 9</etc/passwd; WG_TUN_FD=9 exec wireguard-swift -f wg0'
cat >"$WORK/inherit.pl" <<'END'
use Socket;
use POSIX ();
my $path = "/var/run/wireguard";
open(my $tun, "+<", "/dev/net/tun") or die "tun: $!";
# TUNSETIFF: IFF_TUN, IFF_NO_PI and IFF_VNET_HDR.
my $request = pack("a16 S x22", "wg7", 0x5001);
ioctl($tun, 0x400454CA, $request) or die "TUNSETIFF: $!";
mkdir $path;
socket(my $listener, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
bind($listener, pack_sockaddr_un("$path/wg7.sock")) or die "bind: $!";
listen($listener, 5) or die "listen: $!";
POSIX::dup2(fileno($tun), 40);
POSIX::dup2(fileno($listener), 41);
@ENV{"WG_TUN_FD", "WG_UAPI_FD"} = (40, 41);
exec "wireguard-swift", "wg0";
END
check "an interface and a socket are taken from others" on a perl "$WORK/inherit.pl"
check "and served" on a timeout 10 wg show wg7
on a ip link delete dev wg7
check "with them it leaves nothing, either" wait_until 5 no_process a
