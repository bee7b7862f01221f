#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-packages: Build, check and install the tarball and the recipes for it
# Packages: abigail-tools autopkgtest binutils build-essential busybox-static
# Packages: check clang debhelper dpkg-dev fakeroot faketime gcc git
# Packages: libarchive-tools libc6-dev libseccomp-dev lintian make makepkg
# Packages: mmdebstrap mount piuparts pkg-config rpm rpmlint shellcheck
#
# Everything is made from the tarball of the last commit. This needs root, to
# install the packages in a minimal Debian in a temporary folder. Nothing is
# installed elsewhere. The products are left in build/packages.
# shellcheck disable=SC2016,SC2034 # Other shells and sourced files expand them.
. "$(dirname "$0")/../lib/common.sh"

LIMIT=16384
NAME=libseccomp-notify
PAGE=seccomp_notify_alloc.3notify
recipes=tests/packaging
out=$PWD/build/packages
arch=$(uname -m)

need abidiff abigail-tools
need autopkgtest autopkgtest
need bsdtar libarchive-tools
need busybox busybox-static
need clang clang
need dpkg-buildpackage dpkg-dev
need dh debhelper
need fakeroot fakeroot
need faketime faketime
need git git
need lintian lintian
need makepkg makepkg
need mmdebstrap mmdebstrap
need mount mount
need piuparts piuparts
need pkg-config pkg-config
need rpmbuild rpm
need rpmlint rpmlint
need shellcheck shellcheck
need_root "it installs packages in a minimal Debian"
[ "$(git rev-parse --show-toplevel)" = "$(pwd -P)" ] ||
	fail "the tarball is made from the last commit: run this in a clone of the repository"

step() {
	echo "== $* ($SECONDS s)"
}

# run LOG COMMAND...: runs the command, and shows its output if it fails.
run() {
	local log=$work/$1.log
	shift
	"$@" >"$log" 2>&1 </dev/null || {
		cat "$log" >&2
		fail "this command failed, see its output above: $*"
	}
}

# silent WHAT COMMAND...: also fails if it prints anything on standard error.
silent() {
	local what=$1
	shift
	"$@" >/dev/null 2>"$work/silent" || {
		cat "$work/silent" >&2
		fail "$what fails"
	}
	[ ! -s "$work/silent" ] || {
		cat "$work/silent" >&2
		fail "$what has the warnings above"
	}
}

# Runs COMMAND in one of two places that differ in everything but the source.
# (reprotest does this too, but not for RPM, and installs hundreds of packages.)
in_place() { # PLACE COMMAND...
	local place=$1
	shift
	mkdir -p "$work/home" "$work/of/somebody/else"
	case $place in
	1) (umask 022 && TZ=UTC0 LC_ALL=C HOME=$work/home "$@") ;;
	2) (umask 077 && TZ=XYZ-13 LC_ALL=C.UTF-8 \
		HOME=$work/of/somebody/else USER=else MAKEFLAGS=-j2 \
		faketime -f +400d bash -euc '"$@"' bash "$@") ;;
	esac
}
place1=$work/one
place2=$work/another/longer/place
mkdir -p "$place1" "$place2"
place() {
	local name=place$1
	echo "${!name}"
}

# equal WHAT NAME: the files of that name in both places are identical.
equal() {
	cmp "$place1/$2" "$place2/$2" >&2 ||
		fail "$1 is not the same byte for byte when it is built twice, in another folder, at another time, with another umask, locale, time zone and home"
}

check_facts() {
	step "version in the recipes"
	same "debian/changelog has another version than the Makefile" "$version" \
		"$(sed -n "1s/^$NAME (\(.*\)-[^-]*) .*/\1/p" \
			"$recipes/debian/changelog")"
	same "the spec has another version than the Makefile" "$version $version" \
		"$(sed -n 's/^Version: *//p' "$recipes/$NAME.spec") $(sed -n \
			'/^%changelog/{n;s/.* - \(.*\)-[^-]*$/\1/p}' "$recipes/$NAME.spec")"
	same "APKBUILD has another version than the Makefile" "$version" \
		"$(sed -n 's/^pkgver=//p' "$recipes/alpine/APKBUILD")"
	same "PKGBUILD has another version than the Makefile" "$version" \
		"$(sed -n 's/^pkgver=//p' "$recipes/arch/PKGBUILD")"
}

tarball=$NAME-$version.tar.gz
tarball_file=$place1/$tarball
source=$place1/source
for part in tarball install abi debian rpm alpine arch; do
	# shellcheck source=/dev/null
	. "$recipes/$part.sh"
done

export NAME version recipes source tarball_file
export -f make_tarball unpack build_library build_debian build_rpm

rm -rf "$out"
check_facts
check_tarball
check_read_only
check_without_tests
check_installation
check_without_notification
check_abi
check_twice
check_debian
check_rpm
check_alpine
check_arch
check_installed_debian
echo "check-packages: the tarball, make install and the four recipes are right ($SECONDS s)."
