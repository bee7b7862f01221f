#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# mutation: Break each line of src/ and change its meaning; a test must notice
# Packages: gcc libc6-dev make check pkg-config libseccomp2 python3
# Prints for each mutant which tests noticed it. A mutant that no test notices
# needs an explanation in tests/quality/equivalent.txt, and each explanation
# needs such a mutant. Three kinds of mutants are not counted: those that do not
# compile (a missing return value and an uninitialized variable are errors, too);
# those that give the same library as src/
# itself, byte for byte; and those that give the same library as an earlier
# mutant. JOBS=N runs N mutants at a time. mutation.sh NUMBER... runs only these.
. "$(dirname "$0")/../lib/common.sh"
# With has=no, the Makefile does not try the compiler's options each time.
flags="-O2 -Werror=return-type -Werror=uninitialized -Werror=maybe-uninitialized"

# build FOLDER: builds the library, and the test program that it is linked into.
build() {
	cp -a "$work/tree" "$1/tree"
	cp "$1"/src/* "$1/tree/src"
	if make -s -C "$1/tree" CFLAGS="$flags" has=no all build/tests/secure >/dev/null 2>&1; then
		# The suite is not linked again, so it notices a changed interface.
		mkdir "$1/build"
		cp "$1/tree/build/$shared" "$1/$soname"
		cp -rl "$work/tree/build/tests" "$1/build"
		cp --remove-destination "$1/tree/build/tests/secure" "$1/build/tests"
	fi
	rm -r "$1/tree"
}

# suite SECONDS [CASE]: runs the suite in this folder, for at most SECONDS. Check
# forwards the signal of timeout(1) to its whole process group, so the suite needs
# a group of its own, which timeout(1) creates.
suite() {
	env ${2:+CK_RUN_CASE="$2"} CK_DEFAULT_TIMEOUT=10 \
		timeout -k 5 "$1" build/tests/suite >log 2>&1
}

# Prints, on one line, the tests that failed, or else the suite's last line.
failed() {
	sed -n 's/^[^:]*:[0-9]*:[FE]:\([^:]*:[^:]*\):.*expired$/\1 (timeout)/p
		t
		s/^[^:]*:[0-9]*:[FE]:\([^:]*:[^:]*\):.*/\1/p' log | sort -u |
		paste -sd, | sed 's/,/, /g' | grep . || tail -n 1 log
}

# run FOLDER: runs the case that should notice the mutant, and then all cases.
run() {
	cd "$1" || exit
	if suite 40 "$(cat case)" && suite 200; then
		echo survived >result
	else
		{
			echo killed
			failed
		} >result
	fi
}

each() {
	xargs -P "${JOBS:-$(nproc)}" -I{} nice bash -c "$1 {}"
}

mkdir "$work/tree" "$work/mutants"
cp -r Makefile README.md include libseccomp-notify.pc.in man src tests "$work/tree"
(cd "$work/tree" && make -s CFLAGS="$flags" has=no check >log 2>&1) || {
	cat "$work/tree/log" >&2
	echo "mutation: the tests fail without a mutant" >&2
	exit 1
}
tests/quality/mutants.py make "$work/mutants"
export -f build run suite failed
export work shared soname flags
if [ $# -gt 0 ]; then
	printf "$work/mutants/%s\n" "$@"
else
	find "$work/mutants" -mindepth 1 -maxdepth 1
fi | sort >"$work/list"
each build <"$work/list"

declare -A seen
seen[$(cat "$work/tree/build/$shared" "$work/tree/build/tests/secure" | sha256sum)]=same
while read -r mutant; do
	if [ ! -e "$mutant/$soname" ]; then
		echo invalid >"$mutant/result"
		continue
	fi
	sum=$(cat "$mutant/$soname" "$mutant/build/tests/secure" | sha256sum)
	if [ "${seen[$sum]-}" ]; then
		echo "${seen[$sum]}" >"$mutant/result"
	else
		seen[$sum]=double
		echo "$mutant"
	fi
done <"$work/list" >"$work/to-run"
each run <"$work/to-run"
tests/quality/mutants.py report "$work/mutants"
