#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# soak: Answer 64 threads for DURATION=SECONDS (60) while targets are killed
# Packages: gcc libc6-dev make check pkg-config
# SEED=N repeats the arguments, the answers and the choice of killed targets.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh

need gcc gcc
program=${BUILD:-build}/tests/soak
make -s "$program"
"$program" || fail "see above"
