# shellcheck shell=bash disable=SC2034,SC2154
# While there is no device.
same "no device: no words at all"
same "no device: show" show
same "no device: show all" show all
same "no device: show interfaces" show interfaces
same "no device: show all dump" show all dump
begins_alike "no device: show one" show wgs
begins_alike "no device: show a field" show wgs peers
begins_alike "no device: showconf" showconf wgs
begins_alike "no device: set" set wgs listen-port 1
begins_alike "no device: setconf" setconf wgs "$WORK/base.conf"
begins_alike "no device: addconf" addconf wgs "$WORK/base.conf"
begins_alike "another kind of link: show" show lo
begins_alike "another kind of link: showconf" showconf lo
begins_alike "another kind of link: set" set lo fwmark 1
begins_alike "a name with a slash is no socket: show" show ../wireguard/wgs
begins_alike "a name with a slash is no socket: set" set ../wgs fwmark 1
begins_alike "an empty name" show ''
differs "show all of an unknown field" "stock looks at it only once there is a device" 1 nosuch "" show all nosuch
