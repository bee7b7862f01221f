# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Builds the suite for a machine and runs it there as root, on one of Debian's
# kernels, under full emulation. check-kernels and check-machines source it.
# What they unpack and build is kept in build/guests. At most two guests are
# built or run at a time, even if both scripts run at the same time.
# shellcheck shell=bash disable=SC2154 # common.sh has the variables.
. tests/lib/apt.sh
need cpio cpio
need pkg-config pkg-config

store=$PWD/build/guests
mkdir -p "$store"
run=()    # a command that runs others in a root with compiler and qemu
limit=2400 # seconds for a guest; on an idle machine, none needs 100
silence=300 # seconds without a message until a guest's boot counts as hung

# kernel SUITE-ARCH METAPACKAGE: unpacks the newest kernel in
# $store/METAPACKAGE-SUITE-ARCH. The package that has the image is the last in a
# chain of dependencies.
kernel() {
	local name next=$2 fetched folder=$store/$2-$1 lock
	apt_update "$1"
	while [ -n "$next" ]; do
		name=$next
		next=$(field "$1" "$name" Depends |
			grep -oE 'linux-(image|binary)-[^ ,]+') || true
	done
	apt_fetch "$1" "$name" || return
	mkdir -p "$folder"
	exec {lock}>"$folder/lock"
	flock "$lock"
	if [ "$(cat "$folder/package" 2>/dev/null)" != "${fetched[0]}" ]; then
		rm -rf "${folder:?}/boot"
		dpkg-deb --fsys-tarfile "${fetched[0]}" |
			tar -x -C "$folder" --wildcards '*/vmlinu[xz]*' ||
			fail "$name has no kernel"
		echo "${fetched[0]}" >"$folder/package"
	fi
	exec {lock}>&-
}

# userland SUITE-ARCH: unpacks, into the folder root, what the suite is built with
# and what it needs.
userland() {
	local root=$store/$1/root name fetched to link
	apt_fetch "$1" libc6 libc6-dev linux-libc-dev check libsubunit-dev \
		libsubunit0 libseccomp2 libgcc-s1 busybox-static || return
	[ "$(cat "$root.packages" 2>/dev/null)" != "${fetched[*]}" ] || return 0
	rm -rf "$root"
	for name in bin lib lib32 lib64 sbin; do
		mkdir -p "$root/usr/$name"
		ln -s "usr/$name" "$root"
	done
	for name in "${fetched[@]}"; do
		dpkg-deb --fsys-tarfile "$name" |
			tar -x -C "$root" --keep-directory-symlink ||
			fail "$name cannot be unpacked"
	done
	# Absolute links would lead the linker out of the folder.
	find "$root" -type l -lname '/*' -printf '%l %p\n' |
		while read -r to link; do
			ln -sfr "$root$to" "$link"
		done
	echo "${fetched[*]}" >"$root.packages"
}

# initramfs SUITE-ARCH COMPILER [RUN...]: builds the suite, and packs it with all
# that it needs. RUN runs a command where the compiler is.
initramfs() {
	local build=$store/$1/build root=$store/$1/root guest=$store/$1/guest
	local compiler=$2 image=$store/$1/initramfs lib
	shift 2
	lib=$root/usr/lib/$("$@" "$compiler" -print-multiarch)
	rm -rf "$guest"
	# Links the C library that the suite will run with, not the compiler's own.
	"$@" make -s BUILD="$build" CC="$compiler --sysroot='$root'" \
		AR="${compiler%gcc}ar" \
		LDFLAGS="-L'$lib'" CFLAGS="-O2 -g -Werror" PKG_CONFIG="env \
		PKG_CONFIG_LIBDIR='$lib/pkgconfig' pkg-config" programs ||
		fail "the suite cannot be built by $compiler, see above"
	mkdir -p "$guest"/{build/tests,dev,proc,tmp}
	cp tests/compat/init "$guest"
	cp -P "$build"/*.so* "$guest/build"
	find "$build/tests" -maxdepth 1 -type f -perm -u+x \
		-exec cp -t "$guest/build/tests" {} +
	(cd "$root" && find bin lib lib32 lib64 sbin usr -type l -path '[bls]*' \
		-o -name busybox -o -name 'ld*.so*' -o -name 'libc.so.*' -o \
		-name 'libm.so.*' -o -name 'libsubunit.so.*' -o \
		-name 'libseccomp.so.*' -o -name 'libgcc_s.so.*' |
		cpio --quiet -pd "$guest")
	(cd "$guest" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1) \
		>"$image.new" || fail "$image cannot be written"
	mv "$image.new" "$image"
}

# prepare SUITE-ARCH COMPILER [RUN...]: user land and initramfs. They are made
# once for all guests that are started within three hours from the same sources.
prepare() {
	local folder=$store/$1 lock status=0
	mkdir -p "$folder"
	exec {lock}>"$folder/lock"
	flock "$lock"
	if ! userland "$1"; then
		status=1
	elif [ -z "$(find "$folder" -name initramfs -mmin -180)" ] ||
		[ "$(find Makefile README.md include man src tests \
			-newer "$folder/initramfs" -print -quit)" ]; then
		initramfs "$@"
	fi
	exec {lock}>&-
	return "$status"
}

# emulate LOG QEMU...: runs a guest, and ends it if its boot hangs.
emulate() {
	local log=$1 seconds=0 size=0 before
	shift
	: >"$log.serial"
	"${run[@]}" timeout --foreground -k 5 "$limit" "$@" \
		-serial "file:$log.serial" -pidfile "$log.pid" \
		</dev/null >"$log.qemu" 2>&1 &
	until has_booted "$log.serial" || ! kill -0 $! 2>/dev/null; do
		sleep 1
		seconds=$((seconds + 1)) before=$size
		size=$(stat -c %s "$log.serial")
		[ "$size" = "$before" ] || seconds=0
		[ "$seconds" -lt "$silence" ] || {
			kill "$(cat "$log.pid")" || true
			break
		}
	done
	wait $!
}

# has_booted LOG: did tests/compat/init print its first line?
has_booted() {
	grep -aq '^kernel: ' "$1"
}

# boot MACHINE KERNEL USER CONSOLE QEMU...: boots the kernel in the folder KERNEL
# with the initramfs of the SUITE-ARCH USER, and prints the row of the table.
# About one boot of riscv64 in 50 hangs in the firmware, before the kernel prints
# anything. So a guest that has not started the suite is booted again. A guest
# whose suite fails or hangs is not. The log of a guest that fails is kept, and
# its end is shown.
boot() {
	local machine=$1 suite=$2 user=$3 console=$4 status
	local log=$store/$1-$2.log release checks failures errors
	local reasons skipped boots why=''
	shift 4
	for boots in 1 2 3; do
		[ "$boots" = 1 ] ||
			echo "AGAIN: $check: $machine with $suite did not boot"
		status=0
		emulate "$log" "$@" -accel tcg -display none \
			-monitor none -nic none -no-reboot \
			-append "console=$console panic=-1" \
			-kernel "$(find "$store/$suite" -name 'vmlinu[xz]*')" \
			-initrd "$store/$user/initramfs" || status=$?
		! has_booted "$log.serial" || break
	done
	[ "$status" != 124 ] || why=", not done after $limit seconds"
	has_booted "$log.serial" || why=", which did not start the suite"
	tr -d '\r' <"$log.serial" | cat - "$log.qemu" >"$log"
	rm "$log.serial" "$log.qemu"

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

# guest COMMAND...: waits for one of the two locks that all guests of this folder
# share, and runs the command.
guest() {
	local turn
	exec {turn}>"$store/turn.$((guests % 2))"
	flock "$turn"
	"$@"
	touch "$work/$guests.done"
}

# start COMMAND...: calls guest COMMAND... in the background.
start() {
	guests=$((guests + 1))
	guest "$@" >"$work/$guests.out" 2>"$work/$guests.err" &
}

# finish: prints the table, then what went wrong.
finish() {
	local guest missing=
	while [ "$(jobs -pr | wc -l)" != 0 ]; do
		wait -n || true
	done
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
	[ -z "$missing" ] || fail "see above"
	compare
	ok "$guests guests ($SECONDS s)"
}

# compare: README.md names the kernels and machines on which the suite passed.
compare() {
	local supported machine kernel
	supported=$(sed -n '/^## Supported/,/^## [^S]/p' README.md)
	sed -n 's/^| //p' "$work"/*.out | while read -r machine _ kernel _; do
		[ "$machine" = x86_64 ] &&
			machine=$(cut -d . -f 1,2 <<<"$kernel")
		grep -qw -e "${machine//./\\.}" <<<"$supported" ||
			fail "README.md does not name $machine, which passed on $kernel"
	done
}
