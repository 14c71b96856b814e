#!/bin/bash
# shellcheck disable=SC2034,SC2154 # the parts share variables
# Our wg and Debian's 1.0.20210914 side by side: run.sh kernel|engine. In a host of its own, as root, with the programs in
# WG_BIN_DIR: Integration/wg-differential.sh and Kernel/cases/wg-differential.sh are the callers. `kernel` is the module;
# `engine` is wireguard-go, and with it come the cases that no device has a part in.
here="$(dirname "${BASH_SOURCE[0]}")"
KIND="${1:?usage: run.sh kernel|engine}"
source "$here/../Integration/lib.sh"
source "$here/lib.sh"

# make NAME [PREFIX...]: a device of this kind; an engine is started behind the prefix.
make() {
    local name="$1"
    shift
    if [[ $KIND == kernel ]]; then
        ip link add dev "$name" type wireguard
    else
        "$@" wireguard-go "$name" && wait_until 5 test -S "/run/wireguard/$name.sock"
    fi
}

K1=sz3xPxnKuoFdbnCYtVtGNBRMZtLbtHYVRUyEZlTKyXQ=
K2=qs0TJhxSTGHhJCVMMyYIgLvRdrtrwvy7T4zxFRpnaB8=
umask 077
PRIVATE=QKEBdHQ4Xw4o1t8QFzN2cNH4vkm6p1qmvBJh5lDEZ1Q=
PSK=2UhtoQZWAXuQbwWMwtsLvlXnS1GIyOXtCSA25Jk4P3E=
echo "$PRIVATE" >"$WORK/key"
echo "$PSK" >"$WORK/psk"
cat >"$WORK/base.conf" <<END
[Interface]
PrivateKey = $PRIVATE
ListenPort = 21820
FwMark = 0xca6c
[Peer]
PublicKey = $K1
PresharedKey = $PSK
Endpoint = 192.0.2.1:7
AllowedIPs = 10.0.0.0/8, fd00::/64
PersistentKeepalive = 25
END

equal "the reference is Debian's" "wireguard-tools v1.0.20210914" "$("$STOCK" --version | cut -d ' ' -f 1,2)"
equal "the other one is ours" "swift-wireguard" "$("$OURS" --version | cut -d ' ' -f 1)"
source "$here/no-device.sh"
# wireguard-go's devices are up at once, and the two have the same port, so one is in a namespace of its own.
check "two devices can be made" eval 'make wgs unshare --net && make wgo' || exit 1
check "both devices can be brought to the same state" reset || exit 1
dumps
BASE="$stock_device"
equal "and are in it" "$BASE" "$ours_device" || exit 1

source "$here/show.sh"
source "$here/set.sh"
source "$here/files.sh"
source "$here/large.sh"
source "$here/tunnel.sh"
source "$here/transports.sh"
if [[ $KIND == engine ]]; then
    source "$here/command-line.sh"
    source "$here/keys.sh"
    source "$here/replies.sh"
fi
source "$here/differences.sh"
echo "# $DIFFERENCES known differences"
