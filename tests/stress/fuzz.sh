#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# fuzz: Drive the six calls with libFuzzer, ASan and UBSan; FUZZ_CALLS=N for N calls
# Packages: clang libclang-rt-14-dev libc6-dev make
# An input that failed is kept in build/fuzz until the next run of this script;
# build/fuzz/fuzz FILE repeats it.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh

need clang clang
calls=${FUZZ_CALLS:-1000000}
out=build/fuzz
flags="-O1 -g -fno-sanitize-recover=all"
rm -rf "$out"
make -s BUILD="$out" CC=clang \
	CFLAGS="$flags -fsanitize=fuzzer-no-link,address,undefined" \
	"$out/libseccomp-notify.a"
# shellcheck disable=SC2086 # options
clang -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror $flags \
	-fsanitize=fuzzer,address,undefined -Iinclude -Itests/lib \
	-o "$out/fuzz" tests/stress/fuzz.c tests/stress/fuzz_crews.c \
	tests/lib/trap.c tests/lib/process.c "$out/libseccomp-notify.a" -ldl
for wake_up in 0 1; do
	echo "SECCOMP_NOTIFY_SYNC_WAKE_UP=$wake_up:"
	FUZZ_CALLS=$(((calls + 1) / 2)) SECCOMP_NOTIFY_SYNC_WAKE_UP=$wake_up \
		"$out/fuzz" -max_len=4096 -len_control=0 -timeout=60 \
		-artifact_prefix="$out/" 2>"$out/log" || {
		cat "$out/log" >&2
		fail "see above"
	}
done
