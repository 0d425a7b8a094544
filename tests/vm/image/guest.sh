#!/bin/bash
# guest.sh SUITE DIR: makes what QEMU boots, DIR/root.ext4, DIR/vmlinux and DIR/initrd.cpio.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$here/common.sh"

suite=$1 dir=$2 root=$2/root packages=$2/kernel

# What the initramfs loads to reach the root file system, in this order. A name that the suite's
# kernel does not know is built in.
boot_modules=(virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci
        virtio_mmio virtio_blk crc32c_generic crc32c-intel jbd2 mbcache crc16 ext4)

# Downloads the kernel's packages and unpacks them in DIR/kernel/tree; installing them would run
# hooks that this root has no use for.
fetch_kernel() {
        local kernel version name deb
        local apt=(chroot "$root")
        kernel=$("${apt[@]}" apt-cache depends linux-image-amd64 |
                sed -n 's/^ *Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1)
        [[ -n $kernel ]] || { echo "$suite: linux-image-amd64 names no kernel" >&2; return 1; }
        version=${kernel#linux-image-}
        mkdir "$packages" "$root/kernel"
        # Newer suites split the kernel over several packages.
        for name in "$kernel" {linux-binary,linux-modules,linux-base}-"$version"; do
                "${apt[@]}" apt-cache show "$name" >/dev/null 2>&1 || continue
                "${apt[@]}" sh -c \
                        "cd /kernel && apt-get -qq -o APT::Sandbox::User=root download $name"
        done
        for deb in "$root/kernel"/*.deb; do
                dpkg-deb -x "$deb" "$packages/tree"
        done
        rm -r "$root/kernel"
}

# Moves the modules to the root.
install_modules() {
        local modules
        modules=$(find "$packages/tree" -type d -path '*/lib/modules/*' -prune -print -quit)
        [[ -n $modules ]] || { echo "$suite: the kernel has no modules" >&2; return 1; }
        mkdir -p "$root/usr/lib/modules"
        mv "$modules" "$root/usr/lib/modules/"
        kernel_version=${modules##*/}
        # The guest has no screen, disk controller, network card, sound or camera.
        local drivers=$root/usr/lib/modules/$kernel_version/kernel
        rm -rf "$drivers"/drivers/{gpu,net,media,scsi,infiniband,usb,ata,md,staging,mtd,isdn} \
                "$drivers"/sound \
                "$drivers"/fs/{xfs,btrfs,ocfs2,gfs2,nfs,nfsd,ceph,smb,cifs,f2fs,jfs}
        depmod -b "$root/usr" "$kernel_version" 2>/dev/null || depmod -b "$root" "$kernel_version"
}

# le BYTES OFFSET FILE: an unsigned little-endian number.
le() {
        od -An -v -tu"$1" -j "$2" -N "$1" "$3" | tr -d ' '
}

# The kernel inside the bzImage, unpacked: QEMU starts an ELF at its PVH entry, without firmware.
# Offsets as in the kernel's Documentation/arch/x86/boot.rst.
unpack_kernel() {
        local image out=$dir/vmlinux setup_sectors start length magic
        image=$(find "$packages/tree" -name 'vmlinuz*' -type f -print -quit)
        [[ -n $image ]] || { echo "$suite: the packages have no kernel" >&2; return 1; }
        setup_sectors=$(le 1 497 "$image")
        start=$(((setup_sectors + 1) * 512 + $(le 4 584 "$image")))
        length=$(le 4 588 "$image")
        magic=$(od -An -v -tx1 -j "$start" -N 4 "$image" | tr -d ' ')
        # The four bytes after the compressed stream are its size; they are not part of it.
        dd if="$image" bs=1M iflag=skip_bytes,count_bytes skip="$start" count="$((length - 4))" \
                status=none |
                case $magic in
                fd377a58) xz -dc ;;
                28b52ffd) zstd -qdc ;;
                1f8b08*) gzip -dc ;;
                *) echo "$image: unknown compression $magic" >&2; exit 1 ;;
                esac >"$out"
        [[ $(head -c 4 "$out" | od -An -tx1 | tr -d ' ') == 7f454c46 ]] ||
                { echo "$image: no ELF kernel inside" >&2; return 1; }
}

# A small initramfs: busybox, the modules in order, and init.
make_initramfs() {
        local tree=$dir/initramfs name file plain
        mkdir -p "$tree"/{bin,dev,proc,sys,root,modules}
        cp /bin/busybox "$tree/bin/busybox"
        install -m 755 "$here/init" "$tree/init"
        for name in "${boot_modules[@]}"; do
                file=$(modinfo -b "$root/usr" -k "$kernel_version" -n "$name" 2>/dev/null ||
                        modinfo -b "$root" -k "$kernel_version" -n "$name" 2>/dev/null) || continue
                [[ $file == /* ]] || continue
                plain=$tree/modules/$name.ko
                case $file in
                *.xz) xz -dc "$file" >"$plain" ;;
                *.zst) zstd -qdc "$file" >"$plain" ;;
                *) cp "$file" "$plain" ;;
                esac
                printf '%s\n' "$name.ko" >>"$tree/modules/order"
        done
        (cd "$tree" && find . | cpio --quiet -o -H newc --owner 0:0) >"$dir/initrd.cpio"
        rm -rf "$tree"
}

# The unit that runs what the share brings, and a system that does nothing else.
configure_root() {
        local unit
        install -D -m 644 "$here/guest-run.service" "$root/etc/systemd/system/guest-run.service"
        install -D -m 644 "$here/journald.conf" "$root/etc/systemd/journald.conf.d/guest.conf"
        chroot "$root" systemctl --quiet enable guest-run.service
        chroot "$root" systemctl --quiet set-default multi-user.target
        for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
                e2scrub_reap.service fstrim.timer systemd-random-seed.service getty@tty1.service \
                serial-getty@ttyS0.service systemd-pcrphase.service; do
                ln -sf /dev/null "$root/etc/systemd/system/$unit"
        done
        echo guest >"$root/etc/hostname"
        : >"$root/etc/fstab"
        mkdir -p "$root/share"
        rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*
}

make_disk() {
        local size
        size=$(du -sm "$root" | cut -f 1)
        mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$root" \
                "$dir/root.ext4" "$((size * 5 / 4 + 128))M" >/dev/null
}

make_root "$suite" "$root" "$(join systemd-sysv dbus kmod udev bluez bluez-test-tools libsystemd0 \
        python3 python3-bleak python3-jeepney strace procps "${libraries[@]}")" \
        --skip=cleanup/apt/lists \
        --dpkgopt='path-include=/usr/share/doc/spored/*'
fetch_kernel
unpack_kernel
install_modules
make_initramfs
configure_root
make_disk
rm -rf "$root" "$packages"
