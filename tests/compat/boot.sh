# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Builds the suite for a machine and runs it there as root, on one of Debian's
# kernels, under full emulation; sourced from the top of the repository.
#
# SUITE-ARCH, as in bookworm-arm64, is a suite of Debian's archive for an
# architecture, had by the mirror that this machine's own apt uses. Packages
# from there are kept in build/kernels/SUITE-ARCH and unpacked, not installed.
# shellcheck shell=bash
. tests/lib/common.sh
need cpio cpio
need pkg-config pkg-config

store=$PWD/build/kernels
limit=400 # seconds for a guest

# apt_of SUITE-ARCH COMMAND...: with sources and a state of their own.
apt_of() {
	local folder=$store/$1 arch=${1#*-}
	shift
	(cd "$folder/packages" && "$@" -q \
		-o Dir::Etc::SourceList="$folder/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null \
		-o Dir::Etc::PreferencesParts=/dev/null \
		-o Dir::State="$folder" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$folder" -o Dir::Cache::pkgcache=pkgcache \
		-o Dir::Cache::srcpkgcache=srcpkgcache \
		-o APT::Architecture="$arch" -o APT::Architectures::="$arch" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none \
		-o Acquire::Retries=3)
}

# update SUITE-ARCH: its lists of packages. One that can't be had may not be
# needed: what is missing is told when a package is.
update() {
	local folder=$store/$1
	mkdir -p "$folder/lists/partial" "$folder/archives/partial" \
		"$folder/packages"
	sources "${1%-*}" >"$folder/sources.list"
	apt_of "$1" apt-get update >"$folder/apt.log" 2>&1 || true
}

# field SUITE-ARCH PACKAGE FIELD: of the package's newest version.
field() {
	apt_of "$1" apt-cache show --no-all-versions "$2" 2>/dev/null |
		sed -n "s/^$3: //p"
}

# unpack SUITE-ARCH PACKAGE FOLDER [PATTERN]: downloads it if it is not there.
unpack() {
	local version
	version=$(field "$1" "$2" Version) &&
		apt_of "$1" apt-get download "$2" >>"$store/$1/apt.log" 2>&1 &&
		mkdir -p "$3" && dpkg-deb --fsys-tarfile \
		"$store/$1/packages/$2_${version/:/%3a}"_*.deb |
		tar -x -C "$3" --keep-directory-symlink --wildcards "${4:-*}" &&
		return
	echo "SKIP: $check: no package $2 of $1: $(tail -n 1 "$store/$1/apt.log")" >&2
	return 1
}

# kernel SUITE-ARCH METAPACKAGE: the newest kernel, in the folder kernel. The
# package that has the image is the last in a chain of dependencies.
kernel() {
	local name next=$2
	while [ -n "$next" ]; do
		name=$next
		next=$(field "$1" "$name" Depends |
			grep -oE 'linux-(image|binary)-[^ ,]+') || true
	done
	rm -rf "$store/$1/kernel"
	unpack "$1" "$name" "$store/$1/kernel" '*/vmlinu[xz]*'
}

# userland SUITE-ARCH: what the suite is built with and needs, in folder root.
userland() {
	local root=$store/$1/root name to link
	rm -rf "$root"
	for name in bin lib lib64 sbin; do
		mkdir -p "$root/usr/$name"
		ln -s "usr/$name" "$root"
	done
	for name in libc6 libc6-dev linux-libc-dev check libsubunit-dev \
		libsubunit0 libseccomp2 libgcc-s1 busybox-static; do
		unpack "$1" "$name" "$root" || return
	done
	# Links from the top would lead the linker out of the folder.
	find "$root" -type l -lname '/*' -printf '%l %p\n' |
		while read -r to link; do
			ln -sfr "$root$to" "$link"
		done
}

# initramfs SUITE-ARCH COMPILER: builds the suite, and packs it with all that
# it needs.
initramfs() {
	local build=$store/$1/build root=$store/$1/root guest=$store/$1/guest
	local lib
	lib=$root/usr/lib/$("$2" -print-multiarch)
	rm -rf "$build" "$guest"
	# With the C library that it will run with, not with the compiler's own.
	make -s BUILD="$build" CC="$2 --sysroot=$root" LDFLAGS="-L$lib" \
		PKG_CONFIG="env PKG_CONFIG_LIBDIR=$lib/pkgconfig pkg-config" \
		programs
	mkdir -p "$guest"/{build/tests,dev,proc,tmp}
	cp tests/compat/init "$guest"
	cp -P "$build"/*.so* "$guest/build"
	find "$build/tests" -maxdepth 1 -type f -perm -u+x \
		-exec cp -t "$guest/build/tests" {} +
	(cd "$root" && find bin lib lib64 sbin usr -type l -path '[bls]*' -o \
		-name busybox -o -name 'ld*.so*' -o -name 'libc.so.*' -o \
		-name 'libm.so.*' -o -name 'libsubunit.so.*' -o \
		-name 'libseccomp.so.*' -o -name 'libgcc_s.so.*' |
		cpio --quiet -pd "$guest")
	(cd "$guest" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1) \
		>"$store/$1/initramfs"
}

# boot MACHINE KERNEL USER CONSOLE QEMU...: runs the initramfs of the SUITE-ARCH
# USER on the kernel of the SUITE-ARCH KERNEL, and prints the row of the table.
# The log of a guest that fails is kept, and its end is shown.
boot() {
	local machine=$1 suite=$2 user=$3 console=$4 status=0
	local log=$store/$check-$1-$2.log release checks failures errors
	local reasons skipped why=''
	shift 4
	timeout -k 5 "$limit" "$@" -accel tcg -m 512 -smp 2 -display none \
		-monitor none -serial "file:$work/$machine-$suite" -nic none \
		-no-reboot -append "console=$console panic=-1" \
		-kernel "$(find "$store/$suite/kernel" -name 'vmlinu[xz]*')" \
		-initrd "$store/$user/initramfs" \
		</dev/null >"$log.qemu" 2>&1 || status=$?
	[ "$status" != 124 ] || why=", not done after $limit seconds"
	tr -d '\r' <"$work/$machine-$suite" | cat - "$log.qemu" >"$log"
	rm "$log.qemu"

	release=$(sed -n 's/^kernel: //p' "$log")
	read -r checks failures errors < <(sed -nE 's/^[0-9]+%: Checks: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+)$/\1 \2 \3/p' "$log") || true
	reasons=$(sed -n 's/^SKIP: [^:]*: //p' "$log")
	skipped=$(sed -n 's/^Skipped: \([0-9]*\) of .*/\1/p' "$log")
	echo "| $machine | ${release:-$suite} | ${checks:-no result} |" \
		"$((checks - failures - errors - skipped)) |" \
		"$((failures + errors)) | ${skipped:-0}$([ -z "$reasons" ] ||
			sort -u <<<"$reasons" | sed 's/^/; /' | tr -d '\n' |
			sed 's/^;/:/') |"
	if [ "$status" = 0 ] && grep -qx 'exit status: 0' "$log" &&
		[ "${checks:-0}" -gt 0 ]; then
		rm "$log"
		return
	fi
	tail -n 40 "$log"
	fail "$machine with ${release:-the kernel of $suite} failed$why; the" \
		"console's log is ${log#"$PWD"/}"
}

guests=0

# start COMMAND...: in the background, two at a time.
start() {
	while [ "$(jobs -pr | wc -l)" -ge 2 ]; do
		wait -n || true
	done
	guests=$((guests + 1))
	("$@"; touch "$work/$guests.done") \
		>"$work/$guests.out" 2>"$work/$guests.err" &
}

# finish: prints the table, then what went wrong.
finish() {
	local guest missing=0
	wait
	echo '| Machine | Kernel | Checks | Passed | Failed | Skipped |'
	echo '| --- | --- | --- | --- | --- | --- |'
	for guest in $(seq "$guests"); do
		grep '^|' "$work/$guest.out" || true
	done
	for guest in $(seq "$guests"); do
		grep -v '^|' "$work/$guest.out" || true
		cat "$work/$guest.err"
		[ -e "$work/$guest.done" ] || missing=1
	done
	[ "$missing" = 0 ] || fail "see above"
}
