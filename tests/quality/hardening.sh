#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# hardening: Check size, symbols and protections of the built library
# Packages: gcc binutils make diffutils gcc-aarch64-linux-gnu libc6-dev-arm64-cross
. "$(dirname "$0")/../lib/common.sh"
need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
need strings binutils

# want WHAT PATTERN COMMAND...: its output has a line that matches.
want() {
	what=$1 pattern=$2
	shift 2
	"$@" >"$work/out" 2>&1 || fail "$* failed: $(cat "$work/out")"
	grep -qE "$pattern" "$work/out" ||
		fail "$what: no line with '$pattern' in what $* prints"
	ok "$what"
}

# refuse WHAT PATTERN COMMAND...: no line of its output matches.
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
file=$shared

# dynamic_symbols LIBRARY: what it defines, with the versions.
dynamic_symbols() {
	readelf --dyn-syms -W "$1" |
		awk '$7 != "UND" && $7 ~ /^[0-9]+$/ { print $8 }' | sort
}

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
ok "two builds in two folders are identical"
refuse "no path of the build in the library" "$work" \
	strings -a "$work/one/build/$file"

library=$work/$file
strip -o "$library" "$work/one/build/$file"
same "src/$name.map does not list six functions" 6 "$(wc -l <<<"$calls")"
check_library "$library" "the library"
# shellcheck disable=SC2059,SC2086 # a word for each function
six=$(printf "%s@@$node\n" $calls)
same "the library defines other dynamic symbols" "$six" \
	"$(dynamic_symbols "$library")"
ok "six dynamic symbols, as src/$name.map lists them, and libc alone"
same "the static archive defines other names" "$calls" \
	"$(nm -g --defined-only "$work/one/build/$name.a" |
		awk 'NF == 3 { print $3 }' | sort)"
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
	same "CFLAGS=$flags change the dynamic symbols" "$six" \
		"$(dynamic_symbols "$work/flags/$file")"
	rm -rf "$work/flags"
done
ok "the same dynamic symbols whatever CFLAGS say"

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
want "the stack protector is used" __stack_chk_fail \
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
# Debian's start files lack this note, but the library has no start files.
want "arm64: branch targets and pointer authentication" \
	'AArch64 feature: BTI, PAC' aarch64-linux-gnu-readelf -nW "$work/arm64/$file"
refuse "arm64: no constructor" 'INIT' \
	aarch64-linux-gnu-readelf -dW "$work/arm64/$file"
