#!/bin/bash
# shellcheck disable=SC2034,SC2154 # the parts share variables
# Our wg-quick and Debian's 1.0.20210914 side by side: run.sh kernel|engine [FIRST LAST PARTS], as root, with the programs in
# WG_BIN_DIR. `kernel` is the module, `engine` is wireguard-go under both. Of each PARTS cases only those from FIRST to LAST
# are run, from 0.
#
# Each case is run once by either tool in namespaces of its own, and all that can be seen after each step has to be equal,
# line for line, but for the known differences (differences.sh) that the case names; and what it names it has to show.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
KIND="${1:?usage: run.sh kernel|engine [FIRST LAST PARTS]}"
FIRST="${2:-0}" LAST="${3:-0}" PARTS="${4:-1}"
source "$here/../Integration/lib.sh"
source "$here/lib.sh"

PRIVATE=QKEBdHQ4Xw4o1t8QFzN2cNH4vkm6p1qmvBJh5lDEZ1Q=
PRIVATE2=6BYL5ryxuVWEWqRcrkeObL09gkBIz6iSGd6DvAdjWWs=
PSK=2UhtoQZWAXuQbwWMwtsLvlXnS1GIyOXtCSA25Jk4P3E=
PUBLIC=("" sz3xPxnKuoFdbnCYtVtGNBRMZtLbtHYVRUyEZlTKyXQ= qs0TJhxSTGHhJCVMMyYIgLvRdrtrwvy7T4zxFRpnaB8=
    oR3gRUJ4L3tLQJ3EErP46KrRh4JIdPDwPuyXR9cqEAY=)
K1="${PUBLIC[1]}" K2="${PUBLIC[2]}" K3="${PUBLIC[3]}"
equal "the reference is Debian's" "wireguard-tools v1.0.20210914" "$(/usr/bin/wg --version | cut -d ' ' -f 1,2)"

# What both find in /etc: what their tools need.
mkdir "$WORK/etc" "$WORK/bin"
for file in passwd group nsswitch.conf protocols services iproute2 alternatives ld.so.cache xtables.conf ethertypes gai.conf; do
    [[ ! -e /etc/$file ]] || cp -a "/etc/$file" "$WORK/etc/"
done
printf '127.0.0.1 localhost\n198.51.100.2 near.example\n2001:db8::2 six.example\n' >"$WORK/etc/hosts"
echo "nameserver 198.51.100.53" >"$WORK/etc/resolv.conf"
# A name that can't be resolved is not asked for again.
# A resolvconf that remembers what it is told.
cat >"$WORK/bin/resolvconf" <<'END'
#!/bin/bash
state=/run/case/resolvconf
case $1 in
-l) [[ ! -e $state.of.$2 ]] || echo "$(<"$state.of.$2")" ;;
-a) text="$(</dev/stdin)"
    echo "$text" >"$state.of.$2"
    printf '%s\n' "resolvconf $*" "${text//$'\n'/; }" >>"$state.log" ;;
*) rm -f "$state.of.$2"
    echo "resolvconf $*" >>"$state.log" ;;
esac
END
chmod 755 "$WORK/bin/resolvconf"
# A name that can't be resolved is not asked for again.
export WG_ENDPOINT_RESOLUTION_RETRIES=0 WG_QUICK_USERSPACE_IMPLEMENTATION=wireguard-go KIND WORK
unset WG_COLOR_MODE WG_HIDE_KEYS NO_COLOR

source "$here/differences.sh"
for file in "$here"/cases-*.sh; do
    # shellcheck source=/dev/null
    source "$file"
done
equal "no two cases have the same name" "" "$(printf '%s\n' "${FACTS[@]}" | sort | uniq -d)"

{
    declare -p FACTS CONFIGS SETUPS STEPS_OF WITHOUTS FIRST LAST PARTS
    declare -f mine
} >"$WORK/cases"
hung() {
    local side number name call stack
    for side in stock ours; do
        read -r number <"$WORK/$side.next"
        [[ -z ${FACTS[number]:-} ]] || not_ok "$side: ${FACTS[number]}: ends in time"
    done
    # What waits, and for what in the kernel.
    for side in /proc/[0-9]*; do
        { read -r name <"$side/comm" && read -r call <"$side/syscall" && read -r -d '' stack <"$side/stack"; } 2>/dev/null
        [[ -z ${stack:-} ]] || echo "# ${side##*/} $name: $call ${stack//$'\n'/ }"
    done
    exit 143
}
trap hung TERM
run_side stock "$STOCK" &
first=$!
run_side ours "$OURS" &
wait $!
wait "$first"
compare
equal "stock's newer versions have other words for making the link" 1 "${WORDS_OF_LINK:-}"
equal "stock's newer versions have other words for the configuration" 1 "${WORDS_OF_CONFIG:-}"
for name in "${!MET[@]}"; do echo "# known difference in ${MET[$name]} cases: $name: ${REASON[$name]}"; done
