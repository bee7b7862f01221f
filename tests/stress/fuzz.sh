#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# fuzz: Drive the six calls with libFuzzer, ASan and UBSan; FUZZ_CALLS=N for N calls
# Packages: clang libclang-rt-14-dev libc6-dev make
# An input that failed is kept in build/fuzz; build/fuzz/fuzz FILE runs it again.
set -eu
calls=${FUZZ_CALLS:-1000000}
build=build/fuzz
flags="-O1 -g -fno-sanitize-recover=all"
command -v clang >/dev/null || {
	echo "fuzz: clang is missing: install the package clang" >&2
	exit 1
}

rm -rf "$build"
make -s BUILD="$build" CC=clang \
	CFLAGS="$flags -fsanitize=fuzzer-no-link,address,undefined" \
	"$build/libseccomp-notify.a"
# shellcheck disable=SC2086 # options
clang -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror $flags \
	-fsanitize=fuzzer,address,undefined -Iinclude -Itests/lib \
	-o "$build/fuzz" tests/stress/fuzz.c tests/lib/trap.c \
	"$build/libseccomp-notify.a" -ldl
for wake_up in 0 1; do
	echo "SECCOMP_NOTIFY_SYNC_WAKE_UP=$wake_up:"
	FUZZ_CALLS=$(((calls + 1) / 2)) SECCOMP_NOTIFY_SYNC_WAKE_UP=$wake_up \
		"$build/fuzz" -max_len=4096 -len_control=0 -timeout=60 \
		-artifact_prefix="$build/" 2>"$build/log" || {
		cat "$build/log" >&2
		echo "fuzz: see above" >&2
		exit 1
	}
done
