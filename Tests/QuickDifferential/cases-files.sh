# shellcheck shell=bash disable=SC2154
# Which file, what it may look like, and what is there already.
quick "by a path" setup="cp /etc/wireguard/wg0.conf /run/case/conf/wgp.conf" \
    steps="up /run/case/conf/wgp.conf; down /run/case/conf/wgp.conf" <<END
Address = 10.77.0.1/24
END
quick "by a relative path" only=engine setup="cp /etc/wireguard/wg0.conf /run/case/conf/wgp.conf; cd /run/case" \
    steps="up conf/wgp.conf; down ./conf/wgp.conf" <<END
Address = 10.77.0.1/24
END
quick "a file's name alone is taken for an interface's" only=engine setup="cp /etc/wireguard/wg0.conf /run/case/conf/wgp.conf; cd /run/case/conf" \
    steps="up wgp.conf; down wgp.conf" <<END
Address = 10.77.0.1/24
END
quick "by a symbolic link, whose name counts" setup="ln -s /etc/wireguard/wg0.conf /run/case/conf/wglinked.conf" \
    steps="up /run/case/conf/wglinked.conf; down /run/case/conf/wglinked.conf" <<END
Address = 10.77.0.1/24
PostUp = echo %i >>/run/case/hooks
END
quick "up by a path, down by the name" setup="cp /etc/wireguard/wg0.conf /run/case/conf/wg0.conf" \
    steps="up /run/case/conf/wg0.conf; down wg0" <<END
Address = 10.77.0.1/24
END
quick "a name with all the characters that names have" setup="cp /etc/wireguard/wg0.conf /etc/wireguard/wg_a=b+c.d-E9.conf" \
    steps="up wg_a=b+c.d-E9; down wg_a=b+c.d-E9" <<END
Address = 10.77.0.1/24
END
quick "a name of 15 characters" setup="cp /etc/wireguard/wg0.conf /etc/wireguard/wg0andtwelvemor.conf" \
    steps="up wg0andtwelvemor; down wg0andtwelvemor" <<END
Address = 10.77.0.1/24
END
quick "a name of 16 characters" only=engine setup="cp /etc/wireguard/wg0.conf /run/case/conf/wg0andtwelvemore.conf" \
    steps="up wg0andtwelvemore; up /run/case/conf/wg0andtwelvemore.conf; down wg0andtwelvemore; strip wg0andtwelvemore" <<END
END
quick "a file that is not there" only=engine steps="up wg7; down wg7; save wg7; strip wg7; up /run/none/wg7.conf" <<END
END
quick "a path without .conf" only=engine setup="cp /etc/wireguard/wg0.conf /run/case/conf/wgp" steps="up /run/case/conf/wgp" <<END
END
quick "a name with a character that names do not have" only=engine setup="cp /etc/wireguard/wg0.conf '/run/case/conf/w g.conf'" \
    steps="up '/run/case/conf/w g.conf'; up 'w g'; up ''" <<END
END
quick "a directory" only=engine setup="mkdir /run/case/conf/wgd.conf" steps="up /run/case/conf/wgd.conf" differs="directory" <<END
END
quick "a file that is open to others" setup="chmod 755 /etc/wireguard; chmod 644 /etc/wireguard/wg0.conf" <<END
Address = 10.77.0.1/24
END
quick "an empty file" steps=": >/etc/wireguard/wg0.conf; up; down" <<END
END
quick "odd spacing and case" only=engine begins="  [INTERFACE]  "$'\n'"	privateKEY	=$PRIVATE"$'\n' <<END
  LISTENport=51820
address   =   10.77.0.1/24
   mtu=1400	
[peer]
publickey=$K1
allowedips	=	10.88.0.0/16 ,fd88::/48
endpoint=198.51.100.2:51820
END
quick "comments everywhere" only=engine begins="# a file"$'\n'"[Interface] # ours"$'\n'"PrivateKey = $PRIVATE # secret"$'\n' <<END
# Address = 10.1.0.1/24
Address = 10.77.0.1/24 # , 10.78.0.1/24
#PostUp = false
[Peer] # theirs
PublicKey = $K1 # alice
AllowedIPs = 10.88.0.0/16 # , 10.89.0.0/16
END
quick "carriage returns" only=engine steps="sed -i 's/\$/\r/' /etc/wireguard/wg0.conf; up; down" <<END
Address = 10.77.0.1/24
MTU = 1400
PostUp = echo %i >>/run/case/hooks
@peer 1 10.88.0.0/16
END
quick "no end of line at the end" only=engine steps="printf 'MTU = 1300' >>/etc/wireguard/wg0.conf; up; down" <<END
Address = 10.77.0.1/24
END
quick "two Interface sections" only=engine <<END
Address = 10.77.0.1/24
@peer 1 10.88.0.0/16
[Interface]
Address = 10.78.0.1/24
MTU = 1300
END
quick "keys that are given twice" only=engine <<END
MTU = 1300
MTU = 1310
Table = off
Table = 300
ListenPort = 51821
Address = 10.77.0.1/24
@peer 1 10.88.0.0/16
END
quick "the interface's keys in a peer's section" only=engine steps="up" differs="checked-first" <<END
@peer 1 10.88.0.0/16
Address = 10.77.0.1/24
END
quick "up twice" steps="up; up; down" <<END
Address = 10.77.0.1/24
END
quick "down of what is not up" steps="down" <<END
Address = 10.77.0.1/24
PreDown = echo predown >>/run/case/hooks
END
quick "down twice" only=engine steps="up; down; down" <<END
Address = 10.77.0.1/24
END
quick "up, down, up, down" steps="up; down; up; down" <<END
Address = 10.77.0.1/24
@peer 1 10.88.0.0/16
END
quick "down of another kind of link" setup="cp /etc/wireguard/wg0.conf /etc/wireguard/eth1.conf" steps="down eth1; save eth1" <<END
END
quick "up where another kind of link has the name" setup="cp /etc/wireguard/wg0.conf /etc/wireguard/eth1.conf" steps="up eth1" <<END
PreUp = echo preup >>/run/case/hooks
END
quick "down of a device that was made by hand" only=kernel \
    steps="ip link add wg0 type wireguard; wg set wg0 listen-port 51820; ip address add 10.77.0.1/24 dev wg0; down" <<END
PreDown = echo predown >>/run/case/hooks
PostDown = echo postdown >>/run/case/hooks
END
quick "down after a hook in the file changed" steps="up; sed -i s/first/second/ /etc/wireguard/wg0.conf; down" differs="recorded-hooks" <<END
PostDown = echo first >>/run/case/hooks
END
quick "down after the file was deleted" steps="up; rm /etc/wireguard/wg0.conf; down" differs="recorded-file" <<END
PostDown = echo postdown >>/run/case/hooks
END
quick "down of what stock brought up" steps="wg-quick up wg0 2>/dev/null; down" <<END
Address = 10.77.0.1/24
PreDown = echo predown >>/run/case/hooks
PostDown = echo postdown >>/run/case/hooks
@peer 1 10.88.0.0/16
END
quick "no words, too many words, a word that is none" only=engine steps="run; run up; run up wg0 wg1; run nonsense wg0" <<END
END
