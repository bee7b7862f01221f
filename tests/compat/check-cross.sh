#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-cross: Build library and suite for 24 other machines
# Packages: make binutils check pkg-config
# Packages: gcc-aarch64-linux-gnu libc6-dev-arm64-cross
# Packages: gcc-alpha-linux-gnu libc6.1-dev-alpha-cross
# Packages: gcc-arc-linux-gnu libc6-dev-arc-cross
# Packages: gcc-arm-linux-gnueabi libc6-dev-armel-cross
# Packages: gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
# Packages: gcc-hppa-linux-gnu libc6-dev-hppa-cross
# Packages: gcc-i686-linux-gnu libc6-dev-i386-cross
# Packages: gcc-m68k-linux-gnu libc6-dev-m68k-cross
# Packages: gcc-mips-linux-gnu libc6-dev-mips-cross
# Packages: gcc-mips64-linux-gnuabi64 libc6-dev-mips64-cross
# Packages: gcc-mips64el-linux-gnuabi64 libc6-dev-mips64el-cross
# Packages: gcc-mipsel-linux-gnu libc6-dev-mipsel-cross
# Packages: gcc-mipsisa32r6-linux-gnu libc6-dev-mipsr6-cross
# Packages: gcc-mipsisa32r6el-linux-gnu libc6-dev-mipsr6el-cross
# Packages: gcc-mipsisa64r6-linux-gnuabi64 libc6-dev-mips64r6-cross
# Packages: gcc-mipsisa64r6el-linux-gnuabi64 libc6-dev-mips64r6el-cross
# Packages: gcc-powerpc-linux-gnu libc6-dev-powerpc-cross
# Packages: gcc-powerpc64-linux-gnu libc6-dev-ppc64-cross
# Packages: gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross
# Packages: gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
# Packages: gcc-s390x-linux-gnu libc6-dev-s390x-cross
# Packages: gcc-sh4-linux-gnu libc6-dev-sh4-cross
# Packages: gcc-sparc64-linux-gnu libc6-dev-sparc64-cross
# Packages: gcc-x86-64-linux-gnux32 libc6-dev-x32-cross
# These are all machines for which Debian 12 has a compiler, a C library and
# kernel headers with notifications. If names of machines are given as arguments,
# only these are tested.
#
# For each, make gets the compiler as CC, and a PKG_CONFIG that finds an empty
# Check: Debian 12 has no Check for most of the machines, so the suite is linked
# with a library that defines all functions of Check, but empty. check-machines
# runs the suite. The compiler and the linker must not print a warning. The library
# must have the same six symbols, need libc alone, and be at most 16 KiB when it
# is stripped. Its relocations must be done and write-protected at start, and its
# stack must not be executable.
#
# The file of each library may have a hole of zeros, so that the data begin on a
# page of their own. That hole is not counted, because it can be as large as the
# largest page that the machine's kernels have. The library for hppa, where
# libgcc adds the atomic operations, is 15 KiB without the hole.
. "$(dirname "$0")/../lib/common.sh"
need readelf binutils
need pkg-config pkg-config
pkg-config --exists check || fail "Check is missing: install the package check"

LIMIT=16384
machines="aarch64-linux-gnu alpha-linux-gnu arc-linux-gnu arm-linux-gnueabi
	arm-linux-gnueabihf hppa-linux-gnu i686-linux-gnu m68k-linux-gnu
	mips-linux-gnu mips64-linux-gnuabi64 mips64el-linux-gnuabi64
	mipsel-linux-gnu mipsisa32r6-linux-gnu mipsisa32r6el-linux-gnu
	mipsisa64r6-linux-gnuabi64 mipsisa64r6el-linux-gnuabi64
	powerpc-linux-gnu powerpc64-linux-gnu
	powerpc64le-linux-gnu riscv64-linux-gnu s390x-linux-gnu sh4-linux-gnu
	sparc64-linux-gnu x86_64-linux-gnux32"
[ "$#" = 0 ] || machines=$*

# Check's headers are the same for each machine. check.c defines its functions.
headers=$(pkg-config --variable=includedir check)
mkdir "$work/include"
cp "$headers"/check*.h "$work/include"
nm --defined-only "$(pkg-config --variable=libdir check)/libcheck.a" |
	awk '$2 == "T" { print "void " $3 "(void);\nvoid " $3 "(void)\n{\n}" }' \
		>"$work/check.c"

# The zeros between two segments of the file, up to the start of a page.
hole() {
	readelf -lW "$1" | awk '
		function value(hex, n, i) {
			for (i = 3; i <= length(hex); i++)
				n = 16 * n + index("123456789abcdef", substr(hex, i, 1))
			return n
		}
		$1 == "LOAD" {
			if (end && value($NF) >= 4096)
				hole += value($2) - end
			end = value($2) + value($5)
		}
		END { print hole + 0 }'
}

check_machine() {
	local machine=$1 build=build/cross/$1 library size rest log=$work/$1.log
	local empty=$work/$1.check

	rm -rf "$build"
	mkdir "$empty"
	"$machine-gcc" -shared -fPIC -o "$empty/libcheck.so" "$work/check.c"
	cat >"$empty/check.pc" <<-end
		Name: check
		Description: Check without its code
		Version: 0
		Cflags: -I"$work/include"
		Libs: -L"$empty" -lcheck
	end
	make -s BUILD="$build" CC="$machine-gcc" PKG_CONFIG="env \
		PKG_CONFIG_LIBDIR='$empty' pkg-config" all programs >"$log" 2>&1 || {
		cat "$log" >&2
		fail "make CC=$machine-gcc all programs fails"
	}
	[ ! -s "$log" ] || {
		cat "$log" >&2
		fail "make CC=$machine-gcc has the warnings above"
	}
	library=$work/$machine
	"$machine-strip" -o "$library" "$build/$shared"
	check_library "$library" "the library for $machine"

	readelf -dW "$library" | grep -q 'FLAGS.*BIND_NOW' ||
		fail "the library for $machine binds its symbols late"
	# For MIPS, the linker makes no such segment.
	readelf -lW "$library" | grep -q GNU_RELRO || [[ $machine == mips* ]] ||
		fail "the library for $machine has no GNU_RELRO segment"
	readelf -lW "$library" | grep -q 'GNU_STACK.* RW ' ||
		fail "the library for $machine asks for an executable stack"
	if readelf -dW "$library" | grep -q TEXTREL; then
		fail "the library for $machine has relocations in its text"
	fi
	size=$(stat -c %s "$library")
	rest=$((size - $(hole "$library")))
	ok "$machine: $size bytes stripped, $rest without the hole"
	[ "$rest" -le "$LIMIT" ] ||
		fail "the library for $machine has $rest bytes, more than $LIMIT"
}

# Two at a time.
count=0
for machine in $machines; do
	need "$machine-gcc" "gcc-${machine/x86_/x86-}"
	count=$((count + 1))
	[ "$(jobs -pr | wc -l)" -lt 2 ] || wait -n || failed=1
	check_machine "$machine" &
done
while [ "$(jobs -pr | wc -l)" != 0 ]; do
	wait -n || failed=1
done
[ -z "${failed-}" ] || fail "see above"
ok "$count machines: library and suite built, no warning, the same six symbols ($SECONDS s)"
