#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-dropin: Use the library in each way, alongside libseccomp and alone
# Packages: binutils check clang cmake debian-archive-keyring diffutils g++ gcc
# Packages: libc6-dev libcap2-bin libseccomp-dev make mount perl pkg-config python3
# Packages: util-linux
#
# Uses the files that `make install` installs, through pkg-config. Measures the
# documented differences from the libseccomp that is installed here, and from
# those of newer Debian releases. The parts are in tests/compat/dropin.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
. tests/lib/apt.sh

OURS=libseccomp-notify.so.1
THEIRS=libseccomp.so.2
NEWER="trixie sid"
dropin=tests/compat/dropin
stage=$work/stage
lib=$stage/usr/local/lib
# The dynamic linker finds ours there.
export LD_LIBRARY_PATH=$lib
export -f fail
export check stage work dropin

need clang clang
need cmake cmake
need g++ g++
need gcc gcc
need mount mount
need pkg-config pkg-config
need python3 python3
need readelf binutils
need setcap libcap2-bin
need unshare util-linux
pkg-config --exists check || fail "Check is missing: install the package check"
pkg-config --exists libseccomp ||
	fail "libseccomp is missing: install the package libseccomp-dev"

python=$(python3 -c 'import sys; print(sys.executable)')

ok() {
	echo "ok: $* ($SECONDS s)"
}

# flags OPTIONS...: prints pkg-config's flags for the installed files.
flags() {
	PKG_CONFIG_LIBDIR=$stage/usr/local/lib/pkgconfig \
		PKG_CONFIG_SYSROOT_DIR=$stage pkg-config "$@" libseccomp-notify
}

# Runs a command where no file of libseccomp exists.
without_libseccomp() {
	local root=()
	[ "$(id -u)" = 0 ] || root=(--map-root-user)
	mkdir -p "$work/hidden"
	unshare --mount "${root[@]}" "$dropin/hide-libseccomp.sh" \
		"$work/hidden" "$@"
}

# build PROGRAM OPTIONS...: builds drop-in.c; the compiler must be silent.
build() {
	local program=$work/$1
	shift
	"${compiler:-gcc}" -D_GNU_SOURCE -Wall -Wextra -Werror -o "$program" \
		"$dropin/drop-in.c" "$@" 2>"$work/err" || {
		cat "$work/err" >&2
		return 1
	}
	[ ! -s "$work/err" ] || {
		cat "$work/err" >&2
		fail "warnings in building with $*"
	}
}

# bindings COMMAND...: runs the command, which must work, and prints to which
# files the dynamic linker binds the functions: FILE NAME FILE-THAT-DEFINES-IT.
# The bindings of libseccomp itself are left out.
bindings() {
	rm -f "$work"/bindings.*
	LD_BIND_NOW=1 LD_DEBUG=bindings LD_DEBUG_OUTPUT=$work/bindings \
		timeout --foreground 300 "$@" >"$work/out" 2>&1 || {
		cat "$work/out" >&2
		fail "this does not work: $*"
	}
	same "$* prints something else" "3 calls answered" "$(cat "$work/out")"
	cat "$work"/bindings.* | sed -n \
		's/.*binding file \(.*\) \[.*\] to \(.*\) \[.*\]: .*`\(seccomp_.*\)'\''.*/\1 \3 \2/p' |
		sed 's|[^ ]*/||g' | grep -v "^$THEIRS " | sort -u
}

# load PLUGIN PRELOADED MODE: the bindings of a plugin that Python opens in this
# mode, for example RTLD_LOCAL.
load() {
	bindings env LD_PRELOAD="$2" "$python" -c 'import ctypes, os, sys
sys.exit(ctypes.CDLL(sys.argv[1], getattr(os, sys.argv[2])).main())' "$1" "$3"
}

# expected PROGRAM LIBRARY: the bindings if the program gets the six functions
# from that library, and all others from libseccomp.
expected() {
	local call
	{
		for call in $calls; do
			echo "$1 $call $2"
		done
		for call in seccomp_init seccomp_load seccomp_release \
			seccomp_rule_add; do
			echo "$1 $call $THEIRS"
		done
	} | sort
}

make -s install DESTDIR="$stage"

# Downloads the lists of packages for differences.sh in the background.
arch=$(dpkg --print-architecture)
for suite in $NEWER; do
	apt_update "$suite-$arch"
done &

. tests/compat/dropin/linking.sh
. tests/compat/dropin/modules.sh
. tests/compat/dropin/headers.sh
. tests/compat/dropin/differences.sh
. tests/compat/dropin/seeing.sh
