#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# bench-plot: Draw what make bench measured last
# Packages: gnuplot-nox
set -eu
build=build/bench

command -v gnuplot >/dev/null || {
	echo "bench-plot: gnuplot is missing: install the package gnuplot-nox" >&2
	exit 1
}
BENCH=plot tests/bench/bench.sh >$build/plot.tsv

# picture TERMINAL SUFFIX
picture() {
	gnuplot -e "build='$build'" -e "set terminal $1" \
		-e "set output '$build/rates.$2'" tests/bench/rates.gnuplot
	echo "$build/rates.$2"
}

picture "pngcairo size 1200,1000 font 'sans,12'" png
picture "svg size 1200,1000 font 'sans,12' background '#ffffff'" svg
