# shellcheck shell=bash
# The guest's user space, which kernel-lab sources: copies of this host's programs and the shared libraries they need, with
# an init, packed into an initramfs. It knows nothing of kernels.

PLACES=(/usr/sbin /usr/bin /sbin /bin /lib/systemd)
find_tool() { # prints where NAME lies: on the host, or in an unpacked package
	local d
	for d in "${PLACES[@]}" "${PLACES[@]/#/$EXTRA}"; do
		[[ -x $d/$1 && ! -d $d/$1 ]] && { echo "$d/$1"; return 0; }
	done
	return 1
}

# The programs.  A missing one is skipped, unless its package is in FALLBACK; a few are demanded in fetch_fallbacks.
TOOLS=(
	bash sh dash
	mount umount unshare nsenter setsid flock dmesg getopt mountpoint taskset script prlimit findmnt hexdump lsns
	grep egrep fgrep sed awk gawk mawk find xargs diff cmp which getent ldd ldconfig hostname
	ps pgrep pidof sysctl free uptime top w vmstat
	ip ss tc bridge nstat rtmon
	nft ebtables-nft arptables-nft conntrack
	iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore
	iptables-nft iptables-nft-save iptables-nft-restore ip6tables-nft ip6tables-nft-save ip6tables-nft-restore
	iptables-legacy iptables-legacy-save iptables-legacy-restore ip6tables-legacy ip6tables-legacy-save ip6tables-legacy-restore
	iptables-xml xtables-monitor xtables-nft-multi xtables-legacy-multi
	ping ping4 ping6 iperf3 ncat nc ethtool jq gzip gunzip zcat tar strace tcpdump xxd
	wg wg-quick wireguard-go
	systemd systemctl
	kmod modprobe insmod rmmod lsmod modinfo depmod
)
declare -A FALLBACK=( [ncat]="ncat liblua5.3-0 libpcap0.8" [modprobe]=kmod [depmod]=kmod [jq]="jq libjq1 libonig5"
	[ethtool]=ethtool [wg]=wireguard-tools [wireguard-go]=wireguard-go [iperf3]="iperf3 libiperf0 libsctp1"
	[ping]=iputils-ping [strace]=strace [ip]=iproute2 )
COREUTILS="[ arch b2sum base32 base64 basename basenc cat chgrp chmod chown chroot cksum comm cp csplit cut date dd df dir dirname
	du echo env expand expr factor false fmt fold groups head hostid id install join link ln logname ls md5sum mkdir mkfifo mknod
	mktemp mv nice nl nohup nproc numfmt od paste pathchk pr printenv printf pwd readlink realpath rm rmdir seq sha1sum sha256sum
	sha512sum shred shuf sleep sort split stat stdbuf stty sum sync tac tail tee test timeout touch tr true truncate tsort tty
	uname unexpand uniq unlink users vdir wc who whoami yes"

guest_path() { # the place in the guest for a host path: /bin, /sbin, /lib are links into /usr there
	local p="${1#"$EXTRA"}"
	case "$p" in
	/bin/*|/sbin/*|/lib/*|/lib32/*|/lib64/*|/libx32/*) p="/usr$p" ;;
	esac
	echo "$p"
}

# put STAGE FILE: copy FILE to its place under STAGE, with each symbolic link on the way to it.
put() {
	local stage="$1" src="$2" dst target
	while :; do
		dst="$stage$(guest_path "$src")"
		[[ -e $dst || -L $dst ]] && return 0
		mkdir -p "${dst%/*}"
		if [[ -L $src ]]; then
			target="$(readlink "$src")"
			ln -s "$target" "$dst"
			[[ $target == /* ]] || target="${src%/*}/$target"
			if [[ ! -e $target && -e $EXTRA$target ]]; then target="$EXTRA$target"; fi
			[[ -e $target ]] || return 0
			src="$(realpath -s "$target")"
		else
			cp -p "$src" "$dst"
			return 0
		fi
	done
}

is_elf() { local magic=""; LC_ALL=C read -r -N 4 magic < "$1" 2>/dev/null || true; [[ $magic == $'\x7fELF' ]]; }

# put_libs STAGE FILE...: copy the shared libraries the files need.  Libraries from
# unusual places keep their place (for RUNPATH) and are also linked from /usr/lib,
# where the loader looks by itself.
put_libs() {
	local stage="$1" lib; shift
	[[ $# -gt 0 ]] || return 0
	local missing
	missing="$(LD_LIBRARY_PATH="$EXTRA/usr/lib/x86_64-linux-gnu:$EXTRA/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" ldd "$@" 2>/dev/null | tee "$WORK/ldd" | grep 'not found' | sort -u || true)"
	[[ -z $missing ]] || note "libraries not found here: $(echo $missing)"
	while read -r lib; do
		[[ -e $lib ]] || continue
		case "$lib" in
		/lib/*|/usr/lib/*|/lib64/*|"$EXTRA"/*) put "$stage" "$lib" ;;
		*)	put "$stage" "$lib"
			mkdir -p "$stage/usr/lib"
			[[ -e $stage/usr/lib/${lib##*/} || -L $stage/usr/lib/${lib##*/} ]] || ln -s "$lib" "$stage/usr/lib/${lib##*/}" ;;
		esac
	done < <(sed -n -e 's/.*=> \(\/[^ ]*\) (0x.*/\1/p' -e 's/^[[:space:]]*\(\/[^ ]*\) (0x.*/\1/p' "$WORK/ldd" | sort -u)
}

fetch_fallbacks() {
	local t
	for t in bash ip nft iptables ping; do
		find_tool "$t" >/dev/null || die "\`$t' is missing on this host: the guest's programs are copies of the host's"
	done
	for t in "${!FALLBACK[@]}"; do
		find_tool "$t" >/dev/null && continue
		# shellcheck disable=SC2086
		apt_unpack debian-12 "$EXTRA" ${FALLBACK[$t]} || note "\`$t' is missing here and cannot be fetched"
	done
}

base_key() {
	local t files=()
	for t in "${TOOLS[@]}"; do t="$(find_tool "$t")" && files+=("$t"); done
	{ scripts_sum; stat -L -c '%n %s %Y' "${files[@]}"; } | sha256sum | cut -c1-16
}

write_guest_etc() {
	local s="$1" f
	mkdir -p "$s"/{etc/wireguard,root,tmp,run,proc,sys,dev,mnt,out,lab,var/tmp,var/log,var/lib,usr/local/bin,usr/local/sbin,usr/lib64,usr/sbin,usr/bin}
	ln -s usr/bin "$s/bin"; ln -s usr/sbin "$s/sbin"; ln -s usr/lib "$s/lib"; ln -s usr/lib64 "$s/lib64"; ln -s /run "$s/var/run"
	ln -s /run/lock "$s/var/lock"; chmod 700 "$s/etc/wireguard" "$s/root"; chmod 1777 "$s/tmp" "$s/var/tmp"
	printf 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n' > "$s/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' > "$s/etc/group"
	printf 'passwd: files\ngroup: files\nhosts: files dns\nprotocols: files\nservices: files\n' > "$s/etc/nsswitch.conf"
	printf '127.0.0.1 localhost lab\n::1 localhost ip6-localhost\n' > "$s/etc/hosts"
	: > "$s/etc/resolv.conf"; : > "$s/etc/fstab"; ln -s /proc/self/mounts "$s/etc/mtab"
	echo lab > "$s/etc/hostname"; echo 12 > "$s/etc/debian_version"
	mkdir -p "$s/etc/modprobe.d"   # as systemd does on a real Debian: no dummy0 and so on out of the blue
	printf 'options dummy numdummies=0\noptions ifb numifbs=0\noptions bonding max_bonds=0\n' > "$s/etc/modprobe.d/lab.conf"
	for f in /etc/protocols /etc/services /etc/rpc /etc/iproute2 /etc/ethertypes /etc/xtables.conf /etc/os-release /etc/nftables.conf; do
		[[ -e $f ]] && cp -rL "$f" "$s/etc/"
	done
	[[ -e $s/etc/protocols ]] || printf 'ip 0 IP\nicmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nipv6-icmp 58 IPv6-ICMP\n' > "$s/etc/protocols"
}

write_init() {
	cat > "$1/init" <<-'EOF_INIT'
	#!/bin/bash
	export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LANG=C.UTF-8 TERM=dumb SHELL=/bin/bash USER=root
	mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
	mkdir -p /dev/pts /dev/shm; mount -t devpts devpts /dev/pts; mount -t tmpfs shm /dev/shm
	mount -t tmpfs -o mode=755 run /run; mkdir -p /run/lock /run/wireguard; chmod 700 /run/wireguard
	mount -t debugfs debugfs /sys/kernel/debug
	[[ -e /dev/fd ]] || ln -s /proc/self/fd /dev/fd
	[[ -e /dev/stdin ]] || { ln -s /proc/self/fd/0 /dev/stdin; ln -s /proc/self/fd/1 /dev/stdout; ln -s /proc/self/fd/2 /dev/stderr; }
	echo lab > /proc/sys/kernel/hostname
	ip link set up dev lo
	modprobe -a virtio_pci virtio_console
	modprobe -q tun; mkdir -p /dev/net; [[ -c /dev/net/tun ]] || mknod -m 666 /dev/net/tun c 10 200
	for ((i = 0; i < 200; i++)); do
		set -- /sys/class/virtio-ports/*
		[[ $# -ge 4 && -e $4/name && -c /dev/${4##*/} ]] && break
		read -r -t 0.02 <> <(:)
	done
	for p; do read -r name < "$p/name"; declare "port_${name#lab.}=/dev/${p##*/}"; done
	[[ -n $port_out && -n $port_err && -n $port_rc && -n $port_tar ]] || { echo "no virtio-serial ports"; echo b > /proc/sysrq-trigger; }
	read -r up _ < /proc/uptime; echo "kernel-lab: guest ready after ${up}s"
	exec 3> "$port_out" 4> "$port_err"
	mkfifo /lab/out /lab/err
	cat /lab/out >&3 3>&- 4>&- & c1=$!
	cat /lab/err >&4 3>&- 4>&- & c2=$!
	exec 3>&- 4>&-
	cd /root
	setsid bash /lab/command </dev/null >/lab/out 2>/lab/err
	rc=$?
	read -r up2 _ < /proc/uptime; echo "kernel-lab: command ended with $rc at ${up2}s"
	# Programs left behind may still hold the pipes: wait for the end of the output, but not for long.
	until=$(( ${EPOCHREALTIME/./} + 1000000 ))
	while [[ ${EPOCHREALTIME/./} -lt $until && ( -e /proc/$c1/fd/0 || -e /proc/$c2/fd/0 ) ]]; do read -r -t 0.02 <> <(:); done
	[[ -e /lab/want-out ]] && tar -C /out -cf "$port_tar" .
	echo "$rc" > "$port_rc"     # last of all: a status means that everything came through
	echo b > /proc/sysrq-trigger
	EOF_INIT
	chmod 755 "$1/init"
}

build_base() {
	local key="$1" stage="$WORK/base" t f bins=() dir
	note "building the initramfs (once)"
	mkdir -p "$stage"
	write_guest_etc "$stage"
	write_init "$stage"
	# shellcheck disable=SC2086
	for t in "${TOOLS[@]}" $COREUTILS; do
		f="$(find_tool "$t")" || continue
		put "$stage" "$f"
		f="$(readlink -f "$f")"
		is_elf "$f" && bins+=("$f")
	done
	for dir in /usr/lib/x86_64-linux-gnu/xtables "$EXTRA/usr/lib/x86_64-linux-gnu/xtables"; do
		[[ -d $dir ]] || continue
		for f in "$dir"/*.so; do put "$stage" "$f"; [[ -L $f ]] || bins+=("$f"); done
	done
	# /usr/sbin/iptables and the like go through the alternatives system
	for t in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
		[[ -e $stage/usr/sbin/$t || -L $stage/usr/sbin/$t ]] || [[ ! -e $stage/usr/sbin/${t/tables/tables-nft} ]] || ln -s "${t/tables/tables-nft}" "$stage/usr/sbin/$t"
	done
	[[ -e $stage/usr/bin/nc || -L $stage/usr/bin/nc || ! -e $stage/usr/bin/ncat ]] || ln -s ncat "$stage/usr/bin/nc"
	for t in modprobe insmod rmmod lsmod modinfo depmod; do
		[[ -e $stage/usr/sbin/$t || -L $stage/usr/sbin/$t || ! -e $stage/usr/bin/kmod ]] || ln -s ../bin/kmod "$stage/usr/sbin/$t"
	done
	put_libs "$stage" "${bins[@]}"
	for f in /lib/x86_64-linux-gnu/libnss_files.so.2 /lib/x86_64-linux-gnu/libnss_dns.so.2 /lib/x86_64-linux-gnu/libresolv.so.2 \
		/lib/x86_64-linux-gnu/libpthread.so.0 /lib/x86_64-linux-gnu/libdl.so.2 /lib/x86_64-linux-gnu/librt.so.1 /lib/x86_64-linux-gnu/libm.so.6 \
		/lib/x86_64-linux-gnu/libutil.so.1 /lib/x86_64-linux-gnu/libgcc_s.so.1 /usr/lib/x86_64-linux-gnu/libstdc++.so.6; do
		[[ -e $f ]] && put "$stage" "$f"
	done
	pack "$stage" "$CACHE/base-$key.cpio"
	rm -rf "$stage"
	drop_old base "$key"
}
