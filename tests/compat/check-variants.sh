#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-variants: Run the tests with other compilers, libraries and headers
# Packages: apt build-essential check clang debian-archive-keyring dpkg-dev file
# Packages: gperf lib32gcc-12-dev libc6-dev-i386 libseccomp-dev lld make
# Packages: mmdebstrap mount musl-tools pkg-config
#
# Prints a line for each variant. Each has to run as many checks as the native
# suite, and the compiler and the linker must not print a warning. This needs
# root, to make a minimal Debian for each release. Downloads, and what is built
# from them, are kept in build/variants.
# shellcheck disable=SC2016 # what is in single quotes, another shell expands
. "$(dirname "$0")/../lib/common.sh"
. tests/lib/apt.sh

out=$PWD/build/variants
store=$out/store
mkdir -p "$store"

need clang clang
need ld.lld lld
need mmdebstrap mmdebstrap
need musl-gcc musl-tools
need gperf gperf
need dpkg-source dpkg-dev
[ "$(id -u)" = 0 ] || fail "only root can make a Debian of its own"

# --- Running the suite -------------------------------------------------------

# quiet LOG: the log contains only what the suite prints.
quiet() {
	if grep -vE '^(Running suite|100%: Checks|SKIP: |Skipped: )' "$1" >&2; then
		fail "the words above, in $1, should not be there"
	fi
}

# checks VARIANT LOG: prints how many checks ran. They must be as many as in the
# native suite.
checks() {
	local count
	count=$(sed -n 's/^100%: Checks: \([0-9]*\), .*/\1/p' "$2")
	grep '^SKIP' "$2" || true
	[ "${native:=$count}" = "${count:-none}" ] ||
		fail "$1: Checks: ${count:-none}, not $native, see $2"
	ok "$1: Checks: $count ($SECONDS s)"
}

# suite VARIANT FOLDER VARIABLE=...: builds the suite there, and runs it.
suite() {
	local variant=$1 build=$out/$2
	shift 2
	rm -rf "$build"
	make -s BUILD="$build" "$@" check >"$build.log" 2>&1 || {
		cat "$build.log" >&2
		fail "$variant: make check fails"
	}
	quiet "$build.log"
	checks "$variant" "$build.log"
}

check_compilers() {
	local cc
	suite "as it comes" native
	for cc in gcc clang; do
		suite "$cc -O0" "$cc-O0" CC="$cc" CFLAGS="-O0 -Werror"
		suite "$cc -O2 fortified" "$cc-fortified" CC="$cc" \
			CFLAGS="-O2 -Werror" CPPFLAGS=-D_FORTIFY_SOURCE=2
	done
	suite "gcc -O3 -flto" gcc-lto CC=gcc AR=gcc-ar \
		CFLAGS="-O3 -flto=auto -Werror"
	suite "clang -O3 -flto" clang-lto CC=clang AR=llvm-ar-14 \
		CFLAGS="-O3 -flto -Werror" LDFLAGS=-fuse-ld=lld
}

# --- Debian's archive --------------------------------------------------------

# unpacked SUITE-ARCH PACKAGE...: unpacks them once, to the store's folder root.
unpacked() {
	local root=$store/$1/root fetched
	apt_fetch "$@" || return
	[ "$(cat "$root.packages" 2>/dev/null)" = "${fetched[*]}" ] || {
		rm -rf "$root"
		apt_unpack "$1" "$root" "${@:2}" || return
		echo "${fetched[*]}" >"$root.packages"
	}
}

# --- 32 bits -----------------------------------------------------------------

check_32_bits() {
	local root=$store/$home-i386/root lib=usr/lib/i386-linux-gnu
	local build=$out/m32 program

	unpacked "$home-i386" check libsubunit-dev libsubunit0 libseccomp2 || {
		missing "$home-i386" "gcc -m32"
		return
	}
	local variables=(CC="gcc -m32" CFLAGS="-O2 -Werror"
		CPPFLAGS="-isystem /usr/include/x86_64-linux-gnu"
		LDFLAGS="-L$root/$lib -Wl,-rpath,$root/$lib"
		PKG_CONFIG="env PKG_CONFIG_LIBDIR=$root/$lib/pkgconfig pkg-config")
	rm -rf "$build"
	make -s BUILD="$build" "${variables[@]}" all programs \
		>"$build.log" 2>&1 || {
		cat "$build.log" >&2
		fail "gcc -m32: the suite can't be built"
	}
	quiet "$build.log"
	for program in suite secure example readme; do
		file "$build/tests/$program" | grep -q 'ELF 32-bit' ||
			fail "gcc -m32: $program is not of 32 bits"
	done
	# The shell's exit status for an exec format error is 126.
	program=0
	"$build/tests/secure" 2>/dev/null || program=$?
	if [ "$program" = 126 ]; then
		echo "SKIP: gcc -m32: built without a warning; this kernel runs no 32-bit program: make check-machines runs the suite for i386"
		return
	fi
	LD_LIBRARY_PATH=$root/$lib suite "gcc -m32" m32 "${variables[@]}"
}

# --- musl --------------------------------------------------------------------

# for_musl PACKAGE LIBRARY FOLDER OPTION...: builds FOLDER in the package's source
# tree, and then LIBRARY, which depends on it.
for_musl() {
	local package=$1 library=$2 folder=$3 log=$store/$1.log
	shift 3
	[ ! -e "$store/$package/done" ] || return 0
	(cd "$store/$package" && ./configure -q CC=musl-gcc CFLAGS="-O2 -w" \
		CPPFLAGS="$headers" --host=x86_64-linux-musl "$@" &&
		make -s -C "$folder" && make -s -C src "$library.la" &&
		touch "$store/$package/done") >"$log" 2>&1 || {
		cat "$log" >&2
		fail "musl: $package can't be built for it"
	}
}

check_musl() {
	local root=$store/$home-amd64/root/usr/include package
	local headers="-isystem $root -isystem $root/x86_64-linux-gnu"
	local libs build=$out/musl-static

	unpacked "$home-amd64" linux-libc-dev || {
		missing "$home-amd64" musl
		return
	}
	for package in check libseccomp; do
		apt_source "$home" "$package" "$store/$package" || {
			missing "$home-source" musl
			return
		}
	done
	for_musl check libcheck lib --disable-shared --disable-subunit
	for_musl libseccomp libseccomp include --disable-static
	cat >"$store/check.pc" <<-EOF
		Name: check
		Description: Check for musl
		Version: 0
		Cflags: -I$store/check/src -I$store/check
		Libs: -L$store/check/src/.libs -lcheck
	EOF
	libs=$store/libseccomp/src/.libs
	suite musl musl CC=musl-gcc CFLAGS="-O2 -Werror" CPPFLAGS="$headers" \
		PKG_CONFIG="env PKG_CONFIG_LIBDIR=$store pkg-config" \
		LDFLAGS="-Wl,-rpath,$libs"

	rm -rf "$build"
	make -s BUILD="$build" CC=musl-gcc CFLAGS="-O2 -Werror" \
		CPPFLAGS="$headers" "$build/libseccomp-notify.a" \
		"$build/tests/readme.c"
	# shellcheck disable=SC2086 # options
	musl-gcc -O2 -Wall -Werror -static -Iinclude $headers \
		-o "$build/supervisor" "$build/tests/readme.c" \
		-L"$build" -lseccomp-notify
	same "the README's program, static with musl, says something else" \
		"my parent is 4711" "$("$build/supervisor")"
	ok "musl, the README's program, static: $(stat -c %s "$build/supervisor") bytes ($SECONDS s)"
}

# --- Older and newer headers and systems -------------------------------------

check_headers() {
	local suite root
	for suite in bullseye sid; do
		unpacked $suite-amd64 linux-libc-dev || {
			missing $suite-amd64 "Linux's headers of $suite"
			continue
		}
		root=$store/$suite-amd64/root/usr/include
		suite "Linux's headers of $suite, $(version_of "$root")" \
			"headers-$suite" CFLAGS="-O2 -Werror" \
			CPPFLAGS="-isystem $root -isystem $root/x86_64-linux-gnu"
	done
}

# version_of HEADERS: the version of Linux that they are of.
version_of() {
	awk '/LINUX_VERSION_CODE/ {
		print int($3 / 65536) "." int($3 / 256) % 256
	}' "$1/linux/version.h"
}

# within CHROOT COMMAND: runs it there, as a fresh login does.
within() {
	# The kernel removes the mount when the last process that sees it ends.
	unshare --mount sh -euc 'mount -t proc proc "$0/proc"; exec "$@"' \
		"$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		chroot "$1" sh -euc "cd /source; $2" </dev/null
}

# release SUITE COMPILER...: runs the README's command on a Debian with nothing
# installed, and then the suite with each compiler. A name that ends with -
# means the newest version.
release() {
	local suite=$1 chroot=$work/$1 log=$out/$1.log command cc
	shift
	command=$(grep -x 'apt-get .*&& make check' README.md)
	# The lists of a mirror that lags behind may have expired.
	if ! sources "$suite" | mmdebstrap --mode=root --variant=apt --dpkgopt=force-unsafe-io \
		--aptopt='Acquire::Check-Valid-Until "false"' "$suite" \
		"$chroot" - >"$log" 2>&1; then
		grep -E '^E: |Err' "$log" >&2
		network_failed "$log" ||
			fail "mmdebstrap could not make a Debian $suite, see $log"
		echo "SKIP: $check: Debian $suite: its packages could not be downloaded"
		return
	fi
	copy_source "$chroot/source"
	cp /etc/resolv.conf "$chroot/etc"
	run_there "$suite" "$log" "$command" || return 0
	checks "Debian $suite, $(chroot "$chroot" gcc -dumpfullversion | sed 's/^/gcc /'), $(chroot "$chroot" ldd --version | sed -n '1s/.* /glibc /p')" "$log"
	for cc; do
		[[ $cc != *- ]] || cc=$(chroot "$chroot" apt-cache search \
			--names-only "^${cc}[0-9]+\$" | sort -V |
			sed -n '$s/ .*//p')
		log=$out/$suite-$cc.log
		run_there "$suite" "$log" "apt-get install -y $cc && make \
			BUILD=/tmp/$cc CC=$cc CFLAGS='-O2 -g -Werror' check" || continue
		checks "Debian $suite, $cc" "$log"
	done
	rm -rf "$chroot"
}

# run_there SUITE LOG COMMAND
run_there() {
	within "$work/$1" "$3" >"$2" 2>&1 || {
		if network_failed "$2"; then
			echo "SKIP: $check: Debian $1: packages could not be downloaded"
			return 1
		fi
		tail -n 40 "$2" >&2
		fail "Debian $1 fails: $3"
	}
	if grep -i 'warning: ' "$2" | grep -vE \
		'^(debconf|dpkg|invoke-rc.d|update-alternatives): ' >&2; then
		fail "Debian $1: the build has the warnings above"
	fi
}

# --- A packager's ways -------------------------------------------------------

copy_source() {
	mkdir "$1"
	cp -r Makefile README.md libseccomp-notify.pc.in include src tests man "$1"
}

# lines LOG PATTERN WORD...: lines match the pattern, and each has all words.
lines() {
	local log=$1 pattern=$2 found word
	shift 2
	found=$(grep -E -e "$pattern" "$log") || fail "no $pattern in $log"
	for word; do
		if grep -vF -e "$word" <<<"$found" >&2; then
			fail "a packager's $word does not reach the command above"
		fi
	done
}

check_packager() {
	local log=$out/variables.log user=(setpriv --reuid 65534 --regid 65534
		--clear-groups)

	rm -rf "$out/variables"
	make BUILD="$out/variables" CC="env FROM_CC=1 gcc" \
		AR="env FROM_AR=1 ar" CFLAGS="-O1 -DFROM_CFLAGS" \
		CPPFLAGS=-DFROM_CPPFLAGS LDFLAGS=-Wl,-z,separate-code \
		all programs |
		sed -e ':join' -e '/\\$/{N;s/\\\n//;b join' -e '}' >"$log"
	lines "$log" '(^| )-c ' FROM_CC=1 -DFROM_CFLAGS -DFROM_CPPFLAGS
	lines "$log" '-shared' FROM_CC=1 -DFROM_CFLAGS separate-code
	lines "$log" '-o [^ ]*/(suite|secure|example|readme|demo) ' FROM_CC=1 \
		-DFROM_CFLAGS separate-code
	lines "$log" ' rcs ' FROM_AR=1
	ok "CC, CFLAGS, CPPFLAGS, LDFLAGS and AR reach each command"

	suite "CFLAGS empty" no-cflags CFLAGS=
	suite "make -j2" j2 -j2

	copy_source "$work/source"
	chmod -R a-w,a+rX "$work/source"
	mkdir "$work/products"
	chown 65534 "$work/products"
	log=$out/read-only.log
	"${user[@]}" make -s -C "$work/source" BUILD="$work/products" check \
		>"$log" 2>&1 || {
		cat "$log" >&2
		fail "an ordinary user cannot build a read-only source and check it"
	}
	quiet "$log"
	checks "from a read-only folder, as an ordinary user" "$log"

	copy_source "$work/with a space"
	log=$out/space.log
	make -s -C "$work/with a space" check >"$log" 2>&1 || {
		cat "$log" >&2
		fail "make check fails in a folder with a space in its name"
	}
	quiet "$log"
	checks "in a folder with a space in its name" "$log"
}

native=
check_compilers
check_packager
check_32_bits
check_musl
check_headers
release bullseye gcc-9 clang-9
release trixie
release sid gcc- clang-
echo "check-variants: each variant runs the same $native checks ($SECONDS s)."
