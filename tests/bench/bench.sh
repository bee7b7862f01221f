#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# bench: Compare with bare ioctls and libseccomp, and check the goals
# Packages: gcc libc6-dev make binutils pkg-config libseccomp-dev
# See tests/bench/README.md. In the environment, or as variables of make:
#   BENCH=counts    what repeats exactly, in seconds: no rates
#   BENCH=wake-up   the wake-up table of the last run, for README and man page
#   BENCH=plot      the data for bench-plot.sh of the last run
#   ROUNDS=11       how often each measurement takes its turn
#   MS=300          how long one takes, in milliseconds
set -euo pipefail
export LC_ALL=C
unset SECCOMP_NOTIFY_SYNC_WAKE_UP LD_PRELOAD

what=${BENCH:-all}
rounds=${ROUNDS:-11}
ms=${MS:-300}
build=build/bench
library=$PWD/build/libseccomp-notify.so.1
rates=$build/rates.tsv
counts=$build/counts.tsv

fail() {
	echo "bench: $*" >&2
	exit 1
}

# need COMMAND PACKAGE
need() {
	command -v "$1" >/dev/null ||
		fail "the command $1 is missing: install the package $2"
}

# program NAME SUFFIX OPTIONS...: linked as a user of that library does it.
program() {
	local name=$1 suffix=$2
	shift 2
	"${CC:-cc}" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -O2 -g \
		-Itests/lib -o "$build/$name-$suffix" "tests/bench/$name.c" \
		tests/bench/targets.c tests/lib/trap.c -pthread "$@"
}

compile() {
	local name

	make -s all
	mkdir -p "$build"
	for name in bench count; do
		program $name bare -DBARE -DCALLER_CLEARS
		program $name ours -Iinclude -Lbuild \
			-Wl,-rpath,"$PWD/build" -lseccomp-notify
		# shellcheck disable=SC2046 # options
		program $name libseccomp -DCALLER_CLEARS \
			$(pkg-config --cflags --libs libseccomp)
	done
}

# Flags of Linux 6.6; without it, those rows stay empty.
has_sync_wake_up() {
	SECCOMP_NOTIFY_SYNC_WAKE_UP=1 "$build/bench-bare" 1 1 one 1 \
		>/dev/null 2>&1
}

# variant NAME PROGRAM ARGUMENT...: bare, ours or libseccomp; with "+sync",
# synchronous wake-up on; libseccomp+preload is its program, not rebuilt.
variant() {
	local name=$1 program=$build/$2-${1%+*}
	shift 2
	case $name in
	*+preload) LD_PRELOAD=$library SECCOMP_NOTIFY_SYNC_WAKE_UP=1 "$program" "$@" ;;
	*+sync) SECCOMP_NOTIFY_SYNC_WAKE_UP=1 "$program" "$@" ;;
	*) "$program" "$@" ;;
	esac
}

# count VARIANT WHAT LISTENERS TARGETS
count() {
	local lines call number

	lines=$(variant "$1" count "$2" "$3" "$4") ||
		fail "counting $2 of $1 with $3 listeners and $4 targets failed"
	while read -r call number; do
		printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$2" "$3" "$4" "$1" "$call" \
			"$number"
	done <<<"$lines"
}

# startup VARIANT LIBRARY
startup() {
	strip -o "$build/stripped" "$2"
	printf 'startup\t0\t0\t%s\t%s\t%s\n' \
		"$1" relocations "$(readelf -rW "$2" | grep -c R_)" \
		"$1" bytes "$(stat -c %s "$build/stripped")" \
		"$1" dirty "$("$build/count-$1" pages "$(basename "$2")")"
	rm "$build/stripped"
}

count_all() {
	local name kind libseccomp

	for name in bare ours libseccomp $sync; do
		for kind in instructions calls; do
			count "$name" $kind 1 1
			count "$name" $kind 100 1
		done
		count "$name" instructions 1 1000
	done
	libseccomp=$(ldd "$build/count-libseccomp" |
		sed -n 's/.*libseccomp\.so\.2 => \([^ ]*\) .*/\1/p')
	startup ours "$(realpath "$library")"
	startup libseccomp "$(realpath "$libseccomp")"
}

# turns VARIANTS TARGETS SUPERVISORS PROCESSORS [WORK-AFTER WORK-BETWEEN]
# The variants take turns; works are in microseconds.
turns() {
	local variants=$1 after=${5:-0} between=${6:-0} name result
	for name in $variants; do
		result=$(variant "$name" bench "$2" "$3" "$4" "$ms" \
			$((after * pace)) $((between * pace))) ||
			fail "$name, $2 targets, $3 supervisors, $4: failed"
		printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$2" "$3" "$4" \
			"$after" "$between" "$name" "$round" "${result// /$'\t'}"
	done
}

one_round() {
	local libraries="bare ours libseccomp" threads work

	for threads in "1 1" "8 1" "8 4" "64 8"; do
		# shellcheck disable=SC2086 # two numbers
		turns "$libraries $sync" $threads one
		# shellcheck disable=SC2086
		turns "$libraries $sync" $threads all
	done
	[ -z "$sync" ] || turns libseccomp+preload 1 1 all
	for work in "2 1 all 0 0" "4 2 all 0 0" "1 1 all 10 10" \
		"1 1 all 100 100" "1 1 all 1000 1000" "2 2 all 100 100"; do
		# shellcheck disable=SC2086 # five arguments
		turns "bare ours $sync" $work
	done
	turns "$libraries" 10 1 one
	turns "$libraries" 100 1 one
	turns "$libraries" 1000 1 one
	turns "$libraries" 1 epoll one
	turns "$libraries" 10 epoll one
	turns "$libraries" 100 epoll one
}

about() {
	local model

	model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
	echo "${model:-$(uname -m)}, $(nproc) processors," \
		"$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), Linux $(uname -r)," \
		"$("${CC:-cc}" --version | head -n 1)," \
		"libseccomp-notify $(sed -n 's/^VERSION = //p' Makefile)," \
		"libseccomp $(pkg-config --modversion libseccomp)"
	[ "$what" = counts ] || echo "$rounds rounds, $ms ms each," \
		"$(date -u +%F), load average before: $load"
}

report() {
	awk -v part="$1" -v processors="$(nproc)" -f tests/bench/report.awk "${@:2}"
}

case $what in
all | counts) ;;
wake-up | plot)
	[ -s $rates ] || fail "there is no $rates yet: run make bench first"
	report "$what" $rates
	exit
	;;
*) fail "BENCH=$what: no such part" ;;
esac
need "${CC:-cc}" gcc
need readelf binutils
need pkg-config pkg-config
pkg-config --exists libseccomp || fail "no libseccomp: install the package libseccomp-dev"

load=$(cut -d ' ' -f 1 /proc/loadavg)
compile
sync=
if has_sync_wake_up; then
	sync="bare+sync ours+sync"
else
	echo "SKIP: bench: synchronous wake-up: needs Linux 6.6"
fi
count_all >$counts
files=$counts
if [ "$what" = all ]; then
	pace=$("$build/bench-bare")
	: >$rates
	for ((round = 1; round <= rounds; round++)); do
		echo "bench: round $round of $rounds" >&2
		one_round >>$rates
	done
	files="$rates $counts"
fi
about >$build/about
echo
cat $build/about
echo
# shellcheck disable=SC2086 # one file or two
report "$what" $files
