#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-machines: Run the tests on ten other machines, one of them big-endian
# Packages: apt cpio debian-archive-keyring gzip make pkg-config util-linux
# Packages: gcc-aarch64-linux-gnu libc6-dev-arm64-cross
# Packages: gcc-arm-linux-gnueabi libc6-dev-armel-cross
# Packages: gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
# Packages: gcc-i686-linux-gnu libc6-dev-i386-cross
# Packages: gcc-mips64el-linux-gnuabi64 libc6-dev-mips64el-cross
# Packages: gcc-mipsel-linux-gnu libc6-dev-mipsel-cross
# Packages: gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross
# Packages: gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
# Packages: gcc-s390x-linux-gnu libc6-dev-s390x-cross
# Packages: qemu-system-arm qemu-system-mips qemu-system-misc qemu-system-ppc
# Packages: qemu-system-x86
# If names of machines are given as arguments, only these are tested.
. "$(dirname "$0")/../lib/common.sh"
. tests/compat/boot.sh

# machine NAME TOOLS COMPILER USER KERNEL METAPACKAGE CONSOLE QEMU...
machine() {
	local name=$1 tools=$2 compiler=$3-gcc user=$4 kernel=$5
	local image=linux-image-$6 run=()
	shift 6
	if [ "$tools" != here ]; then
		apt_root "$tools" "$store/$tools" "gcc-${compiler%-gcc}" \
			grep make pkg-config sed qemu-system-misc "qemu-efi-${compiler%%-*}" || {
			missing "$tools" "$name"
			return 0
		}
		run=(run_in "$store/$tools")
	fi
	kernel "$kernel" "$image" || {
		missing "$kernel" "$name"
		return 0
	}
	prepare "$user" "$compiler" "${run[@]}" || {
		missing "$user" "$name"
		return 0
	}
	boot "$name" "$image-$kernel" "$user" "$@"
}

# The packages for a machine come from the Debian release that runs here, except
# for riscv64 and loong64, which are newer than Debian 12. TOOLS is "here" if the
# compiler and qemu are installed here, or else the SUITE-ARCH to take them
# from. The newest armel kernel is for boards that qemu does not emulate, so the
# tests for armel run on the kernel of armhf.
while read -r name tools compiler user kernel metapackage console qemu; do
	[ "$#" = 0 ] || grep -qw "$name" <<<"$*" || continue
	[ "$tools" != here ] || {
		need "$compiler-gcc" "gcc-$compiler"
		need "${qemu%% *}" "qemu-system-arm, -mips, -misc, -ppc or -x86"
	}
	# shellcheck disable=SC2086 # a program and its arguments
	start machine "$name" "$tools" "$compiler" "$user" "$kernel" \
		"$metapackage" "$console" $qemu
done <<-end
	ppc64el here powerpc64le-linux-gnu $home-ppc64el $home-ppc64el powerpc64le hvc0 qemu-system-ppc64 -M pseries -m 512 -smp 2
	mips64el here mips64el-linux-gnuabi64 $home-mips64el $home-mips64el 5kc-malta ttyS0 qemu-system-mips64el -M malta -cpu 5KEc -m 512 -smp 1
	mipsel here mipsel-linux-gnu $home-mipsel $home-mipsel 4kc-malta ttyS0 qemu-system-mipsel -M malta -cpu 24Kc -m 512 -smp 1
	riscv64 here riscv64-linux-gnu sid-riscv64 sid-riscv64 riscv64 ttyS0 qemu-system-riscv64 -M virt -m 512 -smp 2
	loong64 trixie-amd64 loongarch64-linux-gnu sid-loong64 sid-loong64 loong64 ttyS0 qemu-system-loongarch64 -M virt -cpu la464 -m 1G -smp 1 -bios /usr/share/qemu-efi-loongarch64/QEMU_EFI.fd
	s390x here s390x-linux-gnu $home-s390x $home-s390x s390x ttysclp0 qemu-system-s390x -m 512 -smp 2
	arm64 here aarch64-linux-gnu $home-arm64 $home-arm64 arm64 ttyAMA0 qemu-system-aarch64 -M virt -cpu cortex-a72 -m 512 -smp 2
	armhf here arm-linux-gnueabihf $home-armhf $home-armhf armmp ttyAMA0 qemu-system-arm -M virt -m 512 -smp 2
	armel here arm-linux-gnueabi $home-armel $home-armhf armmp ttyAMA0 qemu-system-arm -M virt -m 512 -smp 2
	i386 here i686-linux-gnu $home-i386 $home-amd64 amd64 ttyS0 qemu-system-x86_64 -m 512 -smp 2
end
finish
