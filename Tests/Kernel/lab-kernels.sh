# shellcheck shell=bash
# The guest's kernels, which kernel-lab sources: Debian's packages, fetched with apt, verified by it, and unpacked.
#
#   debian-12   from the sources that this system's apt has
#   backports   from Debian 13's backports, with sources, lists and an archive of apt's that are the lab's own. The archive
#               is signed with Debian 12's key as well as with 13's, so Debian 12's keyring is enough to verify it.
# shellcheck disable=SC2034 # for the file that sources this one
KERNELS=(debian-12 backports)

own_apt() { # a configuration of apt's that leaves this system's sources, lists and archive alone
	local at="$CACHE/apt-backports"
	mkdir -p "$at"/{state/lists/partial,cache/archives/partial}
	: > "$at/status"
	echo "deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie-backports main" > "$at/sources.list"
	cat > "$at/apt.conf" <<-EOF
	Dir::Etc::SourceList "$at/sources.list";
	Dir::Etc::SourceParts "/dev/null";
	Dir::State "$at/state";
	Dir::State::status "$at/status";
	Dir::Cache "$at/cache";
	APT::Architecture "amd64";
	APT::Default-Release "";
	Acquire::Languages "none";
	EOF
}

# apt KERNEL PROGRAM WORDS...: a program of apt's, with the sources that have this kernel.
apt() {
	local kernel="$1" program="$2"; shift 2
	if [[ $kernel == backports ]]; then
		APT_CONFIG="$CACHE/apt-backports/apt.conf" "$program" -qq "$@"
	else
		"$program" -qq "$@"
	fi
}

# fetch KERNEL PACKAGE: leaves the package in the current directory. Lists that are missing or old are fetched first.
fetch() {
	apt "$1" apt-get -o Acquire::Retries=3 download "$2" >"$WORK/apt" 2>&1 && return 0
	apt "$1" apt-get -o Acquire::Retries=3 update >"$WORK/apt" 2>&1
	apt "$1" apt-get -o Acquire::Retries=3 download "$2" >>"$WORK/apt" 2>&1 || { cat "$WORK/apt" >&2; return 1; }
}

# apt_unpack KERNEL DIR PACKAGE...: fetches the packages and unpacks them under DIR.
apt_unpack() {
	local kernel="$1" into="$2" pkg tmp; shift 2
	for pkg; do
		tmp="$(mktemp -d "$WORK/deb.XXXXXXXX")"
		note "fetching $pkg"
		( cd "$tmp" && fetch "$kernel" "$pkg" ) || return 1
		mkdir -p "$into"
		dpkg-deb -x "$tmp"/*.deb "$into"
		rm -rf "$tmp"
	done
}

# kernel_version KERNEL: what stands behind `linux-image-` in the name of its newest cloud kernel.
kernel_version() {
	apt "$1" apt-cache depends linux-image-cloud-amd64 2>/dev/null |
		sed -n 's/.*Depends: linux-image-\([0-9].*\)/\1/p' | head -n 1 || true
}

# kernel_packages KERNEL VERSION: Debian 13's backports split into four what was one package before.
kernel_packages() {
	apt "$1" apt-cache pkgnames linux- | grep -Fxe "linux-image-$2" -e "linux-binary-$2" -e "linux-modules-$2" -e "linux-base-$2"
}

# ensure_kernel KERNEL: $CACHE/kernel-KERNEL has vmlinuz, release and modules. It appears whole or not at all.
ensure_kernel() {
	local at="$CACHE/kernel-$1" tmp="$WORK/kernel" version packages
	[[ $REFRESH -eq 0 && -s $at/vmlinuz && -s $at/release ]] && return 0
	if [[ $1 == backports ]]; then own_apt; fi
	version="$(kernel_version "$1")"
	if [[ -z $version || $REFRESH -eq 1 || $1 == backports ]]; then
		apt "$1" apt-get -o Acquire::Retries=3 update >"$WORK/apt" 2>&1 || { cat "$WORK/apt" >&2; die "cannot fetch the package lists for $1"; }
		version="$(kernel_version "$1")"
	fi
	[[ -n $version ]] || die "cannot find out the name of the cloud kernel package of $1"
	mapfile -t packages < <(kernel_packages "$1" "$version")
	[[ ${#packages[@]} -gt 0 ]] || die "no package of the kernel $version"
	apt_unpack "$1" "$tmp" "${packages[@]}" || die "cannot download the kernel $version"
	mkdir "$tmp/out"
	mv "$tmp"/boot/vmlinuz-"$version" "$tmp/out/vmlinuz" 2>/dev/null || mv "$tmp"/usr/lib/modules/*/vmlinuz "$tmp/out/vmlinuz"
	mv "$tmp"/lib/modules "$tmp/out/modules" 2>/dev/null || mv "$tmp"/usr/lib/modules "$tmp/out/modules"
	basename "$tmp"/out/modules/* > "$tmp/out/release"
	rm -rf "$at"
	mv "$tmp/out" "$at"
	rm -rf "$tmp"
}

mods_key() { { cat "$CACHE/kernel-$1/release"; scripts_sum; } | sha256sum | cut -c1-16; }

# build_mods KERNEL KEY: the modules and their indexes, in an archive with wireguard and one without.
build_mods() {
	local from tree="$WORK/mods" release into w t depmod
	release="$(< "$CACHE/kernel-$1/release")"
	from="$CACHE/kernel-$1/modules/$release"
	into="$tree/usr/lib/modules/$release"
	note "packing the modules of $release (once)"
	mkdir -p "$into/kernel"
	# Networking, crypto, virtio; the rest stays out.
	for t in net crypto lib arch/x86/crypto drivers/virtio drivers/char/virtio_console.ko drivers/char/hw_random drivers/net/wireguard \
		drivers/net/dummy.ko drivers/net/veth.ko drivers/net/tun.ko drivers/net/tap.ko drivers/net/ifb.ko drivers/net/virtio_net.ko drivers/net/net_failover.ko \
		drivers/net/macvlan.ko drivers/net/macvtap.ko drivers/net/ipvlan drivers/net/vxlan drivers/net/vrf.ko drivers/net/geneve.ko drivers/net/bonding \
		drivers/net/nlmon.ko drivers/block/virtio_blk.ko fs/overlayfs fs/fuse; do
		[[ -e $from/kernel/$t ]] || t="$t.xz"
		[[ -e $from/kernel/$t ]] || continue
		mkdir -p "$into/kernel/${t%/*}"
		cp -r "$from/kernel/$t" "$into/kernel/${t%/*}/"
	done
	rm -rf "$into"/kernel/net/{bluetooth,wireless,mac80211,mac802154,ieee802154,6lowpan,sunrpc,rds,tipc,nfc,9p,ceph,atm,can,hsr,batman-adv,dccp,rxrpc,appletalk,x25,lapb,openvswitch,qrtr,rfkill,smc,netrom,rose,ax25,ipx,decnet,mptcp}
	find "$into" -name '*.ko.xz' -exec xz -d {} +
	cp "$from"/modules.{builtin,builtin.modinfo,order} "$into/"
	# The index names the modules as they were packed.
	sed -i 's/\.ko\.xz$/.ko/' "$into/modules.order"
	depmod="$(find_tool depmod)" || { depmod="$WORK/depmod"; ln -s "$(find_tool kmod)" "$depmod"; }
	for w in wg nowg; do
		[[ $w == wg ]] || rm -rf "$into/kernel/drivers/net/wireguard"
		ln -sfn usr/lib "$tree/lib"
		"$depmod" -b "$tree" "$release"
		rm "$tree/lib"
		pack "$tree" "$CACHE/mods-$1-$w-$2.cpio"
	done
	rm -rf "$tree"
	drop_old "mods-$1" "$2"
}
