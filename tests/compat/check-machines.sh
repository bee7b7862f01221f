#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-machines: Run the tests on six other machines, one of them big-endian
# Packages: apt cpio debian-archive-keyring gzip make pkg-config
# Packages: gcc-aarch64-linux-gnu libc6-dev-arm64-cross
# Packages: gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
# Packages: gcc-s390x-linux-gnu libc6-dev-s390x-cross
# Packages: gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
# Packages: gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross
# Packages: gcc-i686-linux-gnu libc6-dev-i386-cross
# Packages: qemu-system-arm qemu-system-misc qemu-system-ppc qemu-system-x86
# With names of machines as arguments: these alone.
cd "$(dirname "$0")/../.." || exit 1
. tests/compat/boot.sh

# machine NAME COMPILER USER KERNEL METAPACKAGE CONSOLE QEMU...
machine() {
	local name=$1 compiler=$2-gcc user=$3 kernel=$4 metapackage=$5
	shift 5
	update "$user"
	[ "$kernel" = "$user" ] || update "$kernel"
	userland "$user" && kernel "$kernel" "$metapackage" || return 0
	initramfs "$user" "$compiler"
	boot "$name" "$kernel" "$user" "$@"
}

# All that is given is one suite's, but for riscv64, which Debian 12 has not.
while read -r name compiler user kernel metapackage console qemu; do
	[ "$#" = 0 ] || grep -qw "$name" <<<"$*" || continue
	need "$compiler-gcc" "gcc-$compiler"
	need "${qemu%% *}" "qemu-system-arm, -misc, -ppc or -x86"
	# shellcheck disable=SC2086 # a program and its arguments
	start machine "$name" "$compiler" "$user" "$kernel" \
		"linux-image-$metapackage" "$console" $qemu
done <<-end
	ppc64el powerpc64le-linux-gnu $home-ppc64el $home-ppc64el powerpc64le hvc0 qemu-system-ppc64 -M pseries
	riscv64 riscv64-linux-gnu sid-riscv64 sid-riscv64 riscv64 ttyS0 qemu-system-riscv64 -M virt
	s390x s390x-linux-gnu $home-s390x $home-s390x s390x ttysclp0 qemu-system-s390x
	arm64 aarch64-linux-gnu $home-arm64 $home-arm64 arm64 ttyAMA0 qemu-system-aarch64 -M virt -cpu cortex-a72
	armhf arm-linux-gnueabihf $home-armhf $home-armhf armmp ttyAMA0 qemu-system-arm -M virt
	i386 i686-linux-gnu $home-i386 $home-amd64 amd64 ttyS0 qemu-system-x86_64
end
finish
