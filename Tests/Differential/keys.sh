# shellcheck shell=bash disable=SC2034,SC2154
# genkey, genpsk and pubkey.
for command in genkey genpsk; do
    equal "$command: Debian's wg makes a public key of ours" "$("$OURS" $command | tee "$WORK/k" | "$OURS" pubkey)" \
        "$("$STOCK" pubkey <"$WORK/k")"
    equal "$command: a line of 45 bytes" 45 "$("$OURS" $command | wc -c)"
    check_fails "$command: each time another" eval '[[ $("$OURS" '$command') == "$("$OURS" '$command')" ]]'
done
# The first byte's three lowest bits are 0, the last byte's two highest are 01.
clamped() { [[ $("$1" "$2" | base64 -d | od -An -v -tu1 | awk '{ for (i = 1; i <= NF; i++) b[n++] = $i }
    END { print (b[0] % 8 == 0 && b[31] >= 64 && b[31] < 128) }') == 1 ]]; }
# eight COMMAND: how many of eight keys are clamped.
eight() { for _ in {1..8}; do clamped "$OURS" "$1" && echo; done | wc -l; }
equal "genkey: clamped" 8 "$(eight genkey)"
check "genpsk: not clamped" test "$(eight genpsk)" -lt 8

number=0
while read -r name input; do
    printf '%b' "$input" >"$WORK/input"
    INPUT="$WORK/input" same "pubkey of ${name//-/ }" pubkey
    number=$((number + 1))
done <<END
a-key-without-line-end $PRIVATE
a-key $PRIVATE\n
a-key-and-white-space $PRIVATE \t\n\v\f\r
a-key-and-a-NUL $PRIVATE\0
a-key-a-line-end-and-a-NUL $PRIVATE\n\0
a-key-and-a-word $PRIVATE\n\0x
a-key-and-another $PRIVATE\n$PSK\n
a-key-and-an-equals-sign $PRIVATE=
a-key-after-a-line-end \n$PRIVATE
a-key-with-a-wrong-character ${PRIVATE/QK/Q!}
a-key-with-a-spare-bit ${PRIVATE/1Q=/1R=}
a-key-without-its-equals-sign ${PRIVATE%=}
a-key-that-is-not-clamped $PSK
zeros AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
ones //////////////////////////////////////////8=
a-word abc
END
same "pubkey of nothing" pubkey
printf ' %s\n' "$PRIVATE" >"$WORK/input"
INPUT="$WORK/input" begins_alike "pubkey of a key after a space" pubkey
# shellcheck disable=SC2016 # the variables are the script's
same "pubkey of a key that comes in pieces" script '{ printf yAnz5TF+lXXJte14tji3; sleep 0.05
    echo zlMNq+hd2rYUIgJBgB3fBmk=; } | "$WG" pubkey'
# shellcheck disable=SC2016
for mode in 600 640 660 601 602 604 644; do
    same "genkey into a file of mode $mode: as many lines of warning" \
        script 'file="$(mktemp)"; chmod '$mode' "$file"; "$WG" genkey 2>&1 >"$file" | wc -l'
done
# shellcheck disable=SC2016
same "genpsk into a file of mode 644: as many lines of warning" \
    script 'file="$(mktemp)"; chmod 644 "$file"; "$WG" genpsk 2>&1 >"$file" | wc -l'
# shellcheck disable=SC2016
same "genkey into a device: no warning" script '"$WG" genkey 2>&1 >/dev/null | wc -l'
