# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# make install, make uninstall and pkg-config, and which files are installed
# shellcheck shell=bash disable=SC2016,SC2153,SC2154,SC2164
# check-packages.sh sources this file.

# These functions print the files of each part in the folders that a packager
# chooses. SUFFIX is what the packager's tools add to the names of manual pages.
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
# The programs of tests/examples, as the tarball has them.
example_files() { # FOLDER
	(cd "$source/tests/examples" && printf "644 $1/%s\n" *.c *.h *.py)
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

# What make install installs.
all_files() { # LIBDIR INCLUDEDIR MANDIR PKGCONFIGDIR
	library_files "$1"
	static_files "$1"
	development_files "$1" "$2"
	manual_files "$3" ""
	pc_files "$4"
}
# same_files WHAT FOLDER: the folder has exactly these, at their default places.
same_files() {
	same "$1 does not install exactly these files" \
		"$(all_files usr/local/lib usr/local/include usr/local/share/man \
			usr/local/lib/pkgconfig | sort)" "$(manifest "$2")"
}

# Installs with these variables of make, and expects the files in these folders.
# check_install NAME VARIABLES LIBDIR INCLUDEDIR MANDIR PKGCONFIGDIR
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
			all_files "${libdir#/}" "${includedir#/}" "${mandir#/}" "${pc#/}"; } |
			sort)" \
		"$(manifest "$root")"
	[ "$(find "$root$includedir/seccomp-notify" -maxdepth 0 -perm 755)" ] ||
		fail "$in under umask 077 makes a folder that only its owner can read"

	check_pc "$name" "$root" "$libdir" "$includedir" "$pc"
	cp "$root$pc/$NAME.pc" "$work/install-$name.pc"

	# shellcheck disable=SC2086
	run "$name" make -s -C "$source" DESTDIR="$root" $variables uninstall
	same "$un leaves files, or removes another's" \
		"$before" "$(manifest "$root")"
	[ ! -e "$root$includedir/seccomp-notify" ] ||
		fail "$un leaves the folder $includedir/seccomp-notify"
}

# Checks what pkg-config prints, and programs built with it, shared and static.
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

	check_install alike "prefix=/a exec_prefix=/ab libdir=/abc/lib includedir=/abcd/include" \
		/abc/lib /abcd/include /a/share/man /abc/lib/pkgconfig
	if grep '=.*}[^/]' "$work/install-alike.pc"; then
		fail "$NAME.pc has the lines above for folders that only begin alike"
	fi

	# uninstall also removes the rest if a part is already gone.
	local destdir="$work/with a space"
	run space make -s -C "$source" DESTDIR="$destdir" install
	same_files "make DESTDIR='with a space' install" "$destdir"
	rm -r "$destdir/usr/local/lib"
	silent "make uninstall without the libraries" \
		make -s -C "$source" DESTDIR="$destdir" uninstall
	silent "make uninstall without any file" \
		make -s -C "$source" DESTDIR="$destdir" uninstall
	same "make DESTDIR='with a space' uninstall leaves files" \
		"" "$(manifest "$destdir")"
}
