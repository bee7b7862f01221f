# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# The Alpine packages
# shellcheck shell=bash disable=SC2016,SC2153,SC2154,SC2164
# check-packages.sh sources this file.

# Debian has no abuild. Here, Alpine's shell runs the recipe's functions, and
# the files are moved to the subpackages as abuild's own functions do it.
check_alpine() {
	local srcdir=$work/alpine/src pkgdir=$work/alpine/pkg
	local dev=$work/alpine/dev doc=$work/alpine/doc part

	step "Alpine"
	run alpine-lint shellcheck "$source/$recipes/alpine/APKBUILD"
	mkdir -p "$srcdir" "$pkgdir" "$dev/usr/lib" "$doc/usr/share"
	tar -C "$srcdir" -xf "$tarball_file"
	for part in build check package; do
		run "alpine-$part" env srcdir="$srcdir" pkgdir="$pkgdir" part=$part \
			recipe="$source/$recipes/alpine/APKBUILD" busybox sh -euc '
			. "$recipe"
			for variable in pkgname pkgver pkgrel pkgdesc url arch license; do
				eval "[ \"\$$variable\" ]" || exit 1
			done
			cd "$srcdir/$pkgname-$pkgver"
			$part'
	done
	grep -q '^100%: Checks: [1-9]' "$work/alpine-check.log" ||
		fail "the Alpine recipe did not run the tests"
	mv "$pkgdir/usr/include" "$dev/usr"
	mv "$pkgdir/usr/lib/$NAME.so" "$pkgdir/usr/lib/$NAME.a" \
		"$pkgdir/usr/lib/pkgconfig" "$dev/usr/lib"
	mv "$pkgdir/usr/share"/* "$doc/usr/share"
	same "the Alpine package $NAME has other files" \
		"$(library_files usr/lib | sort)" "$(manifest "$pkgdir")"
	same "the Alpine package $NAME-dev has other files" \
		"$({ development_files usr/lib usr/include
			static_files usr/lib
			pc_files usr/lib/pkgconfig; } | sort)" "$(manifest "$dev")"
	same "the Alpine package $NAME-doc has other files" \
		"$({ manual_files usr/share/man ""
			example_files "usr/share/doc/$NAME/examples"
			echo "644 usr/share/licenses/$NAME/LICENSE"; } | sort)" \
		"$(manifest "$doc")"
	# shellcheck source=/dev/null
	same "the Alpine recipe depends on other packages" \
		"linux-headers|linux-headers|check-dev libseccomp pkgconf" \
		"$(. "$recipes/alpine/APKBUILD" &&
			echo "$depends_dev|$makedepends|$checkdepends")"
}
