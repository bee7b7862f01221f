#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-faults: Kill targets, interrupt supervisors, run out of everything
# Packages: gcc libc6-dev make check pkg-config
# SEED=N repeats the random pauses of a run. A run takes 15 seconds on two idle
# processors, and is ended after 30 minutes.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh

need gcc gcc
program=${BUILD:-build}/tests/faults
make -s "$program"
# Symbols are bound once, and not in each of 10,000 children.
LD_BIND_NOW=1 timeout --foreground 1800 "$program" || fail "see above"
