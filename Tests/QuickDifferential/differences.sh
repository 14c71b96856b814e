# shellcheck shell=bash
# The known differences, each with its reason: see difference in lib.sh.
difference address-words "what is shown is what is set: an address with its length, in its shortest form" \
    'trace \| \[#\] ip -[46] address add ' 'trace \| \[#\] ip -[46] address add '
difference table-words "what is shown is what is set: a table by its number, none for the main one" \
    'trace \| \[#\] ip -[46] route add .* table ' 'trace \| \[#\] ip -[46] route add '
difference table-case "stock knows no \`off' in capitals, and looks for a table of that name" \
    'status \| (255|1)$|trace \| ' 'status \| 0$|trace \| |up wg0 \| (network|devices) \| '
difference hexadecimal-mtu "an MTU is a number in decimal; stock leaves it to ip" . 'status \| 1$'
difference smallest-mtu "stock takes the smallest since 2025, Debian's the largest" ' mtu 1420 ' ' mtu 1320 '
difference status-of-tool "stock ends as the tool that failed did; ours with 1" 'status \| ([2-9]|255)$' 'status \| 1$'
difference checked-first "a file is checked before anything is made; stock finds out midway" \
    'up wg0 \| (trace \| \[#\] |status \| )' '?status \| 1$'
difference resolved-first "names are looked up before the configuration is set; stock leaves it to wg" \
    'up wg0 \| trace \| \[#\] wg addconf' ''
difference port-in-use "a port that another socket has is found before anything is made" \
    'up wg1 \| (trace \| |status \| 2$)' '?up wg1 \| status \| 1$'
difference directory "stock takes a directory for an empty file" . 'status \| 1$'
difference record "up leaves a record for down, which stays while the tunnel does" '' 'end \| left \| /run/wireguard/wg0[^ ]*$'
difference recorded-hooks "down runs the hooks that up read" '(trace|hooks) \| .*second' '(trace|hooks) \| .*first'
difference recorded-file "down needs no file" 'down wg0 \| |end \| left ' 'down wg0 \| (status \| 0$|trace \| |hooks \| postdown$)'
difference recorded-dns "down takes away what up set" '(trace|log) \| .*resolvconf -d wg0 -f$' ''
difference empty-hook "a hook without a command is not shown" 'trace \| \[#\] $' ''
difference preup-after-link "PreUp has the link since 2022; Debian's makes it afterwards" \
    'trace \| .*(preup|ip link add)|hooks \| Device ' 'trace \| .*(preup|ip link add)|hooks \| wg0 +DOWN '
difference preup-key "a key that PreUp sets stays since 2025; Debian's has no link yet" . \
    'status \| 0$|trace \| |up wg0 \| (network|devices) \| '
difference preup-fails "a failing PreUp gives up its own status, also where Debian's has no link to take away" \
    '?status \| 1$' 'status \| 3$|trace \| |hooks \| postdown$'
difference rollback-hooks "an up that fails runs the Down hooks for the Up hooks that ran" '' \
    '(trace|hooks) \| .*(predown|postdown)'
difference number-sign "a hook keeps its number sign since 2025; Debian's cuts it there" . \
    'status \| 0$|trace \| |(network|devices) \| |hooks \| a#b$'
difference link-gone "a hook may take the link away; Debian's fails then, and runs no PostDown" \
    'status \| 1$|trace \| \[#\] ip link delete' 'status \| 0$|(trace|hooks) \| .*postdown'
difference rules-first "stock's rules come before the route since 2022, Debian's after it" \
    'up wg[01] \| trace \| \[#\] ip -[46] route add (0.0.0.0|::)/0 dev ' \
    'up wg[01] \| trace \| \[#\] ip -[46] route add (0.0.0.0|::)/0 dev '
difference last-resort "nothing leaves in the clear when the link is gone: a refusal of last resort in the tunnel's table" '' \
    'route (add|delete) unreachable (0.0.0.0|::)/0 table|network \| 7 default (dev lo )?table [0-9]+ .* metric 4294967295|hooks \| unreachable default'
difference own-rules "down takes away the very rules that up made, stock whatever leads to the table" \
    '?down wg[01] \| trace \| \[#\] ip -[46] rule delete ' 'down wg[01] \| trace \| \[#\] ip -[46] rule delete '
difference sysctl-restored "down puts back the sysctl that up found, stock leaves it" '?down wg[01] \| src_valid_mark \| 1$' \
    'down wg[01] \| (src_valid_mark \| 0$|trace \| \[#\] sysctl -q net.ipv4.conf.all.src_valid_mark=0$)'
difference sysctl-needless "a sysctl that is set already is left alone since 2026" 'trace \| \[#\] sysctl -q .*=1$' ''
difference filter-first "the packet filter is there before anything leads into the tunnel, both families' at once" \
    '?up wg[01] \| trace \| \[#\] (nft -f|ip6?tables-restore)' 'up wg[01] \| trace \| \[#\] (nft -f|ip6?tables-restore)'
difference no-firewall-tool "without any packet filter the tunnel comes up all the same, with a word about it; stock fails" \
    'status \| (127|1)$|trace \| ' 'status \| 0$|trace \| |up wg0 \| (network|devices) \| '
difference ipv6-disabled "where no interface has IPv6, IPv4 comes up all the same, with a word about it; stock fails" \
    'status \| [12]$|trace \| |up wg0 \| src_valid_mark \| 0' \
    'status \| 0$|trace \| |up wg0 \| (network|devices|nft|src_valid_mark) \| '
difference rules-left "down needs neither the device's mark nor its peers to know its rules; stock leaves them then" \
    'down wg0 \| network \| 3276[45]:' ''
difference two-tunnels "the handshakes of each of two full tunnels stay out of the other, and down leaves the other whole" \
    'nft \| .* udp meta mark set ct mark$|up wg1 \| trace \| \[#\] sysctl' \
    'rule (add|delete) fwmark 5182[01] table main$|network \| 3276[012]:|nft \| .* udp ct mark 0x0000ca6d meta mark set ct mark$'
difference save-words "a file that says all of it already, and that nobody else may read, is not written, and the device not asked" \
    'trace \| \[#\] wg showconf wg0$' ''
difference saved-addresses "addresses stay on the line where the file has them" \
    'files \| Address = |up wg0 \| trace \| \[#\] ip -[46] address' \
    'files \| Address = .*, |up wg0 \| trace \| \[#\] ip -[46] address'
difference saved-case "a setting that did not change stays as it is written" 'files \| SaveConfig = true$' \
    'files \| SaveConfig = TRUE$'
difference saved-comments "save keeps comments, and names that still lead to the endpoint" \
    'files \| (AllowedIPs = 10.88.0.0/16|Endpoint = 198.51.100.2:51820)$' 'files \| (# |.* # her|Endpoint = near.example:51820$)'
difference saved-mark "the mark that up chose is no setting of the file's" 'files \| FwMark = 0xca6c$' ''
difference own-dns "without resolvconf the file is edited, and put back; stock fails" 'status \| (127|1)$|trace \| |up wg0 \| files \| ' \
    'status \| 0$|trace \| |up wg0 \| (network|devices|files) \| '
