# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# The differences from libseccomp, as README.md and libseccomp-notify(7) list them.
# Sourced by check-dropin.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck disable=SC2046 # options
gcc -D_GNU_SOURCE -Wall -Wextra -Werror $(flags --cflags) -Itests/lib \
	$(pkg-config --cflags check) -o "$work/differences" \
	"$dropin/differences.c" tests/lib/*.c -lseccomp \
	$(pkg-config --libs check)

# The table's rows about size are for Debian 12's compiler.
sizes=$(. /etc/os-release && [ "$ID$VERSION_ID $(uname -m)" = "debian12 x86_64" ] &&
	echo yes) || true

# measure FOLDER FILE [PRELOADED]: prints the results with the libseccomp of the
# folder. FILE is the library whose size is measured.
measure() {
	LD_LIBRARY_PATH=$1:$lib LD_PRELOAD=${3-} timeout --foreground 300 "$work/differences" ||
		fail "the cases do not run on $2"
	[ "$sizes" ] || return 0
	strip -o "$work/stripped" "$2"
	echo "stripped size on x86-64, bytes|$(stat -c %s "$work/stripped")"
	echo "relocations on x86-64|$(readelf -rW "$2" | grep -c ' R_')"
}

# said VERSION: what the table on standard input says for that libseccomp. A
# field may be "RESULT (VERSION, VERSION), RESULT (VERSION)".
said() {
	awk -F '|' -v OFS='|' -v version="${1//./\\.}" '
		$2 ~ /\([0-9.]*[,)]/ {
			count = split($2, results, /\),? ?/)
			for (i = 1; i <= count; i++)
				if (results[i] ~ "[( ]" version "(,|$)")
					$2 = results[i]
			sub(/ \(.*/, "", $2)
		}
		$1 !~ / on x86-64/ || "'"$sizes"'" { print }'
}

readme_table() {
	sed -n '/^## Differences from libseccomp/,/^## [^D]/p' README.md |
		sed -n 's/^| \(.*\) | \(.*\) | \(.*\) |$/\1|\2|\3/p' | tail -n +3
}

page_table() {
	sed 's/\\-/-/g' man/libseccomp-notify.7 | perl -0777 -ne \
		'print "$1|$2|$3\n" while /T\{\n(.*)\nT\}\|T\{\n(.*)\nT\}\|T\{\n(.*)\nT\}/g'
}

# heads: the last two columns of the heads of both tables.
heads() {
	sed -n 's/^| Case .* | \(.*\) | \(.*\) |$/\1|\2/p' README.md
	sed -n 's/\\-/-/g; s/^Case|//p' man/libseccomp-notify.7
}

# compare FOLDER: compares the libseccomp there with ours.
compare() {
	local file version row
	file=$(readlink -f "$1/$THEIRS")
	version=${file##*.so.}
	measure "$1" "$file" >"$work/theirs.rows"
	measure "$1" "$lib/$OURS" "$OURS" >"$work/ours.rows"
	row=$(paste -d '|' "$work/theirs.rows" <(cut -d '|' -f 2 "$work/ours.rows"))
	echo "case | libseccomp $version | libseccomp-notify"
	echo "$row"
	if ! grep -qw "${version//./\\.}" man/libseccomp-notify.7; then
		echo "SKIP: check-dropin: the page does not know libseccomp $version yet, see above"
		return
	fi
	if awk -F '|' '$2 == $3' <<<"$row" | grep .; then
		fail "the cases above give the same results with libseccomp $version"
	fi
	# The README has some of the rows.
	if readme_table | said "$version" | grep -vxF "$row"; then
		fail "the rows of README.md above are not what was measured on $version"
	fi
	same "the table in libseccomp-notify(7) is not what was measured on $version" \
		"$row" "$(page_table | said "$version")"
	ok "differences from libseccomp $version: as the page and the README say"
}

same "the tables' heads" "libseccomp|libseccomp-notify
libseccomp|libseccomp-notify" "$(heads)"
compare "$(dirname "$(gcc -print-file-name="$THEIRS")")"
for suite in $NEWER; do
	if apt_unpack "$suite-$arch" "$work/$suite" libseccomp2 libseccomp-dev; then
		compare "$(dirname "$(find "$work/$suite" -name "$THEIRS")")"
		everything "the libseccomp of $suite" -I"$work/$suite/usr/include"
	else
		missing "$suite-$arch" "differences from its libseccomp"
	fi
done
