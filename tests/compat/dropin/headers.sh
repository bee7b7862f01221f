# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Our header, in each language and beside each of libseccomp's.
# Sourced by check-dropin.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# Each language, and each order of headers.
# "If libseccomp's header is installed too, this one includes it."
# one_way COMMAND...: compiles drop-in.c, without a warning.
one_way() {
	"$@" -fsyntax-only "$dropin/drop-in.c" || {
		echo "see above: $*" >&2
		return 255 # ends xargs(1)
	}
}

# matrix TEST FOLDERS...: compiles in all ways, and prints how many there are.
# TEST is ifndef if libseccomp's header has to be included, and ifdef if not.
# FOLDERS are compiler options. C99 and C++11, the strictest standards, are
# tried with all of them, the others with the first.
matrix() {
	local folders standard compiler order
	cat >"$work/twice.h" <<-EOF
		#include <seccomp.h>
		#include <linux/seccomp.h>
		#$1 SCMP_VER_MAJOR
		#error the header of libseccomp is wrongly included, or missing
		#endif
	EOF
	shift
	for standard in c99 c++11 c11 c17 c++14 c++17 c++20; do
		for folders in "$@"; do
			for compiler in gcc clang; do
				for order in "" linux/seccomp.h "$work/twice.h"; do
					echo "$compiler -x ${standard%%[0-9]*}" \
						"-std=$standard -D_GNU_SOURCE" \
						"-Wall -Wextra -Wpedantic" \
						"-Wredundant-decls -Werror" \
						"$folders${order:+ -include $order}"
				done
			done
			[ "$standard" = c99 ] || [ "$standard" = c++11 ] || break
		done
	done >"$work/ways"
	xargs -P 2 -L 1 bash -c 'one_way "$@"' - <"$work/ways" ||
		fail "a way to compile gives a warning, see above"
	wc -l <"$work/ways"
}
export -f matrix one_way
mkdir "$work/include"
cp "$(pkg-config --variable=includedir libseccomp)"/seccomp*.h "$work/include"
include=$(flags --cflags)
include=${include# }
include=${include% }
# With $copy, another copy of our header comes later in the search path. With
# $above, the parent folder comes last, and our header is included from there.
cp -r "${include#-I}" "$work/copy"
copy="$include -I$work/copy"
above="$include -idirafter $(dirname "${include#-I}") -include seccomp-notify/seccomp.h"
count=$(matrix ifndef "$include" "-isystem ${include#-I}" "$copy" "$above" \
	"$include -I$work/include" "-I$work/include $include")
ok "$count ways to compile beside libseccomp's header: no warning"
if [ "$hidden" ]; then
	count=$(without_libseccomp bash -euo pipefail -c 'matrix ifdef "$@"' - \
		"$include" "-isystem ${include#-I}" "$copy" "$above")
	ok "$count ways to compile without it: no warning"
fi

# everything NAME FOLDERS...: clang's -Weverything and gcc's -Wredundant-decls
# are silent about our header in front of these folders.
printf '#include <seccomp.h>\n' >"$work/only.c"
everything() {
	local standard said
	for standard in c11 c++17; do
		said=$({
			clang -x "${standard%%[0-9]*}" "-std=$standard" \
				-Weverything "$include" "${@:2}" -fsyntax-only \
				"$work/only.c"
			gcc -x "${standard%%[0-9]*}" "-std=$standard" -Wall \
				-Wextra -Wpedantic -Wredundant-decls "$include" \
				"${@:2}" -fsyntax-only "$work/only.c"
		} 2>&1) || fail "does not compile with $1: $said"
		same "warnings of our header with $1" "" \
			"$(grep -F "${include#-I}/seccomp.h" <<<"$said" |
				grep -v '^In file included from')"
	done
}
# Simulates the header of libseccomp 2.4, which had no notifications.
cp -r "$work/include" "$work/include-2.4"
perl -0777 -pi -e '
	s/^#define SCMP_ACT_NOTIFY.*\n//m;
	s/^#ifndef SECCOMP_RET_USER_NOTIF\n.*?\n#endif\n//ms;
	s/^(int|void) seccomp_notify_[^;]*;\n//mg;
	s/(#define SCMP_VER_MINOR\s+)\d+/${1}4/' "$work/include-2.4/seccomp.h"
! grep -q '^[^ /]*.*seccomp_notify_[a-z]*(\|^#.*USER_NOTIF' "$work/include-2.4/seccomp.h" ||
	fail "libseccomp's header still has notifications"
everything "libseccomp's header" -I"$work/include"
everything "no libseccomp" -DSECCOMP_NOTIFY_BUILD
everything "libseccomp 2.4" -I"$work/include-2.4"
count=$(matrix ifndef "$include -I$work/include-2.4")
ok "$count ways to compile beside libseccomp 2.4; -Weverything is silent"

# Simulates kernel headers before Linux 5.0.
mkdir "$work/old" "$work/old/linux"
sed '/NOTIF/d;/^struct seccomp_notif/,/^};/d;/struct seccomp_notif.*)/d' /usr/include/linux/seccomp.h \
	>"$work/old/linux/seccomp.h"
if gcc "$include" -DSECCOMP_NOTIFY_BUILD -I"$work/old" -fsyntax-only \
	"$work/only.c" 2>"$work/err"; then
	fail "kernel headers before Linux 5.0 are not refused"
fi
same "kernel headers before Linux 5.0 do not give exactly this error" \
	'error: #error "<linux/seccomp.h> has no user notification: install the kernel'"'"'s headers of Linux 5.0 or later"' \
	"$(sed -n 's/.*\(\(error\|warning\): \)/\1/p' "$work/err")"
ok "one #error with kernel headers before Linux 5.0"
