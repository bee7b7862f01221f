#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-sanitizers: Run the tests under ASan with UBSan, TSan and valgrind
# Packages: gcc clang libclang-rt-14-dev make check pkg-config libseccomp2 valgrind
set -euo pipefail
command -v valgrind >/dev/null || {
	echo "check-sanitizers: valgrind is missing: install the package valgrind" >&2
	exit 1
}
native=$(make -s BUILD=build/sanitizers/native check | grep -o 'Checks: [0-9]*')

# suite COMPILER NAME OPTIONS...
# clang leaves the sanitizer to the program: -z undefs.
suite() {
	local compiler=$1 name=$2 build=build/sanitizers/$1-$2 checks
	shift 2
	rm -rf "$build"
	make -s BUILD="$build" CC="$compiler" \
		CFLAGS="-O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all $*" \
		LDFLAGS="$* -Wl,-z,undefs" check 2>&1 | tee "$build.log" | grep -v '^SKIP' || {
		cat "$build.log"
		exit 1
	}
	if grep -aE 'runtime error|Sanitizer:|LeakSanitizer' "$build.log"; then
		echo "check-sanitizers: $compiler with $* reports the lines above" >&2
		exit 1
	fi
	checks=$(grep -o 'Checks: [0-9]*' "$build.log")
	[ "$checks" = "$native" ] || {
		echo "check-sanitizers: $compiler with $* ran $checks, not $native" >&2
		exit 1
	}
	echo "ok: $compiler $name: $checks"
}

mkdir -p build/sanitizers
for compiler in gcc clang; do
	suite "$compiler" address -fsanitize=address,undefined
	suite "$compiler" thread -fsanitize=thread
done

# valgrind can't follow a target into its filter: the target is a program of
# its own, which valgrind does not follow.
build=build/sanitizers/valgrind
make -s BUILD="$build"
flags="-std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O1 -g -Iinclude -Itests/lib"
# shellcheck disable=SC2086 # options
gcc $flags -o "$build/target" tests/quality/valgrind-target.c tests/lib/trap.c
# shellcheck disable=SC2086 # options
gcc $flags -o "$build/supervisor" tests/quality/valgrind-supervisor.c tests/lib/{process,trap}.c \
	-L"$build" -Wl,-rpath,"$PWD/$build" -lseccomp-notify
for wake_up in 0 1; do
	SECCOMP_NOTIFY_SYNC_WAKE_UP=$wake_up timeout 120 valgrind --quiet \
		--suppressions=tests/quality/valgrind.supp --error-exitcode=99 \
		--leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all \
		--track-fds=yes --trace-children=no --log-file="$build/log" \
		"$build/supervisor" "$build/target" || {
		cat "$build/log"
		echo "check-sanitizers: the supervisor failed under valgrind" >&2
		exit 1
	}
	# Those that were not inherited are listed with the place that opened them.
	if grep -A 1 'Open file descriptor' "$build/log" | grep -q ' at 0x'; then
		cat "$build/log"
		echo "check-sanitizers: a descriptor is left open" >&2
		exit 1
	fi
	echo "ok: valgrind, SECCOMP_NOTIFY_SYNC_WAKE_UP=$wake_up: no error, no leak"
done
