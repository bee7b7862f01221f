#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# check-consumers: Run other people's programs and test suites on the library
# Packages: bsdextrautils cargo cpio cython3 diffutils dpkg-dev gcc golang-go
# Packages: libc6-dev libjson-c-dev make mount pkg-config python3 python3-dev
# Packages: rustc util-linux xz-utils
#
# Each row is a consumer that runs twice: on this library, and, as the control, on
# libseccomp (the kernel's selftests: on no library).
# libseccomp-notify(7) says: "These programs and test suites of other projects
# give the same results with this library as without it." The check fails if a
# consumer's output differs, if a call reached the wrong library, or if the table in
# libseccomp-notify(7) is not what was measured. The consumers come from
# Debian's archive and are unpacked in build/consumers, which keeps them for the
# next run. Nothing is installed. Consumers that cannot be downloaded are
# skipped.
. "$(dirname "$0")/../lib/common.sh"
. tests/lib/apt.sh

top=$PWD
parts=$top/tests/compat/consumers
out=$top/build/consumers
ours=$out/ours/libseccomp-notify.so.1
counter=$out/count-calls.so
python=/usr/bin/python3
cgroups=libseccomp-notify-$$
rows=$work/rows
triplet=$(gcc -print-multiarch)

need_root "containers need mounts and cgroups"
need column bsdextrautils
need cpio cpio
need cython3 cython3
need dpkg-source dpkg-dev
need go golang-go
need pkg-config pkg-config
need python3 python3
need unshare util-linux
[ -x /usr/bin/cargo ] ||
	fail "the command /usr/bin/cargo is missing: install the package cargo"
pkg-config --exists json-c ||
	fail "json-c is missing: install the package libjson-c-dev"
[ "$(uname -m)" = x86_64 ] || fail "the containers' profile is for x86-64"

# Cgroups outlive their processes, so this script removes them.
remove_cgroups() {
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare --mount bash -c 'mount -t cgroup2 cgroup2 "$1"
		cd "$1/$2" 2>/dev/null || exit 0
		for container in */; do
			echo 1 >"${container}cgroup.kill"
		done
		for _ in {1..50}; do
			! find . -mindepth 1 -depth -type d -exec rmdir {} + || break
			sleep 0.1
		done
		cd .. && rmdir "$2"' - "$work" "$cgroups" 2>/dev/null
}
trap 'status=$?; set +e; remove_cgroups; (exit $status); clean_up' EXIT

# --- Debian's archive --------------------------------------------------------

# For each suite, the packages that contain the consumers, and those that the
# consumers need and that this machine may lack. "Bookworm and sid are the
# releases of Debian that they come from."
declare -A packages=(
	[bookworm]="libseccomp2 libseccomp-dev libcap2 libcap-dev librust-libc-dev
		golang-github-seccomp-libseccomp-golang-dev busybox-static runc
		crun libyajl2 lxc liblxc1 liblxc-common libapparmor1"
	[sid]="libseccomp2 libseccomp-dev librust-libseccomp-dev
		librust-libseccomp-sys-dev librust-bitflags-dev librust-cfg-if-dev
		librust-pkg-config-dev golang-github-seccomp-libseccomp-golang-dev
		libc6 libgcc-s1 runc crun libjson-c5 libblake3-0 libcap2
		libsystemd0 lxc liblxc1t64 liblxc-common libapparmor1 libdbus-1-3
		libselinux1 libpcre2-8-0 bypass4netns"
)

root_of() {
	echo "$out/$1"
}

# libseccomp_of SUITE: a root that has libseccomp and nothing else.
libseccomp_of() {
	echo "$out/$1-libseccomp"
}

# unpack_root SUITE: unpacks the newest versions of its packages, unless they
# are there.
unpack_root() {
	local root folder fetched
	root=$(root_of "$1")
	# shellcheck disable=SC2086 # a list
	apt_fetch "$1-amd64" ${packages[$1]} || {
		missing "$1-amd64" "all consumers of $1"
		skipped=yes
		return 1
	}
	[ "$(cat "$root.packages" 2>/dev/null)" != "${fetched[*]}" ] || return 0
	rm -rf "$root" "$root-libseccomp" "$out/rust"
	for folder in bin lib lib64 sbin; do
		mkdir -p "$root/usr/$folder"
		ln -s "usr/$folder" "$root"
	done
	# shellcheck disable=SC2086 # a list
	apt_unpack "$1-amd64" "$root" ${packages[$1]} || return
	# Copied, since LD_LIBRARY_PATH must not lead to sid's C library.
	(cd "$root" && find usr -name '*libseccomp[.-]*' -o -name 'seccomp*.h' |
		cpio -pdm --quiet "$root-libseccomp") || return
	echo "${fetched[*]}" >"$root.packages"
}

# version SUITE PACKAGE: without the epoch and Debian's revision.
version() {
	tr ' ' '\n' <"$(root_of "$1").packages" |
		sed -nE "s/.*\/$2_([0-9]+%3a)?([^_]*)_[a-z0-9]*\.deb/\2/p" |
		sed -e 's/-[^-]*$//' -e 's/[+]ds.*//'
}

# --- One row -----------------------------------------------------------------

# on LIBRARY PRELOADED COMMAND...: runs the command. row() compares its output,
# and the table shows the last line. AUDIT is empty if the command counts the
# calls in its own way.
on() {
	local library=$1 preloaded=$2 status=0
	shift 2
	rm -f "$work/$library.count"
	timeout --foreground -k 5 "${LIMIT:-300}" \
		env COUNT_CALLS="$work/$library.count" LD_AUDIT="$AUDIT" \
		LD_PRELOAD="$preloaded" "$@" \
		>"$work/$library.out" 2>"$work/$library.err" </dev/null || status=$?
	[ "$status" = 0 ] || echo "exit status $status" >>"$work/$library.out"
}

# counted LIBRARY: prints how many calls reached our six functions, how many of
# them were receives and responses, and the same three numbers for libseccomp's.
counted() {
	od -An -v -t u8 -w96 "$work/$1.count" 2>/dev/null | awk '{
		print $1 + $2 + $3 + $4 + $5 + $6, $3, $4,
			$7 + $8 + $9 + $10 + $11 + $12, $9, $10 }'
}

# row CONSUMER SUITE VERSION HOW: adds the row of the last on() of each library.
# If BARE is "yes", the control calls the kernel, and its calls are not counted.
row() {
	local consumer=$1 suite=$2 version=$3 how=$4 calls received answered
	local others calls_here answered_there result control
	local label="$1 $3, $4" before=${#failures[@]}
	{
		read -r calls received answered others _ _
	} < <(counted ours; echo 0)
	result=$(tail -n 1 "$work/ours.out")
	control=$(tail -n 1 "$work/theirs.out")
	diff -u --label "libseccomp" --label "this library" \
		"$work/theirs.out" "$work/ours.out" >"$work/diff" || {
		cat "$work/diff" "$work/ours.err" >&2
		failures+=("$label: other results than on libseccomp")
		result="differs"
	}
	[ "${answered:-0}" != 0 ] && [ "$received" != 0 ] ||
		failures+=("$label: no notification was received and answered by this library")
	[ "${others:-0}" = 0 ] ||
		failures+=("$label: $others calls reached libseccomp")
	if [ "$BARE" != yes ]; then
		{
			read -r calls_here _ _ others _ answered_there
		} < <(counted theirs; echo 0)
		[ "${calls_here:-0}" = 0 ] ||
			failures+=("$label: $calls_here calls of the control reached this library")
		[ "${answered_there:-0}" != 0 ] ||
			failures+=("$label: the control answered no notification")
	fi
	echo "$consumer|$suite|$version|$how|$calls|$answered|$result|$control" >>"$rows"
	if [ "${#failures[@]}" != "$before" ]; then
		printf 'FAILED: %s\n' "${failures[@]:before}"
		return
	fi
	ok "$label: $result; $calls calls reached this library ($SECONDS s)"
}

# --- The page ----------------------------------------------------------------

# page_table: CONSUMER|SUITE|HOW|RESULT, as libseccomp-notify(7) has them.
page_table() {
	sed -n '/^\.SH TRIED WITH/,/^\.TE/{s/\\-/-/g;p}' man/libseccomp-notify.7 |
		awk '$0 == "T{" { getline name; getline; print name substr($0, 3) }'
}

# check_page: each measured row is in the page, and the page has no others but
# those that were skipped.
check_page() {
	local said measured
	said=$(page_table | sort)
	measured=$(cut -d '|' -f 1,2,4,7 "$rows" | sort)
	if [ "$skipped" ]; then
		said=$(comm -12 <(echo "$said") <(echo "$measured"))
	fi
	[ "$said" = "$measured" ] || {
		diff -u --label "libseccomp-notify(7)" --label measured \
			<(echo "$said") <(echo "$measured") >&2 || true
		failures+=("the table in libseccomp-notify(7) is not what was measured")
	}
	said=$(tr '\n' ' ' <README.md |
		sed -n 's/.*check-consumers[^.]*[^0-9]\([0-9][0-9]*\) rows.*/\1/p')
	[ "$said" = "$(page_table | wc -l)" ] ||
		failures+=("README.md speaks of ${said:-no} rows, libseccomp-notify(7) has $(page_table | wc -l)")
}

# --- The run -----------------------------------------------------------------

mkdir -p "$out"
: >"$rows"
skipped=
failures=()
BARE=
AUDIT=$counter

make -s BUILD="$out/ours" all "$out/ours/examples/agent"
gcc -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -shared -fPIC -o "$counter" \
	"$parts/count-calls.c" -ldl

. tests/compat/consumers/suites.sh
. tests/compat/consumers/supervisors.sh

there=()
for suite in bookworm sid; do
	! unpack_root $suite || there+=("$suite")
done
run_suites
run_supervisors
check_page

echo
{
	echo "CONSUMER|DEBIAN|VERSION|HOW OURS IS PUT IN PLACE|CALLS TO OURS|RESPONSES|RESULT WITH OURS|RESULT WITH LIBSECCOMP"
	cat "$rows"
} | column -t -s '|'
echo
if [ "${#failures[@]}" != 0 ]; then
	printf 'FAILED: %s\n' "${failures[@]}" >&2
	exit 1
fi
echo "check-consumers: $(wc -l <"$rows") of $(page_table | wc -l) rows, the same results as without this library ($SECONDS s)."
