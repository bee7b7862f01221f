#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-kernels: Boot Debian's kernels, 5.10 to the newest, and run the tests
# Packages: apt cpio debian-archive-keyring gcc gzip make pkg-config
# Packages: qemu-system-x86
# With names of suites as arguments: their kernels alone.
cd "$(dirname "$0")/../.." || exit 1
. tests/compat/boot.sh
need qemu-system-x86_64 qemu-system-x86
need x86_64-linux-gnu-gcc gcc
[ "$#" -gt 0 ] || set -- bullseye bookworm trixie sid

user=$home-amd64

on_kernel() {
	[ "$1" = "$user" ] || update "$1"
	kernel "$1" linux-image-amd64 || return 0
	boot x86_64 "$1" "$user" ttyS0 qemu-system-x86_64
}

update "$user"
userland "$user" || exit 0
initramfs "$user" x86_64-linux-gnu-gcc
for suite; do
	start on_kernel "$suite-amd64"
done
finish
