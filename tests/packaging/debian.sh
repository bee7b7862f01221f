# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Debian's packages: built, checked, installed, used and purged
# shellcheck shell=bash disable=SC2016,SC2153,SC2154,SC2164
# check-packages.sh sources this file.

build_debian() {
	cd "$1"
	cp "$tarball_file" "${NAME}_$version.orig.tar.gz"
	unpack "$tarball_file" debian-build
	cp -r "debian-build/$recipes/debian" debian-build
	cd debian-build
	DEB_BUILD_OPTIONS=$2 dpkg-buildpackage -us -uc
}

check_debian() {
	local i deb debs multiarch root=$work/debian-files unpacked

	step "Debian"
	run debian-lint shellcheck \
		"$source/$recipes/debian/tests/manual-page-example"
	run debian1 in_place 1 build_debian "$place1" ""
	run debian2 in_place 2 build_debian "$place2" nocheck
	debs=$(cd "$place1" && printf '%s\n' *.deb)
	same "the Debian packages are not these" \
		"$NAME-dev ${NAME}1 ${NAME}1-dbgsym" \
		"$(cut -d _ -f 1 <<<"$debs" | sort | xargs)"
	for deb in $debs; do
		equal "the package $deb" "$deb"
	done
	grep -q '^100%: Checks: [1-9]' "$work/debian1.log" ||
		fail "the Debian build did not run the tests"

	run lintian lintian --allow-root --pedantic -I -E --show-overrides \
		--fail-on none \
		"$place1"/*.changes
	# Lintian reports an override that is not needed, too.
	if grep -v '^[ON]: \|^running with root' "$work/lintian.log" >&2; then
		fail "lintian reports the lines above about the Debian packages"
	fi
	grep '^O: ' "$work/lintian.log"

	multiarch=$(dpkg-architecture -q DEB_HOST_MULTIARCH)
	for deb in "$NAME-dev" "${NAME}1"; do
		unpacked=$root/$deb
		mkdir -p "$unpacked"
		dpkg-deb -x "$place1/${deb}"_*.deb "$unpacked"
	done
	same "the Debian package ${NAME}1 has other files" \
		"$({ library_files "usr/lib/$multiarch" |
			sed 's/^755/644/'
			printf "644 usr/share/doc/${NAME}1/%s\n" \
				changelog.Debian.gz copyright
			echo "644 usr/share/lintian/overrides/${NAME}1"; } | sort)" \
		"$(manifest "$root/${NAME}1")"
	same "the Debian package $NAME-dev has other files" \
		"$({ development_files "usr/lib/$multiarch" usr/include
			static_files "usr/lib/$multiarch"
			pc_files "usr/lib/$multiarch/pkgconfig"
			manual_files usr/share/man .gz
			printf "644 usr/share/doc/$NAME-dev/%s\n" \
				README.md.gz changelog.Debian.gz copyright
			example_files "usr/share/doc/$NAME-dev/examples"
			echo "644 usr/share/lintian/overrides/$NAME-dev"; } | sort)" \
		"$(manifest "$root/$NAME-dev")"
	check_library "$root/${NAME}1/usr/lib/$multiarch/$shared" \
		"the library of Debian's package"
	i=$(stat -c %s "$root/${NAME}1/usr/lib/$multiarch/$shared")
	echo "The library of Debian's package has $i bytes."
	[ "$i" -le "$LIMIT" ] ||
		fail "the library of Debian's package has $i bytes, more than $LIMIT"
	mkdir "$out/debian"
	cp "$place1"/*.deb "$place1"/*.dsc "$place1"/*.debian.tar.xz \
		"$place1"/*.orig.tar.gz "$out/debian"
}

# The kernel removes the mount when the last process that sees it ends.
with_proc() { # FOLDER COMMAND...
	unshare --mount sh -euc 'mount -t proc proc "$0/proc"; exec "$@"' "$@"
}
in_base() { # FOLDER COMMAND...: as root, with chroot(8) into that folder
	with_proc "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$@"
}

# online NAME COMMAND...: like run, but returns 1 if a download failed.
online() {
	local log=$work/$1.log
	"${@:2}" >"$log" 2>&1 </dev/null && return
	cat "$log" >&2
	network_failed "$log" ||
		fail "this command failed, see its output above: ${*:2}"
	echo "SKIP: Debian: $1: packages could not be downloaded, see above"
	return 1
}

# In a minimal Debian, Build-Depends must suffice to build and to test. Then
# piuparts installs and purges the packages, and autopkgtest uses them together
# with libseccomp-dev.
check_installed_debian() {
	local base=$work/base debs=("$place1/${NAME}1_"*.deb "$place1/$NAME-dev_"*.deb)

	step "Debian: build in a minimal system"
	if ! mmdebstrap --mode=root --variant=buildd --dpkgopt=force-unsafe-io \
		"$home" "$base" >"$work/mmdebstrap.log" 2>&1; then
		cat "$work/mmdebstrap.log" >&2
		network_failed "$work/mmdebstrap.log" ||
			fail "mmdebstrap could not make a minimal Debian, see above"
		echo "SKIP: Debian: minimal build, install, use, purge: its packages could not be downloaded, see above"
		return
	fi
	cp -a "$base" "$base-test"
	unpack "$place1/$tarball" "$base/source"
	cp -r "$recipes/debian" "$base/source"
	online build-depends in_base "$base" sh -euc '
		apt-get update
		cd /source
		apt-get build-dep -y --no-install-recommends ./
		dpkg-buildpackage -us -uc -b' || return 0
	grep -q '^100%: Checks: [1-9]' "$work/build-depends.log" ||
		fail "with Build-Depends alone, the Debian build did not run the tests"

	step "Debian: install and purge with piuparts"
	online piuparts piuparts --existing-chroot "$base-test" --distribution "$home" \
		--no-upgrade-test --skip-cronfiles-test \
		--keep-sources-list "${debs[@]}" || return 0
	step "Debian: autopkgtest"
	# autopkgtest uses the folder TMPDIR in the chroot too.
	mkdir -p "$base-test$TMPDIR"
	online autopkgtest with_proc "$base-test" autopkgtest "${debs[@]}" "$place1"/*.dsc \
		--setup-commands "apt-get update" -- chroot "$base-test" || return 0
	grep -m 1 '^manual-page-example *PASS' "$work/autopkgtest.log" ||
		fail "autopkgtest did not run the test of Debian's package"
}
