# shellcheck shell=bash disable=SC2034,SC2154
# Which devices there are, and who answers for one: the kernel, or an engine behind a socket.
# stale NAME: a socket that nobody listens to any more.
stale() {
    ncat -lU "/run/wireguard/$1.sock" >/dev/null 2>&1 </dev/null &
    wait_until 5 test -S "/run/wireguard/$1.sock"
    kill -KILL $!
    wait $! 2>/dev/null
    [[ -S /run/wireguard/$1.sock ]]
}
# each_removes FACT WORDS...: both refuse words about a stale socket, and remove it.
each_removes() {
    local fact="$1" program removed="" statuses=""
    shift
    for program in "$STOCK" "$OURS"; do
        stale stale
        "$program" "$@" >"$WORK/$(basename "$(dirname "$program")").out" 2>/dev/null
        statuses+="$? "
        [[ -e /run/wireguard/stale.sock ]] && removed+="no " || removed+="yes "
        rm -f /run/wireguard/stale.sock
    done
    equal "a stale socket, $fact: removed by both" "yes yes" "${removed% }"
    equal "a stale socket, $fact: both end with the same status" "${statuses%% *}" "$(cut -d ' ' -f 2 <<<"$statuses")"
}
mkdir -p /run/wireguard
each_removes "show" show stale
each_removes "showconf" showconf stale
each_removes "set" set stale fwmark 1
each_removes "show interfaces" show interfaces
: >/run/wireguard/file.sock
mkdir /run/wireguard/directory.sock
: >/run/wireguard/wgs.socket
same "what is not a socket is no device: show interfaces" show interfaces
begins_alike "what is not a socket is no device: show" show file
begins_alike "a directory is no device: show" show directory
rm -rf /run/wireguard/file.sock /run/wireguard/directory.sock /run/wireguard/wgs.socket

check "a third and a fourth device" eval 'make wgx && make a.b-c_d=e+f'
same "four devices: show interfaces" show interfaces
[[ $KIND == kernel ]] || UNORDERED=1
same "four devices: show" show
same "four devices: show all dump" show all dump
same "four devices: show all listen-port" show all listen-port
same "a name of other characters" show a.b-c_d=e+f
UNORDERED=

# A link of the kernel's, and a socket of its name.
if [[ $KIND == kernel ]]; then
    ncat -lkU /run/wireguard/wgs.sock --sh-exec 'read -r a; read -r b; echo listen_port=5; echo errno=0; echo' \
        >/dev/null 2>&1 </dev/null &
    server=$!
    wait_until 5 test -S /run/wireguard/wgs.sock
    differs "a socket with the name of a kernel's device" "stock asks the engine, which may be in another namespace" \
        0 $'^21820\n$' "" show wgs listen-port
    differs "a socket with the name of a kernel's device: show interfaces" "stock names it twice" 0 \
        $'^[^\n]*wgs[^\n]*\n$' "" show interfaces
    kill "$server"
    rm /run/wireguard/wgs.sock
fi
