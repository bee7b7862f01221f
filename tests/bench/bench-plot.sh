#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# bench-plot: Draw what make bench measured last
# Packages: gnuplot-nox
. "$(dirname "$0")/../lib/common.sh"
need gnuplot gnuplot-nox
build=build/bench
BENCH=plot tests/bench/bench.sh >$build/plot.tsv

# picture NAME TERMINAL SUFFIX
picture() {
	gnuplot -e "build='$build'" -e "set terminal $2" \
		-e "set output '$build/$1.$3'" "tests/bench/$1.gnuplot"
	echo "$build/$1.$3"
}

for name in rates choice; do
	picture $name "pngcairo size 1200,1000 font 'sans,12'" png
	picture $name "svg size 1200,1000 font 'sans,12' background '#ffffff'" svg
done
