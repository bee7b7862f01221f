#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-cross: Build for five other machines with nothing but CC given
# Packages: make binutils gcc-aarch64-linux-gnu libc6-dev-arm64-cross
# Packages: gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
# Packages: gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross
# Packages: gcc-s390x-linux-gnu libc6-dev-s390x-cross
# Packages: gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
# On each: no warning, the same six symbols, libc alone, not above 16 KiB
# stripped, all relocations done and write-protected at start, no executable
# stack.
#
# On machines whose pages may be of 64 KiB, the file of each library has a hole
# of zeros, so that what is written begins on a page of its own; that hole is
# not counted. (-z max-page-size=4096 would close it, and the library would not
# load on kernels with such pages.)
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
need readelf binutils

LIMIT=16384
machines="aarch64-linux-gnu arm-linux-gnueabihf powerpc64le-linux-gnu
	s390x-linux-gnu riscv64-linux-gnu"
failed=0

# The zeros between two segments of the file, for pages of more than 4 KiB.
hole() {
	readelf -lW "$1" | awk '
		function value(hex, n, i) {
			for (i = 3; i <= length(hex); i++)
				n = 16 * n + index("123456789abcdef", substr(hex, i, 1))
			return n
		}
		$1 == "LOAD" {
			if (end && value($NF) > 4096)
				hole += value($2) - end
			end = value($2) + value($5)
		}
		END { print hole + 0 }'
}

check_machine() {
	local machine=$1 build=build/cross/$1 library size rest log=$work/$1.log

	rm -rf "$build"
	make BUILD="$build" CC="$machine-gcc" >"$log" 2>"$log.err" || {
		cat "$log" "$log.err" >&2
		fail "make CC=$machine-gcc fails"
	}
	[ ! -s "$log.err" ] || {
		cat "$log.err" >&2
		fail "make CC=$machine-gcc has the warnings above"
	}
	library=$work/$machine
	"$machine-strip" -o "$library" "$build/$shared"
	check_library "$library" "the library for $machine"

	readelf -dW "$library" | grep -q 'FLAGS.*BIND_NOW' ||
		fail "the library for $machine binds its symbols late"
	readelf -lW "$library" | grep -q GNU_RELRO ||
		fail "the library for $machine has no GNU_RELRO segment"
	readelf -lW "$library" | grep -q 'GNU_STACK.* RW ' ||
		fail "the library for $machine asks for an executable stack"
	if readelf -dW "$library" | grep -q TEXTREL; then
		fail "the library for $machine has relocations in its text"
	fi
	size=$(stat -c %s "$library")
	rest=$((size - $(hole "$library")))
	echo "$machine: $size bytes stripped, $rest without the hole"
	[ "$rest" -le "$LIMIT" ] ||
		fail "the library for $machine has $rest bytes, more than $LIMIT"
}

for machine in $machines; do
	need "$machine-gcc" "gcc-$machine"
	(check_machine "$machine") || failed=1
done
[ "$failed" = 0 ] || fail "see above"
echo "check-cross: five machines, no warning, the same six symbols."
