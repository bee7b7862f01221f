#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-packages: Build, check and install the tarball and the recipes for it
# Packages: abigail-tools autopkgtest binutils build-essential busybox-static
# Packages: check clang debhelper dpkg-dev fakeroot faketime gcc git
# Packages: libarchive-tools libc6-dev libseccomp-dev lintian make makepkg
# Packages: mmdebstrap mount pkg-config rpm rpmlint shellcheck
#
# All is made from the tarball of the last commit. As root, for a Debian of its
# own in a temporary folder; packages are installed only there. What was built
# is left in build/packages.
# shellcheck disable=SC2016 # what is in single quotes, another shell expands
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh

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
need pkg-config pkg-config
need rpmbuild rpm
need rpmlint rpmlint
need shellcheck shellcheck
[ "$(id -u)" = 0 ] || fail "only root can install packages in a Debian of its own"
[ "$(git rev-parse --show-toplevel)" = "$(pwd -P)" ] ||
	fail "the tarball is made from the last commit: run this in a clone of the repository"

step() {
	echo "== $* ($SECONDS s)"
}

# run LOG COMMAND...: its output is shown if it fails.
run() {
	local log=$work/$1.log
	shift
	"$@" >"$log" 2>&1 </dev/null || {
		cat "$log" >&2
		fail "this command failed, see its output above: $*"
	}
}

# silent WHAT COMMAND...: fails with any word on standard error, too.
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

# Two places that have nothing in common but what is built there. The second
# one is called with functions and variables exported.
in_place() {
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

# equal WHAT NAME: the file of that name in both places.
equal() {
	cmp "$place1/$2" "$place2/$2" >&2 ||
		fail "$1 is not the same byte for byte when it is built twice, in another folder, at another time, with another umask, locale, time zone and home"
}

# --- The tarball -------------------------------------------------------------

make_tarball() {
	make -s -C "$1/clone" dist
	cp "$1/clone/build/$NAME-$version.tar.gz" "$1"
}

# Root would give files the modes that the tarball has, whatever the umask.
unpack() {
	mkdir -p "$2"
	tar -C "$2" --strip-components=1 --no-same-owner --no-same-permissions \
		-xf "$1"
}

check_tarball() {
	local i file

	step "tarball"
	[ -z "$(git status --porcelain)" ] ||
		echo "There are changes that are not committed; they are not in the tarball."
	for i in 1 2; do
		run "clone$i" git clone -q . "$(place $i)/clone"
		run "tarball$i" in_place $i make_tarball "$(place $i)"
	done
	equal "the tarball" "$tarball"
	mkdir -p "$out"
	cp "$place1/$tarball" "$out"
	for i in 1 2; do
		in_place $i unpack "$place1/$tarball" "$(place $i)/source"
	done
	for file in .ci .git .gitattributes .gitignore; do
		[ ! -e "$source/$file" ] || fail "the tarball contains $file"
	done
	run check make -s -C "$source" check
	tail -n 1 "$work/check.log"
}

# --- make install ------------------------------------------------------------

# The files of each part, by the folders that a packager chooses. SUFFIX is what
# the packager's tools add to the names of manual pages.
library_files() { # LIBDIR
	cat <<EOF
755 $1/$shared
$1/$soname -> $shared
EOF
}
static_files() { # LIBDIR
	echo "644 $1/$NAME.a"
}
pc_files() { # PKGCONFIGDIR
	echo "644 $1/$NAME.pc"
}
development_files() { # LIBDIR INCLUDEDIR
	cat <<EOF
644 $2/seccomp-notify/seccomp.h
$1/$NAME.so -> $soname
EOF
}
manual_files() { # MANDIR SUFFIX
	local call
	echo "644 $1/man3/$PAGE$2"
	echo "644 $1/man7/$NAME.7$2"
	echo "644 $1/man7/seccomp_notify_supervisor.7$2"
	for call in $calls; do
		[ "$call.3notify" = "$PAGE" ] ||
			echo "$1/man3/$call.3notify$2 -> $PAGE$2"
	done
}

# check_install NAME VARIABLES: the variables as make gets them; then what
# they ought to give: libdir includedir mandir pkgconfigdir.
check_install() {
	local name=$1 variables=$2 libdir=$3 includedir=$4 mandir=$5 pc=$6
	local root=$work/install-$1 before
	local in="make ${variables:+$variables }install"
	local un="make ${variables:+$variables }uninstall"

	mkdir -p "$root$libdir"
	echo "another's" >"$root$libdir/libanother.so"
	before=$(manifest "$root")
	# shellcheck disable=SC2086 # the variables are words
	(umask 077 && run "$name" make -s -C "$source" DESTDIR="$root" $variables install)
	same "$in does not install exactly these files" \
		"$({ echo "$before"
			library_files "${libdir#/}"
			static_files "${libdir#/}"
			pc_files "${pc#/}"
			development_files "${libdir#/}" "${includedir#/}"
			manual_files "${mandir#/}" ""; } | sort)" \
		"$(manifest "$root")"
	[ "$(find "$root$includedir/seccomp-notify" -maxdepth 0 -perm 755)" ] ||
		fail "$in under umask 077 makes a folder that only its owner can read"

	check_pc "$name" "$root" "$libdir" "$includedir" "$pc"

	# shellcheck disable=SC2086
	run "$name" make -s -C "$source" DESTDIR="$root" $variables uninstall
	same "$un leaves files, or removes another's" \
		"$before" "$(manifest "$root")"
	[ ! -e "$root$includedir/seccomp-notify" ] ||
		fail "$un leaves the folder $includedir/seccomp-notify"
}

# What pkg-config says, and a program built with that, shared and static.
check_pc() {
	local name=$1 root=$2 libdir=$3 includedir=$4 pc=$5 program
	local -x PKG_CONFIG_PATH="" PKG_CONFIG_LIBDIR=$root$pc
	local -x PKG_CONFIG_SYSTEM_LIBRARY_PATH=/none
	local in="$pc/$NAME.pc"

	same "$in says another version than the Makefile" "$version" \
		"$(pkg-config --modversion "$NAME")"
	same "$in: pkg-config --cflags" "-I$includedir/seccomp-notify" \
		"$(pkg-config --cflags "$NAME" | sed 's/ *$//')"
	same "$in: pkg-config --libs" "-L$libdir -lseccomp-notify" \
		"$(pkg-config --libs "$NAME" | sed 's/ *$//')"
	same "$in: pkg-config --static --libs" \
		"-L$libdir -lseccomp-notify -ldl" \
		"$(pkg-config --static --libs "$NAME" | sed 's/ *$//')"

	local -x PKG_CONFIG_SYSROOT_DIR=$root
	program=$work/program-$name
	# shellcheck disable=SC2046 # flags are words
	silent "compiling the README's program with $in" \
		cc -Wall -Wextra -Werror -o "$program" "$work/readme.c" \
		$(pkg-config --cflags --libs "$NAME") "-Wl,-rpath,$root$libdir"
	same "the README's program, built with $in" "my parent is 4711" \
		"$("$program")"
	# shellcheck disable=SC2046
	silent "compiling the README's program with $in, statically" \
		cc -static -Wall -Wextra -Werror -o "$program" "$work/readme.c" \
		$(pkg-config --static --cflags --libs "$NAME")
	same "the README's program, built statically with $in" \
		"my parent is 4711" "$("$program")"
}

check_installation() {
	step "make install, make uninstall, pkg-config"
	run readme make -s -C "$source" build/tests/readme.c
	cp "$source/build/tests/readme.c" "$work"

	check_install default "" /usr/local/lib /usr/local/include \
		/usr/local/share/man /usr/local/lib/pkgconfig
	check_install prefix "prefix=/opt/x" /opt/x/lib /opt/x/include \
		/opt/x/share/man /opt/x/lib/pkgconfig
	check_install multiarch "prefix=/usr libdir=/usr/lib/some-machine" \
		/usr/lib/some-machine /usr/include /usr/share/man \
		/usr/lib/some-machine/pkgconfig
	check_install apart "prefix=/a exec_prefix=/b includedir=/c/include mandir=/d/man pkgconfigdir=/e/pc" \
		/b/lib /c/include /d/man /e/pc

	# Where a part is gone already, the rest goes too.
	local destdir="$work/with a space"
	run space make -s -C "$source" DESTDIR="$destdir" install
	[ "$(manifest "$destdir" | wc -l)" -eq 13 ] ||
		fail "make DESTDIR='with a space' install: not 13 files"
	rm -r "$destdir/usr/local/lib"
	silent "make uninstall without the libraries" \
		make -s -C "$source" DESTDIR="$destdir" uninstall
	silent "make uninstall without any file" \
		make -s -C "$source" DESTDIR="$destdir" uninstall
	same "make DESTDIR='with a space' uninstall leaves files" \
		"" "$(manifest "$destdir")"
}

# --- The binary interface ----------------------------------------------------

# abi_differs SOURCE: 0 if abidiff finds that its library has another one.
abi_differs() {
	local status=0
	run abi make -s -C "$1" BUILD=build-abi CFLAGS="-O2 -g"
	abidiff "$source/$recipes/$NAME.abi" "$1/build-abi/$shared" \
		>"$work/abidiff" 2>&1 || status=$?
	case $status in
	0) return 1 ;;
	*[4-7] | [89] | 1[0-5]) return 0 ;;
	*) cat "$work/abidiff" >&2
		fail "abidiff could not compare (exit status $status)" ;;
	esac
}

check_abi() {
	local changed=$work/changed

	if [ "$arch" != x86_64 ]; then
		echo "SKIP: binary interface: its description is of x86-64, this is $arch"
		return
	fi
	step "binary interface"
	if abi_differs "$source"; then
		cat "$work/abidiff" >&2
		fail "the binary interface is not the one of $recipes/$NAME.abi. Where that is meant, describe it anew:" \
			"abidw --no-corpus-path --no-comp-dir-path --no-show-locs --type-id-style hash" \
			"--exported-interfaces-only --drop-undefined-syms LIBRARY, built with -g"
	fi
	same "$recipes/$NAME.abi describes other functions than $map exports" \
		"$calls" "$(sed -n "s/.*<elf-symbol name='\([^']*\)'.*/\1/p" \
			"$recipes/$NAME.abi" | sort)"
	if grep -n "path='/\|dir='/" "$recipes/$NAME.abi" >&2; then
		fail "$recipes/$NAME.abi names a folder of the machine that made it"
	fi

	# It would see: a prototype, one more symbol, one less.
	unpack "$place1/$tarball" "$changed"
	sed -i 's/\(id_valid(int fd, \)uint64_t/\1uint32_t/' \
		"$changed/src/notify.c" "$changed/include/seccomp.h"
	abi_differs "$changed" || fail "abidiff does not see a changed prototype"

	unpack "$place1/$tarball" "$changed"
	sed -i 's/^\tglobal:/&\n\t\tseccomp_notify_seventh;/' "$changed/$map"
	echo 'int seccomp_notify_seventh(void); int seccomp_notify_seventh(void) { return 7; }' \
		>>"$changed/src/fd.c"
	abi_differs "$changed" || fail "abidiff does not see a seventh symbol"

	unpack "$place1/$tarball" "$changed"
	sed -i '/seccomp_notify_fd;/d' "$changed/$map"
	abi_differs "$changed" || fail "abidiff does not see that a symbol is gone"
}

# --- The same twice ----------------------------------------------------------

build_library() {
	make -s -C "$1/source" BUILD="build-$2" CC="$2"
}

check_twice() {
	local cc i file

	for cc in gcc clang; do
		step "library twice with $cc"
		for i in 1 2; do
			run "twice-$cc$i" in_place $i build_library "$(place $i)" $cc
		done
		for file in "$shared" "$NAME.a"; do
			equal "$file of $cc" "source/build-$cc/$file"
		done
		check_library "$place1/source/build-$cc/$shared" \
			"the library that $cc makes"
	done
}

# --- Debian ------------------------------------------------------------------

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
	# Each override is needed, and nothing else is left.
	if grep -v '^[ON]: \|^running with root' "$work/lintian.log" >&2; then
		fail "lintian has the words above about the Debian packages"
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

# The mount goes with the last process that sees it.
with_proc() {
	unshare --mount sh -euc 'mount -t proc proc "$0/proc"; exec "$@"' \
		"$chroot" "$@"
}
in_chroot() {
	with_proc env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		chroot "$chroot" "$@"
}
# All but logs, what dpkg keeps in case its own lists break, and ldconfig's cache.
chroot_files() {
	(cd "$chroot" && find . -xdev \( -path ./proc -o -path ./tmp -o \
		-path ./var/log -o -path ./var/cache/ldconfig -o -path './var/lib/dpkg/*-old' \) -prune -o \
		-printf '%y %m %p %l\n' | sort)
}

# In a Debian of its own, beside libseccomp-dev.
check_installed_debian() {
	local before

	chroot=$work/chroot
	step "Debian: install beside libseccomp-dev, use, purge"
	if ! mmdebstrap --mode=root --variant=apt \
		--include=apt-utils,dpkg-dev,gcc,libc6-dev,libseccomp-dev,make,pkgconf \
		"$home" "$chroot" \
		>"$work/mmdebstrap.log" 2>&1; then
		cat "$work/mmdebstrap.log" >&2
		grep -q '^E: Failed to fetch' "$work/mmdebstrap.log" ||
			fail "mmdebstrap could not make a Debian to install in, see above"
		echo "SKIP: Debian: install, use, purge: its packages could not be downloaded, see above"
		return
	fi
	before=$(chroot_files)
	mkdir "$chroot/tmp/debs"
	cp "$place1/${NAME}1_"*.deb "$place1/$NAME-dev_"*.deb "$chroot/tmp/debs"
	cp -r "$place1/debian-build" "$chroot/tmp/source"
	run dpkg in_chroot sh -c 'dpkg -i /tmp/debs/*.deb && dpkg --audit && dpkg -V'

	cp "$work/readme.c" "$chroot/tmp"
	run supervisor in_chroot sh -euc '
		cd /tmp
		cc -Wall -Wextra -Werror -o supervisor readme.c \
			$(pkg-config --cflags --libs libseccomp-notify)
		ldd ./supervisor
		./supervisor'
	same "the README's program against the installed package" \
		"my parent is 4711" "$(tail -n 1 "$work/supervisor.log")"
	grep -q "$soname => /lib/\|$soname => /usr/lib/" "$work/supervisor.log" ||
		fail "the README's program does not use the installed library"
	run demo in_chroot sh -euc '
		cd /tmp/source
		rm -r include src
		cc -D_GNU_SOURCE -o /tmp/demo tests/examples/demo.c \
			$(pkg-config --cflags --libs libseccomp-notify)
		tests/examples/demo.sh /tmp/demo'

	run purge in_chroot dpkg --purge "$NAME-dev" "${NAME}1"
	same "after the purge, the machine is not as it was" \
		"$before" "$(chroot_files)"

	# Installs them once more, and its own traces stay.
	run autopkgtest with_proc autopkgtest "$place1/${NAME}1_"*.deb \
		"$place1/$NAME-dev_"*.deb "$place1"/*.dsc -- chroot "$chroot"
	grep -m 1 '^manual-page-example *PASS' "$work/autopkgtest.log" ||
		fail "autopkgtest did not run the test of Debian's package"
}

# --- RPM ---------------------------------------------------------------------

# With Fedora's macros that Debian's rpm has not, and its reproducible builds.
# No source package along with the binary ones: it has the folder's name in it,
# and they would have its sum.
build_rpm() { # PLACE -bs|-bb [OPTION]
	local top=$1/rpm
	mkdir -p "$top/SOURCES" "$top/tmp"
	cp "$tarball_file" "$top/SOURCES"
	rpmbuild --define "_topdir $top" --define "_tmppath $top/tmp" \
		--define "_dbpath $top/db" --define "_docdir_fmt %%{NAME}" \
		--define "__os_install_post bash /usr/lib/rpm/brp-compress /usr" \
		--define "_buildhost builder" \
		--define "source_date_epoch_from_changelog 1" \
		--define "use_source_date_epoch_as_buildtime 1" \
		--define "clamp_mtime_to_source_date_epoch 1" \
		--nodeps ${3:+"$3"} "$2" "$source/$recipes/$NAME.spec"
}

check_rpm() {
	local root=$work/rpm-root built=rpm/RPMS/$arch libdir rpms rpm

	step "RPM"
	run rpm1 in_place 1 build_rpm "$place1" -bb
	run rpm2 in_place 2 build_rpm "$place2" -bb --nocheck
	run rpm-source in_place 1 build_rpm "$place1" -bs
	grep -q '^100%: Checks: [1-9]' "$work/rpm1.log" ||
		fail "the RPM build did not run the tests"
	rpms="$NAME-$version-1.$arch.rpm $NAME-devel-$version-1.$arch.rpm"
	same "the RPM packages are not these" "$rpms" \
		"$(cd "$place1/$built" && printf '%s\n' *.rpm | sort | xargs)"
	for rpm in $rpms; do
		equal "the package $rpm" "$built/$rpm"
	done
	run rpmlint rpmlint --strict -r "$recipes/$NAME.rpmlintrc" \
		"$recipes/$NAME.spec" "$place1/$built"/*.rpm \
		"$place1"/rpm/SRPMS/*.rpm
	grep 'errors, ' "$work/rpmlint.log"

	libdir=$(rpm --eval '%{_libdir}')
	libdir=${libdir#/}
	mkdir -p "$root"
	run rpm-install rpm --root "$root" --dbpath /db --nodeps --nosignature \
		-i "$place1/$built"/*.rpm
	same "the RPM packages have other files" \
		"$({ library_files "$libdir"
			development_files "$libdir" usr/include
			pc_files "$libdir/pkgconfig"
			manual_files usr/share/man .gz
			echo "644 usr/share/doc/$NAME-devel/README.md"
			echo "644 usr/share/licenses/$NAME/LICENSE"; } | sort)" \
		"$(manifest "$root" | grep -v '^[0-9]* db/\|usr/lib/.build-id/')"
	same "the RPM library package does not provide its soname, or needs more than libc" \
		"libc.so.6
$NAME = $version-1
$soname()(64bit)
$soname($node)(64bit)
rtld" \
		"$(cd "$place1/$built" && {
			rpm -qp --provides "$NAME-$version-1.$arch.rpm" |
				grep -v "^$NAME("
			rpm -qp --requires "$NAME-$version-1.$arch.rpm" |
				grep -v '^rpmlib(' | sed 's/(.*//'; } |
			sort -u)"
	run rpm-erase rpm --root "$root" --dbpath /db -e "$NAME-devel" "$NAME"
	same "rpm -e leaves files" "" "$(manifest "$root" | grep -v '^[0-9]* db/')"
	mkdir "$out/rpm"
	cp "$place1/$built"/*.rpm "$place1"/rpm/SRPMS/*.rpm "$out/rpm"
}

# --- Alpine ------------------------------------------------------------------

# abuild is not to be had: its shell runs the recipe's functions as abuild
# does, and the subpackages get what abuild's own functions give them.
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
	mv "$pkgdir/usr/share/man" "$pkgdir/usr/share/licenses" "$doc/usr/share"
	same "the Alpine package $NAME has other files" \
		"$(library_files usr/lib | sort)" "$(manifest "$pkgdir")"
	same "the Alpine package $NAME-dev has other files" \
		"$({ development_files usr/lib usr/include
			static_files usr/lib
			pc_files usr/lib/pkgconfig; } | sort)" "$(manifest "$dev")"
	same "the Alpine package $NAME-doc has other files" \
		"$({ manual_files usr/share/man ""
			echo "644 usr/share/licenses/$NAME/LICENSE"; } | sort)" \
		"$(manifest "$doc")"
}

# --- Arch --------------------------------------------------------------------

# The real makepkg, with no pacman to ask for dependencies, and not as root.
check_arch() {
	local folder=$work/arch root=$work/arch-root package

	step "Arch"
	run arch-lint shellcheck "$source/$recipes/arch/PKGBUILD"
	mkdir "$folder" "$root"
	cp "$tarball_file" "$source/$recipes/arch/PKGBUILD" "$folder"
	chown -R 65534:65534 "$folder"
	package=$folder/$NAME-$version-1-$arch.pkg.tar.gz
	run arch setpriv --reuid 65534 --regid 65534 --clear-groups \
		env -C "$folder" HOME="$folder" PACMAN=true PKGEXT=.pkg.tar.gz \
		makepkg --nodeps --nocolor --noconfirm
	[ -f "$package" ] || {
		cat "$work/arch.log" >&2
		fail "makepkg made no ${package##*/}"
	}
	grep -q '^100%: Checks: [1-9]' "$work/arch.log" ||
		fail "the Arch recipe did not run the tests"
	bsdtar -C "$root" --exclude '.[A-Z]*' -xf "$package"
	same "the Arch package has other files" \
		"$({ library_files usr/lib
			development_files usr/lib usr/include
			static_files usr/lib
			pc_files usr/lib/pkgconfig
			manual_files usr/share/man .gz
			echo "644 usr/share/licenses/$NAME/LICENSE"; } | sort)" \
		"$(manifest "$root")"
	mkdir "$out/arch"
	cp "$package" "$out/arch"
}

# --- Facts that are repeated -------------------------------------------------

check_facts() {
	step "version and symbols in the recipes"
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
	same "debian/${NAME}1.symbols has other symbols than $map" \
		"$(printf '%s\n' "$node" "$calls" | sed "s/\$/@$node/")" \
		"$(sed -n 's/^ \([^ ]*\) .*/\1/p' \
			"$recipes/debian/${NAME}1.symbols" | sort)"
}

# A builder that has no notification: the demonstration supervises the builder,
# and no process has two supervisors.
check_without_notification() {
	step "tests on a builder without notification"
	run without-build make -s -C "$source" build/demo
	run without "$source/build/demo" -- make -s -C "$source" check
	grep -q '^SKIP: the whole suite: ' "$work/without.log" ||
		fail "make check does not say that it skips, where there is no notification"
}

tarball=$NAME-$version.tar.gz
tarball_file=$place1/$tarball
source=$place1/source
export NAME version recipes source tarball_file
export -f make_tarball unpack build_library build_debian build_rpm

rm -rf "$out"
check_facts
check_tarball
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
