#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-kernels: Boot Debian's kernels, 5.10 to the newest, and run the tests
# Packages: apt cpio debian-archive-keyring gcc gzip make pkg-config
# Packages: qemu-system-x86
# If names of Debian's suites are given as arguments, only their kernels are
# tested.
. "$(dirname "$0")/../lib/common.sh"
. tests/compat/boot.sh
need qemu-system-x86_64 qemu-system-x86
need x86_64-linux-gnu-gcc gcc
[ "$#" -gt 0 ] || set -- bullseye bookworm trixie sid

user=$home-amd64

on_kernel() { # SUITE
	kernel "$1-amd64" linux-image-amd64 || {
		missing "$1-amd64" "the kernel of $1"
		return 0
	}
	prepare "$user" x86_64-linux-gnu-gcc || {
		missing "$user" "the kernel of $1"
		return 0
	}
	boot x86_64 "linux-image-amd64-$1-amd64" "$user" ttyS0 \
		qemu-system-x86_64 -m 512 -smp 2
}

for suite; do
	start on_kernel "$suite"
done
finish
