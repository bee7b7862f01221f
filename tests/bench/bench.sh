#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# bench: Compare with bare ioctls and libseccomp, and check the goals
# Packages: gcc libc6-dev make binutils pkg-config libseccomp-dev strace tar
# See tests/bench/README.md. In the environment, or as variables of make:
#   BENCH=counts    only the counts, which repeat exactly; takes seconds
#   BENCH=wake-up   the wake-up table of the last run, for README and man page
#   BENCH=plot      the data for bench-plot.sh of the last run
#   ROUNDS=11       how many times each measurement is made
#   MS=300          how long a measurement takes, in milliseconds
. "$(dirname "$0")/../lib/common.sh"
unset SECCOMP_NOTIFY_SYNC_WAKE_UP LD_PRELOAD

what=${BENCH:-all}
rounds=${ROUNDS:-11}
ms=${MS:-300}
build=build/bench
library=$PWD/build/libseccomp-notify.so.1
rates=$build/rates.tsv
counts=$build/counts.tsv

# program NAME SUFFIX OPTIONS...: builds NAME-SUFFIX with the options that a user
# of a library gives.
program() {
	local name=$1 suffix=$2
	shift 2
	cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -O2 -g \
		-Itests/lib -o "$build/$name-$suffix" "tests/bench/$name.c" \
		tests/bench/targets.c tests/lib/trap.c tests/lib/process.c \
		-pthread "$@"
}

compile() {
	local name

	make -s all build/demo $build/bench-ours
	mkdir -p "$build"
	program filtered allow
	program memory targets
	program interposed so -shared -fPIC -nostartfiles
	for name in bench count ways; do
		program $name bare -DBARE -DCALLER_CLEARS
		[ $name = bench ] || program $name ours -Iinclude -Lbuild \
			-Wl,-rpath,"$PWD/build" -lseccomp-notify
		# shellcheck disable=SC2046 # options
		program $name libseccomp -DCALLER_CLEARS \
			$(pkg-config --cflags --libs libseccomp)
	done
}

# Synchronous wake-up needs Linux 6.6. Without it, its rows stay empty.
has_sync_wake_up() {
	SECCOMP_NOTIFY_SYNC_WAKE_UP=1 "$build/bench-bare" 1 1 one 1 \
		>/dev/null 2>&1
}

# variant NAME PROGRAM ARGUMENT...: runs the program that was built for bare,
# ours or libseccomp. +sync switches synchronous wake-up on; libseccomp+preload
# does that too, and preloads our library.
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
# Measures each variant once. Every second round has the reverse order, because
# the first variant has a small advantage. Work is in microseconds.
turns() {
	local variants=$1 after=${5:-0} between=${6:-0} name result
	[ $((round % 2)) = 1 ] || variants=$(tac -s ' ' <<<"$variants " | xargs)
	for name in $variants; do
		result=$(variant "$name" bench "$2" "$3" "$4" "$ms" \
			$((after * pace)) $((between * pace))) ||
			fail "$name, $2 targets, $3 supervisors, $4: failed"
		printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$2" "$3" "$4" \
			"$after" "$between" "$name" "$round" "${result// /$'\t'}"
	done
}

# Measures in four short rounds: more pairs, which are closer in time, make a
# ratio more exact on a noisy machine.
turns_in_slices() {
	local last=$((round * 4)) ms=$((ms / 4)) round

	for ((round = last - 3; round <= last; round++)); do
		turns "$@"
	done
}

one_round() {
	local libraries="bare ours libseccomp" threads row

	for threads in "1 1" "8 1" "8 4" "64 8"; do
		# shellcheck disable=SC2086 # two numbers
		turns_in_slices "$libraries $sync" $threads one
		# shellcheck disable=SC2086
		turns "$libraries $sync" $threads all
	done
	[ -z "$sync" ] || turns libseccomp+preload 1 1 all
	for row in "2 1 all 0 0" "4 2 all 0 0" "1 1 all 10 10" \
		"1 1 all 100 100" "1 1 all 1000 1000" "2 2 all 100 100"; do
		# shellcheck disable=SC2086 # five arguments
		turns "bare ours $sync" $row
	done
	growth
	ways
}

# Measures how the time grows with the number of targets and of listeners. The
# rows with 10,000 targets take longest. Three rounds are enough for them, since
# the rows differ by much more than the noise.
growth() {
	local targets listeners supervisors

	for listeners in 1 10 100; do
		for targets in 1 10 100 1000 10000; do
			[ "$targets" -ge "$listeners" ] || continue
			[ "$targets" -lt 10000 ] || [ "$round" -le 3 ] ||
				continue
			turns "$libraries" "$targets" "epoll:$listeners" one
		done
	done
	for supervisors in 1 2 4 16; do # one_round has 8
		turns "bare ours" 64 "$supervisors" all
	done
}

# The same job by other means.
ways() {
	local job processors way rate

	for job in value path; do
		for processors in one all; do
			for way in bare allowed interposed dispatch trap \
				notification $has_sync trace sysemu stops; do
				rate=$(one_way "$way" "$job" "$processors") ||
					fail "$way, $job, $processors: failed"
				printf '%s\tway\t%s\t0\t0\t%s\t%s\t%s\n' \
					"$job" "$processors" "$way" "$round" "$rate"
			done
		done
	done
}

one_way() {
	case $1 in
	interposed) LD_PRELOAD=$PWD/$build/interposed-so \
		"$build/ways-ours" "$@" "$ms" ;;
	notification+sync) SECCOMP_NOTIFY_SYNC_WAKE_UP=1 \
		"$build/ways-ours" notification "$2" "$3" "$ms" ;;
	*) "$build/ways-ours" "$@" "$ms" ;;
	esac
}

# An archive like that of a program's source: 421 folders, 2,000 files.
make_archive() {
	local folder=$build/tree i j

	rm -rf "$folder"
	for ((i = 0; i < 400; i++)); do
		mkdir -p "$folder/$((i % 20))/$i"
		for ((j = 0; j < 5; j++)); do
			echo "$i $j" >"$folder/$((i % 20))/$i/$j"
		done
		chmod "75$((i % 6))" "$folder/$((i % 20))/$i"
	done
	tar -C "$build" -cf "$build/tree.tar" tree
}

# timed NAME COMMAND...: the elapsed time and the processor time of the command
# and of all that it starts.
timed() {
	local name=$1 times
	local -r TIMEFORMAT='%R %U %S'
	shift
	rm -rf "$build/tree"
	times=$({ time "$@" >"$build/timed.log" 2>&1; } 2>&1) || {
		cat "$build/timed.log" >&2
		fail "$name: $* failed"
	}
	awk -v name="$name" -v round="$round" -v OFS='\t' \
		'{ print name, round, $1, $2 + $3 }' <<<"$times"
}

# Measures a whole program while another one watches or answers its mkdir(2).
programs() {
	local unpack=(tar -C "$build" -xpf "$build/tree.tar") demo=build/demo
	local traced=-etrace=mkdir,mkdirat

	for ((round = 1; round <= rounds; round++)); do
		timed natively "${unpack[@]}"
		timed allowed "$build/filtered-allow" "${unpack[@]}"
		timed demo $demo -- "${unpack[@]}"
		[ -z "$has_sync" ] || timed demo+sync \
			env SECCOMP_NOTIFY_SYNC_WAKE_UP=1 $demo -- "${unpack[@]}"
		timed strace strace -f $traced -o /dev/null "${unpack[@]}"
		timed strace+bpf strace -f --seccomp-bpf $traced -o /dev/null \
			"${unpack[@]}"
	done
}

# The counts in tests/bench/README.md are for this compiler and this libseccomp.
compare_counts() {
	local here
	here="$(uname -m), gcc $(cc -dumpversion), libseccomp $(pkg-config --modversion libseccomp)"
	if [ "$here" != "x86_64, gcc 12, libseccomp 2.5.4" ]; then
		echo "SKIP: bench: tests/bench/README.md has no counts for $here"
		return
	fi
	same "tests/bench/README.md has other counts than were measured" \
		"$(sed -n '/^| counts/,/^$/p' tests/bench/README.md)" \
		"$(report document $counts)"
}

about() {
	local model

	model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
	echo "${model:-$(uname -m)}, $(nproc) processors," \
		"$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), Linux $(uname -r)," \
		"$(cc --version | head -n 1)," \
		"libseccomp-notify $version," \
		"libseccomp $(pkg-config --modversion libseccomp)"
	[ "$what" = counts ] || echo "$rounds rounds, $ms ms each," \
		"$(date -u +%F), load average before: $load"
}

report() {
	awk -v part="$1" -v processors="$(nproc)" \
		-v turns_a_microsecond="${pace-0}" -f tests/bench/stats.awk \
		-f tests/bench/choice.awk -f tests/bench/report.awk "${@:2}"
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
need cc gcc
need readelf binutils
need strace strace
need tar tar
need pkg-config pkg-config
pkg-config --exists libseccomp || fail "no libseccomp: install the package libseccomp-dev"

load=$(cut -d ' ' -f 1 /proc/loadavg)
compile
sync=
has_sync=
if has_sync_wake_up; then
	has_sync=notification+sync
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
	make_archive
	programs >$build/programs.tsv
	for _ in 1 2 3 4 5; do
		"$build/memory-targets" 5000 | tr ' ' '\t'
	done >$build/memory.tsv
	files="$rates $build/programs.tsv $build/memory.tsv $counts"
fi
about >$build/about
echo
cat $build/about
echo
status=0
# shellcheck disable=SC2086 # one file name, or four
report "$what" $files || status=$?
compare_counts
exit $status
