#!/bin/bash
# limit: 60
# save and SaveConfig write what has changed into the file, and leave everything else in it as it was.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

host a
keys a b c
mkdir -m 755 "$WORK/conf"
file="$WORK/conf/s0.conf"
original() {
    cat <<END
# The office
[Interface]
PrivateKey = $(<"$WORK/a.key")
address=10.77.0.1/24,  fd77::1/64   # ours
MTU = 1380
SaveConfig = true
PostUp = echo '#'  >/dev/null # a comment of the shell

### begin laptop ###
[Peer]
PublicKey = $(<"$WORK/b.pub")
AllowedIPs = 10.77.0.2/32, 10.77.5.9/24
Endpoint = localhost:51820
### end laptop ###
END
}
original >"$file"
chmod 640 "$file"
same() { diff "$1" "$file"; }

check "up with SaveConfig" on a wg-quick up "$file"
on a wg set s0 peer "$(<"$WORK/b.pub")" endpoint 127.0.0.1:51820
original >"$WORK/expected"
check "save of an unchanged tunnel succeeds" on a wg-quick save "$file"
check "and changes no byte" same "$WORK/expected"
equal "but takes the file from others" 600 "$(stat -c %a "$file")"
inode="$(stat -c %i "$file")"
check "another save succeeds" on a wg-quick save "$file"
check "and changes no byte either" same "$WORK/expected"
equal "nor writes the file at all" "$inode" "$(stat -c %i "$file")"

on a wg set s0 listen-port 40123 peer "$(<"$WORK/c.pub")" allowed-ips 10.77.0.3/32 persistent-keepalive 25
on a wg set s0 peer "$(<"$WORK/b.pub")" allowed-ips 10.77.0.2/32 endpoint 198.51.100.7:4000
on a ip address add 10.78.0.1/32 dev s0
on a ip link set mtu 1300 dev s0
{
    original | sed 's/, 10.77.5.9.24//; s/^Endpoint = .*/Endpoint = 198.51.100.7:4000/; s/^MTU = .*/MTU = 1300/
        s/fd77::1.64/fd77::1\/64, 10.78.0.1\/32/; s/,  fd/, fd/; s/^PostUp.*/&\nListenPort = 40123/'
    printf '\n[Peer]\nPublicKey = %s\nAllowedIPs = 10.77.0.3/32\nPersistentKeepalive = 25\n' "$(<"$WORK/c.pub")"
} >"$WORK/expected"
check "save of a changed tunnel" on a wg-quick save "$file"
check "changes what has changed" same "$WORK/expected"
equal "the file is for root alone, as the stock tool leaves it" 600 "$(stat -c %a "$file")"
equal "no other file is left" s0.conf "$(ls -A "$WORK/conf")"

sed -i 's/^# The office/# The home/' "$WORK/expected" "$file"
on a wg set s0 peer "$(<"$WORK/c.pub")" remove
on a wg-quick down "$file" >"$WORK/messages" 2>&1
equal "down saves, too" 0 "$?"
check "what was edited meanwhile stays" grep -qx '# The home' "$file"
check "and is told of" grep -q "was edited while" "$WORK/messages"
check_fails "a peer that is gone goes" grep -qF "$(<"$WORK/c.pub")" "$file"
check "the saved file comes up" on a wg-quick up "$file"
check "down again" on a wg-quick down "$file"

sed -i 's/^SaveConfig = true/SaveConfig = false/' "$file"
cp "$file" "$WORK/expected"
on a wg-quick up "$file" 2>/dev/null
on a wg set s0 listen-port 40124
check "down without SaveConfig" on a wg-quick down "$file"
check "leaves the file as it is" same "$WORK/expected"
check_fails "save of what is not up" on a wg-quick save "$file"

# strip, beside Debian's: random files of lines that a shell might read in its own way.
fragments=('[Interface]' '[interface]' '[Peer]' ' [INTERFACE] # x' '[Interface] = x' '[' 'Address = 10.0.0.1/24' 'address'
    '  MTU=1280  ' '\tDNS = 1.1.1.1\t' 'PostUp = echo # hi' 'PreUp' '#PostUp = x' 'SaveConfig = true' 'saveconfig=False #x'
    'SaveConfig = x' 'MT U = 1' 'PrivateKey = abc' 'ListenPort=1 # c' '' '   ' '\t' '# comment' 'nonsense' 'back\\\\' 'x\xff=1'
    'Pre\0Up = 1' '\0' '= x' 'Address=a=b' 'Address\v = 1' '\fMTU = 1\f' 'PostDown = *' '-n' '-e x' "'" '\xef\xbb\xbf[Interface]')
ends=('\n' '\n' '\n' '\r\n' '  \r\n' ' \n' '')
RANDOM=7
different=0
for ((round = 0; round < 60; round++)); do
    for ((count = RANDOM % 9; count > 0; count--)); do
        end="${ends[RANDOM % (count == 1 ? 7 : 6)]}"
        printf '%b' "${fragments[RANDOM % ${#fragments[@]}]}$end"
    done >"$file"
    /usr/bin/wg-quick strip "$file" >"$WORK/stock" 2>/dev/null
    stock=$?
    on a wg-quick strip "$file" >"$WORK/ours" 2>/dev/null
    ours=$?
    if [[ $stock -ne $ours ]] || ! cmp -s "$WORK/stock" "$WORK/ours"; then
        different=$((different + 1))
        sed -n l "$file" | sed 's/^/# /'
    fi
done
equal "strip gives the bytes and the status of Debian's" 0 "$different"
