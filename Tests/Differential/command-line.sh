# shellcheck shell=bash disable=SC2034,SC2154
# Command lines that no device has a part in: numbers of words, words that don't exist, environment.
same "no words are show"
begins_alike "an unknown subcommand" nosuch
begins_alike "an empty subcommand" ''
begins_alike "a subcommand in capitals" SHOW
begins_alike "an option that is none" --nosuch
begins_alike "show: an unknown field" show wgs nosuch
begins_alike "show: a field in capitals" show wgs PEERS
begins_alike "show: an empty field" show wgs ''
begins_alike "show: three words" show wgs dump x
begins_alike "show interfaces: another word" show interfaces dump
begins_alike "showconf: no word" showconf
begins_alike "showconf: two words" showconf wgs x
begins_alike "set: no word" set
begins_alike "set: only the device" set wgs
begins_alike "setconf: no word" setconf
begins_alike "setconf: no file" setconf wgs
begins_alike "setconf: three words" setconf wgs a b
begins_alike "addconf: no file" addconf wgs
begins_alike "addconf: three words" addconf wgs a b
begins_alike "syncconf: no file" syncconf wgs
begins_alike "syncconf: three words" syncconf wgs a b
begins_alike "genkey: a word" genkey x
begins_alike "genpsk: a word" genpsk x
begins_alike "pubkey: a word" pubkey x
same "the program is called as it was: usage" script '(exec -a /opt/other "$WG" showconf 2>&1) | grep -o "^Usage: /opt/other showconf"'
same "the program is called as it was: keys" script '(echo | exec -a /opt/other "$WG" pubkey 2>&1) | cut -d : -f 1'
same "a closed standard input" script '"$WG" pubkey <&-'
same "a file that isn't there" setconf wgs "$WORK/nofile"
