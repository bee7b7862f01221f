#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# soak: Answer 64 threads for DURATION=SECONDS (60) while targets are killed
# Packages: gcc make check pkg-config
# SEED=N repeats a run's arguments, answers and victims.
set -eu
program=${BUILD:-build}/tests/soak
make -s "$program"
exec "$program"
