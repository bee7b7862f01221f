#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# lint: Check sources, scripts and manual pages with analyzers and linters
# Packages: gcc libc6-dev clang clang-format clang-tidy cppcheck shellcheck
# Packages: mandoc groff git bsdextrautils perl python3 check pkg-config libseccomp-dev libjson-c-dev
# All of them run; the exit status is 0 only if all are silent.
# shellcheck disable=SC2016,SC2317 # quoted for another shell; called by name
. "$(dirname "$0")/../lib/common.sh"
need clang clang
need clang-format clang-format
need clang-tidy clang-tidy
need cppcheck cppcheck
need shellcheck shellcheck
need mandoc mandoc
need groff groff
build=${BUILD:-build}/lint
failed=0

# quiet WHAT COMMAND...: the command prints nothing and succeeds.
quiet() {
	local what=$1 output
	shift
	if output=$("$@" 2>&1) && [ -z "$output" ]; then
		echo "ok: $what"
	else
		echo "$output"
		echo "lint: $what: see above" >&2
		failed=1
	fi
}

# each_with COMMAND FILE...: runs it for each file, two at a time.
each_with() {
	printf '%s\0' "${@:2}" | xargs -0 -n 1 -P 2 sh -c "$1" sh
}

# The sources of the proof are for CBMC's own compiler.
mapfile -t sources < <(git ls-files 'src/*.c' 'tests/*.c' ':!tests/quality/proof')
mapfile -t formatted < <(git ls-files '*.c' '*.h')
mapfile -t scripts < <(git ls-files '*.sh' .ci/run tests/compat/init)
mapfile -t pages < <(git ls-files man)
flags="-std=c11 -D_GNU_SOURCE -Iinclude -Itests/lib"

# Even with --quiet, clang-tidy 14 prints how many warnings it has suppressed.
# So its output is only shown if it fails.
clang_tidy() {
	each_with 'out=$(clang-tidy --quiet "$1" -- '"$flags"' 2>&1) ||
		echo "$out"' "${sources[@]}"
}
warnings() {
	make -s BUILD="$build/$1" CC="$1" CFLAGS='-O2 -Werror' all programs fire
}
gcc_analyzer() {
	each_with 'gcc '"$flags"' -DSECCOMP_NOTIFY_BUILD -O2 -fanalyzer -c \
		-o /dev/null "$1"' src/*.c
}
# The kernel's style declares variables at the top of a function, so
# variableScope is off. cppcheck knows neither that MUST() and ck_assert() end
# the program, nor what system calls read and write.
cpp_check() {
	# shellcheck disable=SC2054,SC2206 # options
	local check=(cppcheck -q ${flags/-std/--std} -D__x86_64__
		-DSECCOMP_RET_USER_NOTIF=0x7fc00000U --error-exitcode=1
		--inline-suppr --suppress=missingIncludeSystem
		--enable=warning,performance,portability)

	"${check[@]}" --enable=style --suppress=variableScope src
	"${check[@]}" -i tests/quality/proof \
		--suppress=nullPointerRedundantCheck \
		--suppress=arrayIndexOutOfBoundsCond --suppress=negativeIndex \
		--suppress=ctuuninitvar:tests/lib/harness.c \
		--suppress=uninitvar:tests/compat/dropin/host.c \
		--suppress=comparePointers:tests/bench/ways.c \
		--suppress=leakNoVarFunctionCall:tests/compat/dropin/differences.c \
		--suppress=leakReturnValNotUsed:tests/compat/dropin/differences.c \
		tests
}

# Every file has an SPDX line and a copyright line, except LICENSE itself and
# formats that have no comments.
licensed() {
	git ls-files | grep -vxE 'LICENSE|.*/debian/(changelog|copyright|source/format)' |
		while read -r file; do
			head -n 5 "$file" | grep -q 'SPDX-License-Identifier: MIT' &&
				head -n 5 "$file" |
				grep -q 'Copyright The libseccomp-notify authors' ||
				echo "$file: no SPDX line, or no copyright"
		done
}
top_level() {
	diff <(printf '%s\n' include src tests man Makefile README.md LICENSE \
		libseccomp-notify.pc.in | sort) \
		<(git ls-files | sed 's|/.*||' | grep -v '^\.' | sort -u)
}
# No file uses the name of the library for desktop notifications.
names() {
	! git grep -nE 'lib''notify|-l''notify' -- . ':!*.md'
}
# No file mentions a folder that only one machine has. The home of root is the same on
# all, and /proc/PID/root is not a home.
places() {
	git grep -nE '(^|[^A-Za-z0-9_.$}-])/(work|home|root|mnt|srv|Users|tmp/wt)(/|$|[^A-Za-z0-9_-])' \
		-- . | grep -vE 'HOME=/root|/proc/[^/]*/root'
	git grep -nF "$PWD/" -- .
	true
}
# The only addresses are the recipes', which are invalid on purpose, and that of
# the format in debian/copyright.
addresses() {
	! git grep -nIE '[[:alnum:]._-]+@([[:alnum:]-]+\.)+[a-z]|(https?|ftp|git|ssh)://' \
		-- . ':!tests/packaging/debian/copyright' | grep -v '\.invalid\b'
}
# check-packages compares the recipes' versions.
one_version() {
	! git grep -nFw "$(sed -n 's/^VERSION = //p' Makefile)" -- . \
		':!Makefile' ':!tests/packaging'
}
# at_most LINES FILE...: the files have at most that many lines together.
at_most() {
	local lines
	lines=$(cat "${@:2}" | wc -l)
	[ "$lines" -le "$1" ] || echo "${*:2}: $lines lines, more than $1"
}
small() {
	at_most 120 Makefile
	at_most 260 src/*
	at_most 200 README.md
}

quiet "gcc's warnings" warnings gcc
quiet "clang's warnings" warnings clang
quiet "clang-format" clang-format --dry-run --Werror "${formatted[@]}"
quiet "clang-tidy" clang_tidy
quiet "gcc's analyzer" gcc_analyzer
quiet "cppcheck" cpp_check
quiet "shellcheck" shellcheck -x -P SCRIPTDIR:. "${scripts[@]}"
quiet "mandoc" mandoc -T lint "${pages[@]}"
quiet "groff" groff -man -ww -t -z "${pages[@]}"
quiet "licence and copyright" licensed
quiet "top level" top_level
quiet "names" names
quiet "places" places
quiet "addresses" addresses
quiet "one version" one_version
quiet "size" small
tests/quality/sentences.sh || failed=1
exit "$failed"
