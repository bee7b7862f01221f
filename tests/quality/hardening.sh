#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# hardening: Check size, symbols and protections of the built library
# Packages: gcc binutils make diffutils gcc-aarch64-linux-gnu libc6-dev-arm64-cross
set -eu
export LC_ALL=C.UTF-8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "hardening: $*" >&2
	exit 1
}

ok() {
	echo "ok: $*"
}

# want WHAT PATTERN COMMAND...: its output has a line with the pattern.
want() {
	what=$1 pattern=$2
	shift 2
	"$@" >"$work/out" 2>&1 || fail "$* failed: $(cat "$work/out")"
	grep -qE "$pattern" "$work/out" ||
		fail "$what: no line with '$pattern' in what $* prints"
	ok "$what"
}

# refuse WHAT PATTERN COMMAND...: it has none.
refuse() {
	what=$1 pattern=$2
	shift 2
	"$@" >"$work/out" 2>&1 || fail "$* failed: $(cat "$work/out")"
	if grep -E "$pattern" "$work/out"; then
		fail "$what: the lines above are in what $* prints"
	fi
	ok "$what"
}

at_most() {
	[ "$2" -le "$3" ] || fail "$1: $2, where $3 is the limit"
	ok "$1: $2 (limit $3)"
}

name=libseccomp-notify
version=$(sed -n 's/^VERSION = //p' Makefile)
file=$name.so.$version

# Two builds in two folders.
for folder in one two/deeper; do
	mkdir -p "$work/$folder"
	cp -r Makefile include src "$name.pc.in" "$work/$folder"
	make -s -C "$work/$folder"
done
for product in "$file" "$name.a"; do
	cmp "$work/one/build/$product" "$work/two/deeper/build/$product" ||
		fail "$product depends on the folder in which it is built"
done
ok "two builds in two folders are equal to the byte"
refuse "no path of the build in the library" "$work" \
	strings -a "$work/one/build/$file"

library=$work/$file
strip -o "$library" "$work/one/build/$file"
readelf --dyn-syms -W "$library" |
	awk '$7 != "UND" && $5 == "GLOBAL" && $4 == "FUNC" {
		sub("@@", " "); print $8, $9 }' | sort >"$work/have"
node=$(sed -n 's/^\([A-Z_0-9.]*\) {$/\1/p' "src/$name.map")
sed -n "s/^\t*\(seccomp_[a-z_]*\);/\1 $node/p" "src/$name.map" | sort \
	>"$work/listed"
[ "$(wc -l <"$work/listed")" -eq 6 ] || fail "src/$name.map lists other than six"
diff "$work/listed" "$work/have" || fail "other symbols than src/$name.map lists"
[ "$(readelf --dyn-syms -W "$library" |
	awk '$7 != "UND" && $7 ~ /^[0-9]+$/' | wc -l)" -eq 6 ] ||
	fail "the library defines more dynamic symbols than its six functions"
ok "six dynamic symbols, as src/$name.map lists them"
nm -g --defined-only "$work/one/build/$name.a" | awk 'NF == 3 { print $3 }' |
	sort >"$work/archived"
cut -d ' ' -f 1 "$work/listed" | diff - "$work/archived" ||
	fail "the static archive defines other names"
ok "the static archive defines the same six"
readelf -SW "$work/one/build/$name.a" | grep -F .note.GNU-stack >"$work/notes" ||
	fail "the archive's objects have no note about their stack"
[ "$(wc -l <"$work/notes")" -eq "$(ar t "$work/one/build/$name.a" | wc -l)" ] ||
	fail "not each object of the archive has a note about its stack"
if grep ' X ' "$work/notes"; then
	fail "an object of the archive asks for an executable stack"
fi
ok "no object of the archive asks for an executable stack"
writable=$(nm "$work/one/build/$file" |
	awk '$2 ~ /^[bBdDC]$/ && $3 !~ /^_/ { sub(/[.].*/, "", $3); print $3 }' |
	sort | xargs)
[ "$writable" = "last_block wanted" ] ||
	fail "writable data beyond those of synchronous wake-up: $writable"
ok "no writable data but those of synchronous wake-up"
for flags in "-O0" "-O3 -flto" "-Os -fcommon -fno-pic" -fvisibility=hidden; do
	make -s BUILD="$work/flags" CFLAGS="$flags" "$work/flags/$file"
	readelf --dyn-syms -W "$work/flags/$file" |
		awk '$7 != "UND" && $7 ~ /^[0-9]+$/ { sub("@@", " "); print $8, $9 }' |
		sort | diff "$work/listed" - ||
		fail "CFLAGS=$flags change the dynamic symbols"
	rm -rf "$work/flags"
done
ok "the same dynamic symbols whatever CFLAGS say"

want "soname" "SONAME.*\[$name\.so\.1\]" readelf -dW "$library"
[ "$(readelf -dW "$library" | grep -c NEEDED)" -eq 1 ] ||
	fail "the library needs other than libc alone"
want "needs libc alone" 'NEEDED.*\[libc\.so\.6\]' readelf -dW "$library"
want "read-only relocations" GNU_RELRO readelf -lW "$library"
want "immediate binding" 'FLAGS_1.*NOW' readelf -dW "$library"
want "non-executable stack" 'GNU_STACK .* RW ' readelf -lW "$library"
refuse "no text relocation, no path to search, no constructor" \
	'TEXTREL|RPATH|RUNPATH|\(INIT|\(FINI|INIT_ARRAY|FINI_ARRAY' \
	readelf -dW "$library"
refuse "no segment is writable and executable" 'LOAD.* RWE ' readelf -lW "$library"
for option in -fstack-protector-strong -fstack-clash-protection; do
	want "built with $option" "DW_AT_producer.*$option" \
		readelf --debug-dump=info "$work/one/build/$file"
done
want "the stack protector is at work" __stack_chk_fail \
	readelf --dyn-syms -W "$library"
at_most "bytes, stripped" "$(stat -c %s "$library")" 16384
at_most "relocations" "$(readelf -rW "$library" | grep -c R_)" 20
if [ "$(uname -m)" = x86_64 ]; then
	want "CET: indirect branches and shadow stack" 'x86 feature: IBT, SHSTK' \
		readelf -nW "$library"
fi

make -s BUILD="$work/arm64" CC=aarch64-linux-gnu-gcc "$work/arm64/$file"
want "arm64: pointer authentication" paciasp \
	aarch64-linux-gnu-objdump -d "$work/arm64/$file"
# Debian's start files have no such note; the library has no start files.
want "arm64: branch targets and pointer authentication" \
	'AArch64 feature: BTI, PAC' aarch64-linux-gnu-readelf -nW "$work/arm64/$file"
refuse "arm64: no constructor" 'INIT' \
	aarch64-linux-gnu-readelf -dW "$work/arm64/$file"
