#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-examples: Put every published program through storms of signals and failures
# Packages: gcc libc6-dev libc6-dev-i386 make check pkg-config python3 util-linux
# Packages: libseccomp-dev libjson-c-dev
# PROGRAM and CONDITION select rows by a part of their name.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh

need gcc gcc
need python3 python3
out=build/check-examples
make -s BUILD="$out" CFLAGS="-O2 -Werror" fire

# 32-bit targets are tested if the compiler and the kernel support them.
other=$out/fire/victim-32
rm -f "$other"
if ! gcc -m32 -isystem "/usr/include/$(gcc -print-multiarch)" -std=c11 \
	-D_GNU_SOURCE -pthread -o "$other" tests/examples/fire/victim.c \
	2>"$out/m32.log" || ! "$other" /; then
	rm -f "$other"
fi >/dev/null

# Another user runs some of the programs, and must be able to read them.
cp -r "$out" "$work/build"
chmod -R a+rX "$work/build"
python3 tests/examples/fire/driver.py "$work/build" "${PROGRAM:-}" "${CONDITION:-}"
