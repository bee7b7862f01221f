# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
#
# Medians, ratios and tables, for the awk programs beside this one.
BEGIN {
	FS = "\t"
	NONE = "-"
}

FILENAME ~ /rates/ {
	run = $1 " " $2 " " $3 " " $4 " " $5
	rate[run, $6, $7] = $8
	median[run, $6, $7] = $9 / 1000
	late[run, $6, $7] = $10 / 1000
	if ($7 > rounds)
		rounds = $7
	next
}

# The quantile of n values, which this function sorts.
function quantile(values, n, part, i, j, value, at)
{
	for (i = 2; i <= n; i++) {
		value = values[i]
		for (j = i - 1; j > 0 && values[j] > value; j--)
			values[j + 1] = values[j]
		values[j + 1] = value
	}
	at = 1 + part * (n - 1)
	i = int(at)
	return i == n ? values[n] : \
		values[i] + (at - i) * (values[i + 1] - values[i])
}

# Median over the rounds of what was measured; 0 if it was not.
function middle(table, run, name, values, i, n)
{
	for (i = 1; i <= rounds; i++)
		if ((run, name, i) in table)
			values[++n] = table[run, name, i]
	return n ? quantile(values, n, 0.5) : 0
}

# Appends to values, for each round, the ratio of the rates of two variants.
function add_ratios(values, n, run, name, to, i)
{
	for (i = 1; i <= rounds; i++)
		if ((run, name, i) in rate && (run, to, i) in rate)
			values[++n] = rate[run, name, i] / rate[run, to, i]
	return n
}

function spread(values, n)
{
	return n == 0 ? NONE : sprintf("%.3f (%.3f to %.3f)", \
		quantile(values, n, 0.5), quantile(values, n, 0.25), \
		quantile(values, n, 0.75))
}

function ratio(run, name, to, values)
{
	return spread(values, add_ratios(values, 0, run, name, to))
}

function grouped(number, text)
{
	text = sprintf("%.0f", number)
	while (match(text, /^[0-9]+[0-9][0-9][0-9](,|$)/))
		sub(/[0-9][0-9][0-9](,|$)/, ",&", text)
	return text
}

function per_second(run, name, value)
{
	value = middle(rate, run, name)
	return value ? grouped(value) : NONE
}

function microseconds(value)
{
	return value == 0 ? NONE : value < 0.0995 ? sprintf("%.2g", value) : \
		value < 9.95 ? sprintf("%.2f", value) : value < 99.5 ? sprintf("%.1f", value) : grouped(value)
}

function micro(run, name, value)
{
	value = middle(rate, run, name)
	return value ? 1e6 / value : 0
}

function each(run, name)
{
	return microseconds(micro(run, name))
}

function latency(run, name)
{
	if (!middle(rate, run, name))
		return NONE
	return microseconds(middle(median, run, name)) " / " \
		microseconds(middle(late, run, name))
}

function row(a, b, c, d, e, f)
{
	cell[++rows, 1] = a
	cell[rows, 2] = b
	cell[rows, 3] = c
	cell[rows, 4] = d
	cell[rows, 5] = e
	cell[rows, 6] = f
}

function head(text)
{
	row("**" text "**", "", "", "", "", "")
}

function print_table(i, j, width, line, columns)
{
	for (j = 1; j <= 6; j++)
		if (cell[1, j] != "")
			columns = j
	for (i = 1; i <= rows; i++)
		for (j = 1; j <= 6; j++)
			if (length(cell[i, j]) > width[j])
				width[j] = length(cell[i, j])
	for (i = 1; i <= rows; i++) {
		line = "|"
		for (j = 1; j <= columns; j++)
			line = line sprintf(j == 1 ? " %-" width[j] "s |" : \
				" %" width[j] "s |", cell[i, j])
		print line
		if (i == 1) {
			gsub(/[^|]/, "-", line)
			gsub(/--\|/, ": |", line)
			gsub(/\|-/, "| ", line)
			sub(/: \|/, "- |", line)
			print line
		}
	}
}

function goal(text, met)
{
	print (met ? "goal met: " : "GOAL MISSED: ") text
	if (!met)
		missed = 1
}

function at_least(what, values, n, least)
{
	if (n == 0) {
		print "SKIP: bench: not measured here: " what
		return
	}
	goal(sprintf("%s: at least %s, is %s", what, least, \
		spread(values, n)), quantile(values, n, 0.5) >= least)
}

function at_most(what, is, most)
{
	goal(what ": at most " most ", is " is, is <= most)
}
