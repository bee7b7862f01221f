#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-faults: Kill targets, interrupt supervisors, run out of everything
# Packages: gcc make check pkg-config
# SEED=N repeats a run's random pauses. About a minute, more on a busy machine;
# ten at most.
set -eu
program=${BUILD:-build}/tests/faults/faults
make -s "$program"
exec timeout 600 "$program"
