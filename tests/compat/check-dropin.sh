#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-dropin: Use the library in each way beside libseccomp, and without it
# Packages: binutils check clang debian-archive-keyring diffutils g++ gcc
# Packages: libc6-dev libseccomp-dev make mount perl pkg-config python3
# Packages: util-linux
#
# The files that `make install` gives are used, through pkg-config. What the
# documentation says of differences is measured on the libseccomp that
# is here, and on those of newer Debian releases.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
. tests/lib/apt.sh

OURS=libseccomp-notify.so.1
THEIRS=libseccomp.so.2
NEWER="trixie sid"
dropin=tests/compat
stage=$work/stage
lib=$stage/usr/local/lib
# The name by which the dynamic linker is told to look for ours.
export LD_LIBRARY_PATH=$lib
export -f fail
export check stage work dropin

need clang clang
need g++ g++
need gcc gcc
need mount mount
need pkg-config pkg-config
need python3 python3
need readelf binutils
need unshare util-linux
pkg-config --exists check || fail "Check is missing: install the package check"
pkg-config --exists libseccomp ||
	fail "libseccomp is missing: install the package libseccomp-dev"

python=$(python3 -c 'import sys; print(sys.executable)')

ok() {
	echo "ok: $* ($SECONDS s)"
}

# flags OPTIONS...: those of the installed files.
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

# build PROGRAM OPTIONS...: from the one source, with no word of the compiler.
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

# bindings COMMAND...: what the dynamic linker binds for libseccomp-notify or
# for the program, which must work: FILE NAME FILE-THAT-HAS-IT.
bindings() {
	rm -f "$work"/bindings.*
	LD_BIND_NOW=1 LD_DEBUG=bindings LD_DEBUG_OUTPUT=$work/bindings \
		timeout --foreground 60 "$@" >"$work/out" 2>&1 || {
		cat "$work/out" >&2
		fail "this does not work: $*"
	}
	same "$* prints something else" "3 calls answered" "$(cat "$work/out")"
	cat "$work"/bindings.* | sed -n \
		's/.*binding file \(.*\) \[.*\] to \(.*\) \[.*\]: .*`\(seccomp_.*\)'\''.*/\1 \3 \2/p' |
		sed 's|[^ ]*/||g' | grep -v "^$THEIRS " | sort -u
}

# expected PROGRAM LIBRARY: the six from there, all else from libseccomp.
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

# 1. One source, built three ways.
# "The six functions are then this library's, and all others are libseccomp's."
# "It works alongside libseccomp, or without it."
# "A supervisor that gets its listener from seccomp(2) or over a socket does not
# need libseccomp, nor its header:" "The header is <seccomp.h>, as it is with
# libseccomp."
# "pkg-config --static --libs libseccomp-notify prints the flags for a static
# supervisor."
build theirs -lseccomp
same "linked with -lseccomp" "$(expected theirs "$THEIRS")" \
	"$(bindings "$work/theirs")"
ok "-lseccomp alone"

# shellcheck disable=SC2046 # options
build both $(flags --cflags --libs) -lseccomp
same "linked with -lseccomp-notify -lseccomp" "$(expected both "$OURS")" \
	"$(bindings "$work/both")"
ok "-lseccomp-notify -lseccomp: the six are ours, the rest libseccomp's"

alone() {
	local compiler
	for compiler in gcc g++; do
		# shellcheck disable=SC2046 # options
		build ours $(flags --cflags --libs)
		same "without libseccomp, $compiler" "$(for call in $calls; do
			[ "$call" = seccomp_notify_fd ] || echo "ours $call $OURS"
		done)" "$(bindings "$work/ours")"
	done
	compiler=gcc
	# shellcheck disable=SC2046 # options
	build static -static $(flags --static --cflags --libs)
	same "the static supervisor prints something else" \
		"3 calls answered" "$(timeout --foreground 60 "$work/static")"
}
export -f alone build bindings flags same
export OURS THEIRS calls
hidden=yes
if ! without_libseccomp true 2>"$work/err"; then
	hidden=
	echo "SKIP: check-dropin: a machine without libseccomp: this needs root here: $(tail -n 1 "$work/err")"
	# shellcheck disable=SC2046 # options
	build static -static $(flags --static --cflags --libs) -DSECCOMP_NOTIFY_BUILD
else
	without_libseccomp bash -euo pipefail -c alone
	ok "-lseccomp-notify alone, in C and C++, where there is no libseccomp"
fi

same "the static supervisor prints something else" "3 calls answered" \
	"$(timeout --foreground 60 "$work/static")"
if readelf -lW "$work/static" | grep -q INTERP; then
	fail "the static supervisor needs a dynamic linker"
fi
strip "$work/static"
size=$(($(stat -c %s "$work/static") / 1024))
said=$(sed -n 's/.*static supervisor has about \([0-9]*\) KiB.*/\1/p' README.md)
if [ "$((size * 10))" -lt "$((said * 9))" ] ||
	[ "$((size * 9))" -gt "$((said * 10))" ]; then
	fail "the static supervisor has $size KiB, not about $said as README.md says"
fi
ok "pkg-config --static: no warning; $size KiB stripped"

# "ld.so(8) puts the library into a program that cannot be rebuilt:"
# 2. In front of it, behind it, and twice.
same "ours preloaded" "$(expected theirs "$OURS")" \
	"$(bindings env LD_PRELOAD="$OURS" "$work/theirs")"
ok "LD_PRELOAD: the six are ours, the rest libseccomp's"

# shellcheck disable=SC2046 # options
build reversed -Wl,--no-as-needed -lseccomp $(flags --cflags --libs)
same "the program does not need both" "$THEIRS
$OURS" "$(readelf -dW "$work/reversed" |
	sed -n 's/.*(NEEDED).*\[\(libseccomp.*\)\]/\1/p')"
same "linked with -lseccomp -lseccomp-notify" "$(expected reversed "$THEIRS")" \
	"$(bindings "$work/reversed")"
ok "-lseccomp -lseccomp-notify: the six are libseccomp's"

same "linked and preloaded" "$(expected both "$OURS")" \
	"$(bindings env LD_PRELOAD="$OURS" "$work/both")"
cp "$lib/$OURS" "$work/copy.so"
# By its path, or the linker takes one for the other, whose soname it has.
same "linked and preloaded, with another copy before it" \
	"$(expected both copy.so)" "$(bindings env \
		LD_PRELOAD="$work/copy.so $lib/$OURS" "$work/both")"
ok "linked and preloaded, as the same file and as two"

mkdir "$work/alias"
ln -s "$lib/$OURS" "$work/alias/$THEIRS"
same "seccomp_notify_fd() of a libseccomp.so.2 that is a link to ours" -22 \
	"$(LD_LIBRARY_PATH=$work/alias "$python" -c 'import ctypes
print(ctypes.CDLL("libseccomp.so.2").seccomp_notify_fd(None))')"
ok "as libseccomp.so.2 itself: no filter context is right"

# "Link a plugin in the same way."
# 3. A plugin, in a program that knows of neither; and a static archive.
# shellcheck disable=SC2046 # options
build plugin.so -shared -fPIC $(flags --cflags --libs) -lseccomp
same "a plugin loaded with RTLD_LOCAL" "$(expected plugin.so "$OURS")" \
	"$(bindings "$python" -c 'import ctypes, sys
sys.exit(ctypes.CDLL(sys.argv[1], ctypes.RTLD_LOCAL).main())' "$work/plugin.so")"
ok "a plugin loaded with RTLD_LOCAL"

# shellcheck disable=SC2046 # options
build archive $(flags --cflags) "$lib/libseccomp-notify.a" -lseccomp
same "linked with libseccomp-notify.a -lseccomp" \
	"$(expected archive "$THEIRS" | grep -v notify_)" \
	"$(bindings "$work/archive")"
ok "libseccomp-notify.a -lseccomp: the six are in the program"

# Modules that a host loads, and that ask for the listener of their own filter.
# Any system call in seccomp_notify_fd() kills them.
modules=$work/modules
mkdir "$modules"
# module NAME OPTIONS...
module() {
	gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o "$modules/$1.so" \
		"$dropin/module.c" "${@:2}"
}
# libseccomp's main branch has this soname.
sed 's/libseccomp\.so\.2\x00/libseccomp.so.0\x00/' \
	"$(gcc -print-file-name="$THEIRS")" >"$modules/libseccomp.so.0"
sed 's/libseccomp-notify\.so\.1\x00/libseccomp-notify.so.7\x00/' \
	"$lib/$OURS" >"$modules/other-copy.so"
module linked -lseccomp
module linked-too -lseccomp
module archive -l:libseccomp.a
module renamed "$modules/libseccomp.so.0"
# shellcheck disable=SC2046 # options
module ours $(flags --libs) -lseccomp
# shellcheck disable=SC2046 # options
module ours-renamed $(flags --libs) "$modules/libseccomp.so.0"
for host in host host-with-libseccomp; do
	# shellcheck disable=SC2046 # an option, or none
	gcc -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Wl,--no-as-needed \
		-o "$modules/$host" "$dropin/host.c" -ldl \
		$([ "$host" = host ] || echo -lseccomp)
done
# asks EXPECTED PRELOADED HOST MODE MODULE...: what the modules get.
asks() {
	same "${*:2}" "$1" "$(cd "$modules" && LD_PRELOAD=$2 \
		LD_LIBRARY_PATH=$modules:$lib timeout --foreground 60 "./$3" \
		"$4" "${@:5}" 2>&1 | paste -sd ' ')"
}
for mode in local pointer; do
	for file in linked archive renamed ours; do
		asks listener "$OURS" host "$mode" "./$file.so"
	done
done
asks listener "" host namespace ./ours.so
asks listener "" host namespace ./ours-renamed.so
asks listener "$OURS" host-with-libseccomp namespace ./ours-renamed.so
asks listener "$OURS" host deep ./ours-renamed.so
# A host's libseccomp is in front of that in the module.
asks listener "$OURS" host-with-libseccomp local ./archive.so
asks listener "$OURS" host-with-libseccomp local ./renamed.so
asks listener "$OURS ./other-copy.so" host local ./linked.so
asks listener "./other-copy.so $OURS" host-with-libseccomp local ./linked.so
ok "a libseccomp in a module, renamed, in a namespace; by a function pointer; no system call"
asks "-1 listener" "$OURS" host local ./archive.so ./linked.so
asks "-1 listener" "$OURS" host local ./linked.so ./archive.so
asks "-1 listener" "$OURS" host local ./archive.so ./renamed.so
asks "-1 -1 listener" "$OURS" host local ./linked.so ./renamed.so ./archive.so
ok "several libseccomps: each module gets the answer of its own"
same "two copies of ours, without libseccomp" -22 \
	"$(LD_PRELOAD="$OURS $modules/other-copy.so" "$python" -c 'import ctypes
print(ctypes.CDLL(None).seccomp_notify_fd(b"0" * 1000))')"
same "ctypes" "3 3" "$(LD_PRELOAD=$OURS "$python" -c 'import ctypes
s = ctypes.CDLL("'"$THEIRS"'")
s.seccomp_init.restype = ctypes.c_void_p
ctx = ctypes.c_void_p(s.seccomp_init(0x7fff0000))
s.seccomp_rule_add(ctx, 0x7fc00000, s.seccomp_syscall_resolve_name(b"getppid"), 0)
s.seccomp_load(ctx)
print(ctypes.CDLL(None).seccomp_notify_fd(ctx), s.seccomp_notify_fd(ctx))')"
ok "through ctypes; and two copies of ours do not call each other"

# 4. Without a compiler: the example in Python.
if [ "$(uname -m)$hidden" = x86_64yes ]; then
	same "the example in Python" "my parent is 4711" \
		"$(without_libseccomp env -i PATH=/nonexistent \
			LD_LIBRARY_PATH="$lib" \
			"$python" tests/examples/supervisor.py)"
	ok "the example in Python, without libseccomp and compiler"
fi

# 5. Each language, each order of headers; and what must not link.
# "If libseccomp's header is installed too, this one includes it."
# "A static program cannot have both libraries as they are, because the link
# editor reports the six functions as defined twice."
# matrix TEST FOLDERS...: TEST is how the preprocessor knows libseccomp's header,
# or that it is not there; the folders are compiler options.
matrix() {
	local folders standard compiler order count=0 compile
	cat >"$work/twice.h" <<-EOF
		#include <seccomp.h>
		#include <linux/seccomp.h>
		#$1 SCMP_VER_MAJOR
		#error the header of libseccomp is wrongly in, or out
		#endif
	EOF
	shift
	for standard in ${standards-c99 c11 c17 c++11 c++14 c++17 c++20}; do
		for compiler in gcc clang; do
			for folders in "$@"; do
				# shellcheck disable=SC2206 # options
				compile=("$compiler" -x "${standard%%[0-9]*}"
					"-std=$standard" -D_GNU_SOURCE -Wall
					-Wextra -Wpedantic -Wredundant-decls
					-Werror $folders)
				for order in "" linux/seccomp.h "$work/twice.h"; do
					"${compile[@]}" ${order:+-include "$order"} \
						-fsyntax-only "$dropin/drop-in.c" ||
						fail "see above: ${compile[*]} $order"
					count=$((count + 1))
				done
			done
		done
	done
	echo "$count"
}
export -f matrix
mkdir "$work/include"
cp "$(pkg-config --variable=includedir libseccomp)"/seccomp*.h "$work/include"
include=$(flags --cflags)
include=${include# }
include=${include% }
# Another copy of ours behind it; and the folder above, last in the search path.
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
# libseccomp 2.4 had no notifications.
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
count=$(standards="c99 c++20" matrix ifndef "$include -I$work/include-2.4")
ok "$count ways to compile beside libseccomp 2.4; -Weverything is silent"

# Kernel headers before Linux 5.0.
mkdir "$work/old" "$work/old/linux"
sed '/NOTIF/d;/^struct seccomp_notif/,/^};/d;/struct seccomp_notif.*)/d' /usr/include/linux/seccomp.h \
	>"$work/old/linux/seccomp.h"
if gcc "$include" -DSECCOMP_NOTIFY_BUILD -I"$work/old" -fsyntax-only \
	"$work/only.c" 2>"$work/err"; then
	fail "kernel headers before Linux 5.0 are not refused"
fi
same "kernel headers before Linux 5.0 give other than one error" \
	'error: #error "<linux/seccomp.h> has no user notification: install the kernel'"'"'s headers of Linux 5.0 or later"' \
	"$(sed -n 's/.*\(\(error\|warning\): \)/\1/p' "$work/err")"
ok "one #error with kernel headers before Linux 5.0"

# complaints MESSAGE OPTIONS...: the names that the linker complains of.
complaints() {
	local message=$1
	shift
	if gcc -D_GNU_SOURCE -o "$work/wrong" \
		"$dropin/drop-in.c" "$@" 2>"$work/err"; then
		fail "this should not link: $*"
	fi
	sed -n "s/.*$message \`\(.*\)'.*/\1/p" "$work/err" | sort -u
}
# shellcheck disable=SC2046 # options
same "with -lseccomp-notify alone, other than libseccomp's own calls are missing" \
	"$(expected both "$OURS" | sed -n "s/^both \(.*\) $THEIRS/\1/p")" \
	"$(complaints "undefined reference to" $(flags --cflags --libs))"
# shellcheck disable=SC2046 # options
same "other than our six are defined twice in a static program with both" \
	"$calls" "$(complaints "multiple definition of" -static \
		$(flags --static --cflags --libs) -lseccomp | sed 's/;.*//')"
ok "libseccomp's other calls need -lseccomp; a static program can't have both"

# 6. The differences, as README.md and libseccomp-notify(7) tell them.
# shellcheck disable=SC2046 # options
gcc -D_GNU_SOURCE -Wall -Wextra -Werror $(flags --cflags) -Itests/lib \
	$(pkg-config --cflags check) -o "$work/differences" \
	"$dropin/differences.c" tests/lib/*.c -lseccomp \
	$(pkg-config --libs check)

# The table's two rows of sizes are of Debian 12's compiler.
sizes=$(. /etc/os-release && [ "$ID$VERSION_ID $(uname -m)" = "debian12 x86_64" ] &&
	echo yes) || true

# measure FOLDER FILE [PRELOADED]: on the libseccomp of the folder; FILE is the
# library whose results these are.
measure() {
	LD_LIBRARY_PATH=$1:$lib LD_PRELOAD=${3-} timeout --foreground 60 "$work/differences" ||
		fail "the cases do not run on $2"
	[ "$sizes" ] || return 0
	strip -o "$work/stripped" "$2"
	echo "stripped size on x86-64, bytes|$(stat -c %s "$work/stripped")"
	echo "relocations on x86-64|$(readelf -rW "$2" | grep -c ' R_')"
}

# said VERSION: what the table on standard input says for that libseccomp. A
# field may be "RESULT (VERSION, VERSION), RESULT (VERSION)".
said() {
	awk -F '|' -v OFS='|' -v version="${1//./\\.}" '
		$2 ~ /\([0-9.]*[,)]/ {
			count = split($2, results, /\),? ?/)
			for (i = 1; i <= count; i++)
				if (results[i] ~ "[( ]" version "(,|$)")
					$2 = results[i]
			sub(/ \(.*/, "", $2)
		}
		$1 !~ / on x86-64/ || "'"$sizes"'" { print }'
}

readme_table() {
	sed -n '/^## Differences from libseccomp/,/^## [^D]/p' README.md |
		sed -n 's/^| \(.*\) | \(.*\) | \(.*\) |$/\1|\2|\3/p' | tail -n +3
}

page_table() {
	sed 's/\\-/-/g' man/libseccomp-notify.7 | perl -0777 -ne \
		'print "$1|$2|$3\n" while /T\{\n(.*)\nT\}\|T\{\n(.*)\nT\}\|T\{\n(.*)\nT\}/g'
}

# compare FOLDER: the libseccomp there, and ours before it.
compare() {
	local file version row
	file=$(readlink -f "$1/$THEIRS")
	version=${file##*.so.}
	measure "$1" "$file" >"$work/theirs.rows"
	measure "$1" "$lib/$OURS" "$OURS" >"$work/ours.rows"
	row=$(paste -d '|' "$work/theirs.rows" <(cut -d '|' -f 2 "$work/ours.rows"))
	echo "case | libseccomp $version | libseccomp-notify"
	echo "$row"
	if ! grep -qw "${version//./\\.}" man/libseccomp-notify.7; then
		echo "SKIP: check-dropin: the page does not know libseccomp $version yet, see above"
		return
	fi
	if awk -F '|' '$2 == $3' <<<"$row" | grep .; then
		fail "these cases are no difference from libseccomp $version"
	fi
	# The README has some of the rows.
	if readme_table | said "$version" | grep -vxF "$row"; then
		fail "README.md says other than is measured on $version, see above"
	fi
	same "libseccomp-notify(7) says other than is measured on $version" \
		"$row" "$(page_table | said "$version")"
	ok "differences from libseccomp $version: as the page and the README say"
}

compare "$(dirname "$(gcc -print-file-name="$THEIRS")")"
arch=$(dpkg --print-architecture)
for suite in $NEWER; do
	if apt_unpack "$suite-$arch" "$work/$suite" libseccomp2 libseccomp-dev; then
		compare "$(dirname "$(find "$work/$suite" -name "$THEIRS")")"
		everything "the libseccomp of $suite" -I"$work/$suite/usr/include"
	else
		missing "$suite-$arch" "differences from its libseccomp"
	fi
done

# 7. How to see whose functions are called, and what goes wrong silently.
# seen FILE: the library to which its receive is bound; nothing if it has its
# own. "ldd(1) of the GNU C library prints to which library each function is
# bound, without running the program:"
seen() {
	LD_DEBUG=bindings ldd -r "$1" 2>&1 | sed -n \
		"s|.*binding file [^ ]*${1##*/} .* to [^ ]*/\(libseccomp[^ ]*\) .*\`seccomp_notify_receive'.*|\1|p"
}

# works PROGRAM: it runs, whoever answers.
works() {
	same "$* prints something else" "3 calls answered" \
		"$(timeout --foreground 60 "$@" 2>&1)"
}

# "Set LD_PRELOAD in front of it too if the library is to be preloaded."
# "A line that names libseccomp.so.2 shows that libseccomp's function is
# called."
same "ldd sees other than ours" "$OURS" "$(seen "$work/both")"
same "ldd sees other than libseccomp's" "$THEIRS" "$(seen "$work/theirs")"
same "ldd sees other than ours preloaded" "$OURS" \
	"$(LD_PRELOAD=$OURS seen "$work/theirs")"
ok "ldd -r shows whose functions are called"

# "In these cases, the program calls libseccomp's six functions, and the link
# editor says nothing:"
# "if -lseccomp comes before -lseccomp-notify, as it does if a build system gets
# this library from the variable LIBS;"
# shellcheck disable=SC2046 # options
build late -lseccomp $(flags --cflags --libs)
same "ours after libseccomp" "$THEIRS" "$(seen "$work/late")"
# "if -lseccomp-notify comes before the program's own files and the link editor
# drops libraries that nothing needs yet (--as-needed), as it does if a build
# system gets this library from LDFLAGS;"
# shellcheck disable=SC2046 # options
silent=$(gcc -D_GNU_SOURCE -o "$work/early" -Wl,--as-needed \
	$(flags --cflags --libs) "$dropin/drop-in.c" -lseccomp 2>&1)
same "a message" "" "$silent"
same "ours before the program's files" "$THEIRS" "$(seen "$work/early")"
# "if libseccomp is linked statically (-l:libseccomp.a), because the program
# then defines the functions itself." "If there is no line, the program contains
# the function itself."
# "Preloading silently has no effect on a program or module that contains
# libseccomp's functions:" "a program or plugin that was linked with
# libseccomp.a;"
# shellcheck disable=SC2046 # options
build contains $(flags --cflags --libs) -l:libseccomp.a
same "libseccomp.a in the program" "" "$(LD_PRELOAD=$OURS seen "$work/contains")"
works env LD_PRELOAD="$OURS" "$work/contains"
ok "three ways to link that silently call libseccomp's functions"

# "It has no effect either on a program that opens libseccomp.so.2 itself and asks
# dlsym(3) for the functions." As the first call of a process, libseccomp's
# receive gives -EOPNOTSUPP.
same "a program that asks dlsym(3), with ours preloaded" -95 \
	"$(LD_PRELOAD=$OURS "$python" -c 'import ctypes
print(ctypes.CDLL("libseccomp.so.2").seccomp_notify_receive(-1, bytes(80)))')"
ok "dlsym(3) of libseccomp.so.2 finds libseccomp's"

# "If it asks pkg-config(1), give it a libseccomp.pc of your own through
# PKG_CONFIG_PATH, with this line:"
mkdir "$work/pc"
{
	printf 'Name: libseccomp\nDescription: both\nVersion: 2.5.0\n'
	sed -n 's/\\-/-/g; /^Libs: /p' man/libseccomp-notify.7
} >"$work/pc/libseccomp.pc"
# shellcheck disable=SC2046 # options
build private $(flags --cflags) -L"$lib" \
	$(PKG_CONFIG_PATH=$work/pc pkg-config --libs libseccomp)
same "a libseccomp.pc of one's own" "$OURS" "$(seen "$work/private")"
ok "a libseccomp.pc of one's own: the six are ours"

# "Take five functions from this library and seccomp_notify_fd() from libseccomp,
# in a folder that has no other object files:" The commands are the page's.
mkdir "$work/five"
(
	cp "$lib/libseccomp-notify.a" "$dropin/drop-in.c" "$work/five"
	page=$PWD/man/libseccomp-notify.7
	cd "$work/five"
	mv drop-in.c program.c
	eval "$(sed -n 's/\\-/-/g; /^ar x/p; s/^cc -static/& -D_GNU_SOURCE/p' "$page")"
) || fail "the page's commands for a static program with both fail"
works "$work/five/a.out"
for call in $calls; do
	[ "$call" != seccomp_notify_fd ] || continue
	size=$(nm -S "$work/five/a.out" |
		sed -n "s/^[^ ]* \([^ ]*\) T $call\$/\1/p")
	nm -S "$lib/libseccomp-notify.a" | grep -q "$size T $call\$" ||
		fail "$call of the static program with both is not ours"
done
ok "a static program with both: five functions are ours"

# A host that links libseccomp, here one that has it preloaded.
host() { # PLUGIN PRELOADED
	bindings env LD_PRELOAD="${2-$THEIRS}" "$python" -c 'import ctypes, sys
sys.exit(ctypes.CDLL(sys.argv[1], ctypes.RTLD_LOCAL).main())' "$1" |
		sed -n "s/^${1##*/} seccomp_notify_receive //p"
}
# "If the host itself links libseccomp, the plugin gets the host's functions:
# preload this library into the host instead."
same "a plugin in a host with libseccomp" "$THEIRS" "$(host "$work/plugin.so")"
same "a plugin in a host with ours preloaded" "$OURS" \
	"$(host "$work/plugin.so" "$OURS:$THEIRS")"
# "A plugin that contains this library as an archive gets the host's functions
# too, unless it is linked with -Wl,--exclude-libs,ALL or -Wl,-Bsymbolic."
for option in -Wl,--as-needed -Wl,--exclude-libs,ALL -Wl,-Bsymbolic; do
	# shellcheck disable=SC2046 # options
	build "plugin$option.so" -shared -fPIC "$option" $(flags --cflags) \
		"$lib/libseccomp-notify.a" -lseccomp
	case $option in
	-Wl,--as-needed) whose=$THEIRS ;;
	*) whose= ;;
	esac
	same "a plugin with the archive, $option" "$whose" \
		"$(host "$work/plugin$option.so")"
done
ok "a plugin in a host that links libseccomp"

# "If ld.so(8) does not find the library, as in a chroot(2) without it, it prints
# that the library cannot be preloaded and runs the program without it."
missing=$(LD_LIBRARY_PATH="" LD_PRELOAD=$OURS timeout --foreground 60 "$work/theirs" 2>&1)
case $missing in
*"object '$OURS' from LD_PRELOAD cannot be preloaded"*"3 calls answered") ;;
*) fail "ld.so says of a library that is missing: $missing" ;;
esac
ok "ld.so prints that a library cannot be preloaded"

# "Do not do that with a program that traps its own getpid(2), which ld.so(8)
# calls for each line: the program hangs."
sed 's/getppid/getpid/g' "$dropin/drop-in.c" >"$work/getpid.c"
gcc -D_GNU_SOURCE -o "$work/getpid" "$work/getpid.c" -lseccomp
works "$work/getpid"
status=0
LD_DEBUG=bindings LD_DEBUG_OUTPUT=$work/hangs timeout 3 \
	"$work/getpid" >"$work/out" 2>&1 || status=$?
same "a program that traps getpid(2), under LD_DEBUG, ends with" 124 "$status"
same "ldd sees other than libseccomp's" "$THEIRS" "$(seen "$work/getpid")"
ok "LD_DEBUG hangs a program that traps getpid(2), and ldd -r does not"
