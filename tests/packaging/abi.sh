# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# The binary interface, and reproducible builds of the library
# shellcheck shell=bash disable=SC2016,SC2153,SC2154,SC2164
# check-packages.sh sources this file.

check_abi() {
	if [ "$arch" != x86_64 ]; then
		echo "SKIP: binary interface: its description is for x86-64, and this is $arch"
		return
	fi
	step "binary interface"
	run abi make -s -C "$source" BUILD=build-abi CFLAGS="-O2 -g"
	abidiff "$recipes/$NAME.abi" "$source/build-abi/$shared" >&2 ||
		fail "the binary interface is not the one of $recipes/$NAME.abi. If the change is intended, make a new description:" \
			"abidw --no-corpus-path --no-comp-dir-path --no-show-locs --type-id-style hash" \
			"--exported-interfaces-only --drop-undefined-syms LIBRARY, built with -g"
}

build_library() {
	make -s -C "$1/source" BUILD="build-$2" CC="$2"
}

check_twice() {
	local cc i file

	for cc in gcc clang; do
		step "library twice with $cc"
		for i in 1 2; do
			run "twice-$cc$i" in_place $i build_library "$(place $i)" $cc
		done
		for file in "$shared" "$NAME.a"; do
			equal "$file of $cc" "source/build-$cc/$file"
		done
		check_library "$place1/source/build-$cc/$shared" \
			"the library that $cc makes"
	done
}
