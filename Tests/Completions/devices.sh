# shellcheck shell=sh
# Two devices, wherever a completion asks for them.
wg() {
    case "$*" in
        "show interfaces") echo "wg0 wg1" ;;
        "show wg0 peers") printf '%s\n' "$PEER_1" "$PEER_2" ;;
    esac
}
