# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Above, what each way to answer a call costs; below, how the cost of a
# notification grows.
data = build . '/plot.tsv'
set datafile separator "\t"
set grid ytics lc rgb '#d0d0d0'
set border 3
set tics nomirror out
set key outside top center horizontal reverse Left width 2
set logscale y
set format y '%g'
set multiplot layout 2,1

set title system('head -n 1 ' . build . "/about | cut -d, -f1-4") . ', ' . \
	system("grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}' " . build . '/about')
set ylabel 'microseconds a call, one target'
set yrange [0.001:*]
set rmargin 6
set style data histograms
set style fill solid 0.9 border rgb 'white'
set style histogram clustered gap 1
set boxwidth 0.95
set xtics scale 0 rotate by -20 noenhanced
plot data index 2 using 2:xtic(1) title 'value, one processor' lc rgb '#0072b2', \
	'' index 2 using 3 title 'value, all processors' lc rgb '#56b4e9', \
	'' index 2 using 4 title 'path, one processor' lc rgb '#d55e00', \
	'' index 2 using 5 title 'path, all processors' lc rgb '#e69f00'

unset title
set xtics scale 1 norotate enhanced
set logscale x
set format x '%g'
set xrange [0.8:12500]
set yrange [1:*]
set ylabel 'microseconds a notification'
set xlabel 'waiting targets; one supervisor with epoll, one processor'
set style data linespoints
plot data index 3 using 1:2 title '1 listener' lc rgb '#0072b2' pt 7, \
	data index 4 using 1:2 title '10 listeners' lc rgb '#009e73' pt 5, \
	data index 5 using 1:2 title '100 listeners' lc rgb '#d55e00' pt 9
