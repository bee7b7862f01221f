#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-faults: Kill targets, interrupt supervisors, run out of everything
# Packages: gcc make check pkg-config
# SEED=N repeats a run's random pauses. Two minutes on two busy processors;
# ten at most.
set -eu
program=${BUILD:-build}/tests/faults
make -s "$program"
# Symbols are bound once, and not in each of 10,000 children.
export LD_BIND_NOW=1
exec timeout 600 "$program"
