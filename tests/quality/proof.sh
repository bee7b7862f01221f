#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# proof: Prove by model checking what the library does for every answer of a kernel
# Packages: gcc libc6-dev linux-libc-dev
#
# CBMC of Debian sid, unpacked and not installed, checks the files of src/ as
# they are, against tests/quality/proof/proof.c. Each assertion that quotes
# <seccomp.h> must quote what the header says. Then the faults in
# tests/quality/proof/faults.txt are planted one by one. Each line there names a
# fault and the assertion that must then fail, and each assertion must be named.
# JOBS=N runs N checks at a time.
. "$(dirname "$0")/../lib/common.sh"
. tests/lib/apt.sh
need gcc gcc

folder=tests/quality/proof
suite=sid-$(dpkg --print-architecture)
root=$archive/$suite/proof
proofs=$(sed -n 's/^void prove_\([a-z_]*\)(void)$/\1/p' $folder/proof.c)
# The unwinding assertions prove that no loop makes more turns than this.
options="--unwind 36 --unwinding-assertions --object-bits 12 --slice-formula
	--malloc-may-fail --malloc-fail-null --memory-leak-check"

apt_unpack "$suite" "$root" cbmc libc6 libgcc-s1 libstdc++6 minisat || {
	missing "$suite" "the proof"
	exit 0
}
libraries=$(dirname "$(find "$root/usr/lib" -name 'libc.so.6')")
loader=$(find "$root/usr/lib" -name 'ld-linux*.so.*' | head -n 1)

# tool NAME ARGUMENT...: runs a program of CBMC with sid's C library.
tool() {
	"$loader" --library-path "$libraries:$root/usr/lib" \
		"$root/usr/bin/$1" "${@:2}"
}

# compile SRC FOLDER: compiles the library's files and the proof for CBMC.
compile() {
	local file flags=(-std=c11 -D_GNU_SOURCE -Iinclude -DSECCOMP_NOTIFY_BUILD)

	mkdir -p "$2"
	for file in "$1"/*.c; do
		tool goto-cc "${flags[@]}" -I$folder -I"$1" \
			-include $folder/names.h -c "$file" -o "$2/$(basename "$file" .c).gb" || return
	done
	tool goto-cc "${flags[@]}" -c $folder/proof.c -o "$2/proof.gb"
}

# prove NAME FOLDER [OPTION...]: writes a line for each property to a log.
prove() {
	tool goto-cc "$2"/*.gb -o "$2/$1.linked" --function "prove_$1" &&
		tool goto-instrument --replace-calls find:proof_find \
			"$2/$1.linked" "$2/$1.goto" >"$2/$1.log" || return
	# shellcheck disable=SC2086 # The options are words.
	tool cbmc "$2/$1.goto" --function "prove_$1" $options "${@:3}" \
		>"$2/$1.log" 2>&1 || true
	grep -q '^VERIFICATION' "$2/$1.log" || {
		cat "$2/$1.log" >&2
		return 1
	}
}

# failed LOG: the descriptions of the properties that failed.
failed() {
	sed -n 's/^\[.*\] line [0-9]* \(.*\): FAILURE$/\1/p
		s/^\[\(.*\)\] \(dynamically.*\): FAILURE$/\2/p' "$1"
}

# check_proof NAME: all its properties hold for the library as it is.
check_proof() {
	local name log=$work/as-it-is/$1.log wrong

	name=$1
	prove "$name" "$work/as-it-is" || fail "CBMC could not check $name"
	wrong=$(failed "$log" | grep -v '^reach: ' || true)
	[ -z "$wrong" ] || fail "$name does not hold:
$wrong"
	# Each assertion "reach: ..." says that no run gets there. It has to
	# fail, or the assumptions exclude too much.
	wrong=$(grep "^\[prove_$name\..* reach: .*SUCCESS$" "$log" || true)
	[ -z "$wrong" ] || fail "$name proves too little, as no run reaches this:
$wrong"
	echo "ok: $name: $(grep -c ': SUCCESS$' "$log") properties hold"
}

# words FILE: the words of its comments, on one line.
words() {
	sed -n '/^\/\*/,/\*\//p' "$1" | sed 's/^ *\*\///; s/^ *\/\?\*//' |
		tr -s ' \t\n' ' '
}

# The assertions, a line each: PROMISE or PROVE, and the words.
assertions() {
	tr -s ' \t\n' ' ' <$folder/proof.c |
		grep -oE 'PRO(MISE|VE)\(|"[^"]*"\);|#define PRO' |
		awk '/^#define/ { skip = 1; next }
			/^PRO/ { kind = $0; if (skip) kind = ""; skip = 0; next }
			kind { sub(/\($/, "", kind); print kind "\t" $0; kind = "" }' |
		sed 's/\t"\(.*\)");$/\t\1/'
}

check_words() {
	local kind words header

	header=$(words include/seccomp.h)
	assertions >"$work/assertions"
	while IFS=$'\t' read -r kind words; do
		[ "$kind" = PROVE ] || [[ $header == *"$words"* ]] ||
			fail "include/seccomp.h does not say: $words"
	done <"$work/assertions"
	echo "ok: $(grep -c ^PROMISE "$work/assertions") assertions quote the header"
}

# plant NUMBER PROOF CHANGE WORDS: the assertion with these words must fail.
plant() {
	local here=$work/fault-$1 proof=$2 change=$3 words=$4 properties

	mkdir "$here"
	cp -r src "$here"
	sed -i "$change" "$here"/src/*.[ch]
	! diff -rq src "$here/src" >/dev/null ||
		fail "the fault of line $1 changes nothing: $change"
	compile "$here/src" "$here/goto" >"$here/log" 2>&1 || {
		cat "$here/log" >&2
		fail "the fault of line $1 does not compile: $change"
	}
	# Only the properties with these words are checked.
	mapfile -t properties < <(grep -F " $words: " "$work/as-it-is/$proof.log" |
		sed 's/^\[\([^]]*\)\].*/--property\n\1/')
	prove "$proof" "$here/goto" "${properties[@]}" ||
		fail "CBMC could not check the fault of line $1"
	failed "$here/goto/$proof.log" | grep -qxFe "$words" ||
		fail "the fault of line $1 does not make this fail: $words"
	rm -r "$here"
}

each() { # COMMAND: runs it for each line of input, JOBS at a time
	# shellcheck disable=SC2016 # The inner shell expands it.
	xargs -d '\n' -P "${JOBS:-2}" -I{} bash -c '
		set -euo pipefail
		IFS=$'"'\t'"' read -r -a line <<<"$2"
		$1 "${line[@]}"' bash "$1" {}
}

export -f tool compile prove failed check_proof plant fail
export check work folder root libraries loader options

compile src "$work/as-it-is"
check_words
each check_proof <<<"$proofs"
grep -n . $folder/faults.txt | grep -v '^[0-9]*:#' | sed 's/:/\t/' >"$work/faults"
missed=$(cut -f 2 "$work/assertions" | sort -u |
	grep -vxFf <(cut -f 4 "$work/faults") || true)
[ -z "$missed" ] || fail "no planted fault shows that these can fail:
$missed"
each plant <"$work/faults"
echo "ok: $(wc -l <"$work/faults") planted faults are found, and each assertion finds one ($SECONDS s)"
