#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-sanitizers: Run the tests under sanitizers, and a supervisor under valgrind
# Packages: gcc clang libclang-rt-14-dev make check pkg-config libseccomp2 valgrind
#
# The suite is built by the plain command that a developer types, with no more
# options than -fsanitize=NAME. It has as many checks as without a sanitizer, and
# those that it skips are shown.
. "$(dirname "$0")/../lib/common.sh"
need clang clang
need gcc gcc
need valgrind valgrind

out=build/sanitizers
mkdir -p "$out"

# suite COMPILER SANITIZER
suite() {
	local log=$out/$1-$2.log count
	make -s BUILD="$out/$1-$2" CC="$1" CFLAGS="${2:+-fsanitize=$2}" check \
		>"$log" 2>&1 || {
		cat "$log" >&2
		fail "make CC=$1 CFLAGS=-fsanitize=$2 check fails"
	}
	if grep -aE 'runtime error|Sanitizer:|warning: ' "$log" >&2; then
		fail "make CC=$1 CFLAGS=-fsanitize=$2 check reports the lines above"
	fi
	count=$(grep -o 'Checks: [0-9]*' "$log")
	same "make CC=$1 CFLAGS=-fsanitize=$2 check has other checks" \
		"${native:=$count}" "$count"
	grep '^SKIP' "$log" || true
	ok "$1 ${2:-without a sanitizer}: $count$(
		sed -n 's/^Skipped: \([0-9]*\) of .*/, \1 skipped/p' "$log") ($SECONDS s)"
}

suite gcc ""
for sanitizer in address undefined thread; do
	suite gcc "$sanitizer"
	suite clang "$sanitizer"
done
suite clang memory

# valgrind cannot run a target under its filter. The target is therefore a
# program of its own, which valgrind does not trace.
build=$out/valgrind
make -s BUILD="$build"
flags="-std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O1 -g -Iinclude -Itests/lib"
# shellcheck disable=SC2086 # options
gcc $flags -o "$build/target" tests/quality/valgrind-target.c tests/lib/trap.c
# shellcheck disable=SC2086 # options
gcc $flags -o "$build/supervisor" tests/quality/valgrind-supervisor.c tests/lib/{process,trap}.c \
	-L"$build" -Wl,-rpath,"$PWD/$build" -lseccomp-notify
for wake_up in 0 1; do
	SECCOMP_NOTIFY_SYNC_WAKE_UP=$wake_up timeout --foreground 600 valgrind --quiet \
		--suppressions=tests/quality/valgrind.supp --error-exitcode=99 \
		--leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all \
		--track-fds=yes --trace-children=no --log-file="$build/log" \
		"$build/supervisor" "$build/target" || {
		cat "$build/log" >&2
		fail "the supervisor failed under valgrind"
	}
	# For each descriptor that was not inherited, valgrind prints where it was opened.
	if grep -A 1 'Open file descriptor' "$build/log" | grep -q ' at 0x'; then
		cat "$build/log" >&2
		fail "a descriptor is left open"
	fi
	ok "valgrind, SECCOMP_NOTIFY_SYNC_WAKE_UP=$wake_up: no error, no leak"
done
