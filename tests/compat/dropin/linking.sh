# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Whose functions a program gets: linked, preloaded, static, as a plugin.
# Sourced by check-dropin.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# One source, built four ways.
# "The program then calls this library's six functions, and libseccomp's
# functions for all else."
# "It works alongside libseccomp, or without it."
# "A supervisor that gets its listener from seccomp(2) or over a socket needs
# neither libseccomp nor its header:" "The header is <seccomp.h>, as it is with
# libseccomp."
# "Link a static supervisor with -static and the flags that pkg-config --static
# --libs libseccomp-notify prints."
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
		"3 calls answered" "$(timeout --foreground 300 "$work/static")"
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
	"$(timeout --foreground 300 "$work/static")"
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
# The library comes before libseccomp, after it, and twice.
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
# The second one is preloaded by its path. By its name, the dynamic linker would
# take it for the copy, which has the same soname.
same "linked and preloaded, with another copy before it" \
	"$(expected both copy.so)" "$(bindings env \
		LD_PRELOAD="$work/copy.so $lib/$OURS" "$work/both")"
ok "linked and preloaded, as the same file and as two"

mkdir "$work/alias"
ln -s "$lib/$OURS" "$work/alias/$THEIRS"
same "seccomp_notify_fd() of a libseccomp.so.2 that is a link to ours" -22 \
	"$(LD_LIBRARY_PATH=$work/alias "$python" -c 'import ctypes
print(ctypes.CDLL("libseccomp.so.2").seccomp_notify_fd(None))')"
ok "as libseccomp.so.2 itself: no filter context is valid"

# "Link a plugin in the same way."
# A plugin in a program that links neither library, and the static archive.
# shellcheck disable=SC2046 # options
build plugin.so -shared -fPIC $(flags --cflags --libs) -lseccomp
same "a plugin loaded with RTLD_LOCAL" "$(expected plugin.so "$OURS")" \
	"$(load "$work/plugin.so" "" RTLD_LOCAL)"
ok "a plugin loaded with RTLD_LOCAL"

# shellcheck disable=SC2046 # options
build archive $(flags --cflags) "$lib/libseccomp-notify.a" -lseccomp
same "linked with libseccomp-notify.a -lseccomp" \
	"$(expected archive "$THEIRS" | grep -v notify_)" \
	"$(bindings "$work/archive")"
ok "libseccomp-notify.a -lseccomp: the six are in the program"

# Without a compiler: the example in Python.
if [ "$(uname -m)$hidden" = x86_64yes ]; then
	same "the example in Python" "my parent is 4711" \
		"$(without_libseccomp env -i PATH=/nonexistent \
			LD_LIBRARY_PATH="$lib" \
			"$python" tests/examples/supervisor.py)"
	ok "the example in Python, without libseccomp and compiler"
fi

# "A static program cannot have both libraries as they are: if this library comes
# first, the linker reports multiple definitions of the six functions; if it comes
# last, the program silently gets libseccomp's functions."
# complaints MESSAGE OPTIONS...: the names in the linker's errors of this kind.
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
same "the functions that -lseccomp-notify lacks are not libseccomp's own" \
	"$(expected both "$OURS" | sed -n "s/^both \(.*\) $THEIRS/\1/p")" \
	"$(complaints "undefined reference to" $(flags --cflags --libs))"
# shellcheck disable=SC2046 # options
same "the functions that are defined twice in a static program are not our six" \
	"$calls" "$(complaints "multiple definition of" -static \
		$(flags --static --cflags --libs) -lseccomp | sed 's/;.*//')"
# shellcheck disable=SC2046 # options
same "the receive of a static program with libseccomp first" libseccomp.a \
	"$(gcc -D_GNU_SOURCE -static -Wl,--trace-symbol=seccomp_notify_receive \
		-o "$work/last" "$dropin/drop-in.c" $(flags --cflags) -lseccomp \
		$(flags --static --libs) 2>&1 |
		sed -nE 's|.*/(libsec[^(]*)\(.*: definition of .*|\1|p')"
ok "libseccomp's other calls need -lseccomp; a static program can't have both"
