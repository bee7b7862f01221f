# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Above, rates; below, what synchronous wake-up costs and gains.
data = build . '/plot.tsv'
set datafile separator "\t"
set style data histograms
set style fill solid 0.9 border rgb 'white'
set boxwidth 0.95
set grid ytics lc rgb '#d0d0d0'
set border 3
set tics nomirror out
set xtics scale 0
set key outside top center horizontal reverse Left width 2
set multiplot layout 2,1

set title system('head -n 1 ' . build . "/about | cut -d, -f1-4") . ', ' . \
	system("grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}' " . build . '/about')
set ylabel 'thousand round trips a second'
set yrange [0:*]
set xrange [-0.6:7.6]
set style histogram clustered gap 1
set arrow from first 3.5, graph 0 to first 3.5, graph 1 nohead lc rgb '#808080'
set label 'one processor' at first 1.5, graph 0.95 center
set label 'all processors' at first 5.5, graph 0.95 center
set xlabel 'threads of targets x of supervisors'
plot data index 0 using 2:xtic(1) title 'bare ioctls' lc rgb '#999999', \
	'' index 0 using 3 title 'libseccomp-notify' lc rgb '#0072b2', \
	'' index 0 using 4 title 'libseccomp' lc rgb '#e69f00', \
	'' index 0 using 5 title 'bare ioctls, synchronous' lc rgb '#555555', \
	'' index 0 using 6 title 'libseccomp-notify, synchronous' lc rgb '#56b4e9'

unset arrow
unset label
unset title
set ylabel 'microseconds a round trip'
set logscale y
set yrange [1:*]
set xrange [-0.6:6.6]
set xlabel 'targets x supervisors, work of each supervisor after its response and of each target between calls; all processors'
plot data index 1 using 2:xtic(1) title 'libseccomp-notify' lc rgb '#0072b2', \
	'' index 1 using 3 title 'libseccomp-notify, synchronous' lc rgb '#56b4e9'
