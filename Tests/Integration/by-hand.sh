#!/bin/bash
# limit: 60
# wg-quick as people start it: by somebody who is not root, with sudo and without; and at a terminal, where the interrupt key
# takes back what was done.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
keys a
mkdir -m 700 "$WORK/conf"
conf="$WORK/conf/wg0.conf"
state a >"$WORK/before"

# A sudo that only says how it was called. The programs may lie where only root gets to.
chmod 711 "$WORK"
mkdir -m 755 "$WORK/bin"
install -m 755 "$WG_BIN_DIR/wg-quick" "$WORK/bin/wg-quick"
cat >"$WORK/bin/sudo" <<'END'
#!/bin/sh
for word; do echo "<$word>"; done
exit 42
END
chmod 755 "$WORK/bin/sudo"
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups -- env PATH="$1" "${@:2}"; }

said="$(nobody "$WORK/bin:/usr/bin:/bin" "$WORK/bin/wg-quick" up --dns=off "a b" 2>&1)"
equal "without root it becomes sudo, whose status counts" 42 "$?"
equal "with the same words behind the program's own path" \
    "$(printf '<%s>\n' -p "wg-quick must be run as root. Password for %u: " -- "$WORK/bin/wg-quick" up --dns=off "a b")" "$said"
for words in "strip wg0" "save wg0" "down wg0" "plan wg0" "apply wg0"; do
    # shellcheck disable=SC2086 # two words
    nobody "$WORK/bin:/usr/bin:/bin" "$WORK/bin/wg-quick" $words >/dev/null 2>&1
    equal "so do other commands: $words" 42 "$?"
done
rm "$WORK/bin/sudo"
said="$(nobody "$WORK/bin" "$WORK/bin/wg-quick" up wg0 2>&1)"
equal "without sudo it fails" 1 "$?"
equal "and says why" "wg-quick: must be run as root" "$said"
check "help needs no root" nobody "$WORK/bin" "$WORK/bin/wg-quick" help

# at_terminal COMMAND: a shell's command on a terminal; type_keys types there. The shell between outlives the interrupt key.
at_terminal() {
    rm -f "$WORK/keys" "$WORK/typescript"
    mkfifo "$WORK/keys"
    # A shell's background commands ignore SIGINT unless told otherwise.
    on a env --default-signal SHELL=/bin/bash TERM=xterm script -qefc "trap : INT; $1; echo status \$?" "$WORK/typescript" \
        <"$WORK/keys" >/dev/null 2>&1 &
    terminal=$!
    exec {keyboard}>"$WORK/keys"
}
has_ended() {
    exec {keyboard}>&-
    wait "$terminal"
}
# shows WORDS: at the beginning of a line.
shows() { grep -q "^$1" "$WORK/typescript"; }

for stage in PreUp PostUp; do
    (umask 077 && cat >"$conf") <<END
[Interface]
PrivateKey = $(<"$WORK/a.key")
Address = 10.77.0.1/24
$stage = echo hook has begun; sleep 100
PostDown = echo taken back
END
    at_terminal "wg-quick up $conf"
    check "$stage: a hook waits at the terminal" wait_until 20 shows "hook has begun"
    printf '\003' >&"$keyboard"
    check "$stage: the interrupt key ends it" wait_until 20 shows "status 130"
    has_ended
    check "$stage: the hook for down was run" shows "taken back"
    check "$stage: nothing is left" wait_until 5 same_state "$WORK/before" a || same_state "$WORK/before" a | sed 's/^/# /'
done

# An engine that goes into the background, and makes its link there only later.
cat >"$WORK/bin/slow-engine" <<'END'
#!/bin/sh
echo engine has begun
setsid sh -c 'sleep 0.5; exec wireguard-swift "$1"' sh "$1" </dev/null >/dev/null 2>&1 &
sleep 1.5
END
chmod 755 "$WORK/bin/slow-engine"
at_terminal "WG_QUICK_USERSPACE_IMPLEMENTATION=$WORK/bin/slow-engine wg-quick up $conf"
check "an engine starts" wait_until 20 shows "engine has begun"
printf '\003' >&"$keyboard"
check "the interrupt key ends that, too" wait_until 20 shows "status 130"
has_ended
sleep 1
check "and nothing of the engine is left" wait_until 5 same_state "$WORK/before" a
