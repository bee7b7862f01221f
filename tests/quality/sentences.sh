#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Each sentence of the manual page is quoted at the test that proves it, whole
# or in parts at several tests. Prints what no test quotes, and what a test
# quotes that the pages do not say (any more).
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Sentences without a claim that a test could prove.
cat >"$work/claims-nothing" <<'END'
The structures are those of <linux/seccomp.h>; seccomp_unotify(2) describes their fields.
errno of seccomp_notify_receive(), seccomp_notify_respond() and seccomp_notify_id_valid():
errno means nothing after success.
END

# text PAGE: a paragraph a line.
text() {
	mandoc -Tascii -O width=1000 "$1" | col -bx
}

# mandoc sets two spaces after a sentence. Before it, an error's name, and the
# functions that give it, are no part of it.
text man/seccomp_notify_alloc.3notify |
	awk '/^[A-Z]/ { wanted = /^(DESCRIPTION|RETURN VALUE|ERRORS|NOTES)$/ }
		/^     / && wanted' |
	sed -E -e 's/^ +//' -e 's/^-?E[A-Z]+( +|$)//' \
		-e 's/^\((seccomp_notify_[a-z_]+\(\)(, )?)+\) //' \
		-e 's/([.:]\)?)  +/\1\n/g' | grep . >"$work/sentences"
for page in man/*; do
	text "$page"
done | tr -s ' \n' ' ' >"$work/pages"
find tests -name '*.c' -exec perl -0777 -ne 'while (m{/\*(.*?)\*/}gs) {
		($comment = $1) =~ s/^\s*\*//mg;
		$comment =~ s/\s+/ /g;
		print "$1\n" while $comment =~ /"([^"]+)"/g;
	}' {} + | sort -u >"$work/quotations"

awk '
	FILENAME ~ /quotations$/ { quotations[$0] = NF; next }
	FILENAME ~ /pages$/ { pages = pages $0; next }
	FILENAME ~ /nothing$/ { nothing[$0] = 1; next }
	$0 in nothing { used[$0] = 1; next }
	{
		sentences++
		split("", quoted)
		for (quotation in quotations)
			if ((at = index($0, quotation)))
				for (i = 0; i < length(quotation); i++)
					quoted[at + i] = 1
		left = ""
		for (i = 1; i <= length($0); i++)
			left = left (quoted[i] ? " " : substr($0, i, 1))
		if (left ~ /[[:alnum:]]/) {
			gsub(/  +/, " ... ", left)
			print "no test quotes: " left
			print "  of: " $0
			failed = 1
		}
	}
	END {
		for (quotation in quotations)
			if (quotations[quotation] > 2 && !index(pages, quotation)) {
				print "no manual page says: " quotation
				failed = 1
			}
		for (sentence in nothing)
			if (!used[sentence]) {
				print "not in the manual page: " sentence
				failed = 1
			}
		if (!failed)
			print "ok: tests quote the " sentences " sentences of the manual page"
		exit failed
	}' "$work/quotations" "$work/pages" "$work/claims-nothing" "$work/sentences"
