# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# The beginning of the scripts in tests/. A script sources this file first:
#	. "$(dirname "$0")/../lib/common.sh"
# It then runs at the top of the repository, stops at the first failure, writes
# temporary files to $work, and, when it ends or is interrupted, stops what it
# started and removes $work.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# The environment must not override the Makefile or the packaging recipes.
unset MAKEFLAGS MFLAGS MAKELEVEL CC AR CFLAGS CPPFLAGS LDFLAGS DESTDIR
export LC_ALL=C.UTF-8
umask 022

check=$(basename "$0" .sh)
map=src/libseccomp-notify.map
version=$(sed -n 's/^VERSION = //p' Makefile)
soname=libseccomp-notify.so.${version%%.*}
# shellcheck disable=SC2034 # The scripts use these variables.
shared=libseccomp-notify.so.$version node=$(sed -n 's/^\([A-Z_0-9.]*\) {$/\1/p' "$map")
calls=$(sed -n 's/^\t*\(seccomp_[a-z_]*\);/\1/p' "$map" | sort)

ok() {
	echo "ok: $*"
}

fail() {
	echo "$check: $*" >&2
	exit 1
}

# need COMMAND PACKAGE
need() {
	command -v "$1" >/dev/null ||
		fail "the command $1 is missing: install the package $2"
}

# need_root WHY
need_root() {
	[ "$(id -u)" = 0 ] || fail "this check must be run as root: $*"
}

# same WHAT EXPECTED ACTUAL: shows both texts if they differ.
same() {
	[ "$2" = "$3" ] && return
	diff -u --label expected --label actual <(echo "$2") <(echo "$3") >&2 || true
	fail "$1 (expected lines start with -, actual lines with +)"
}

# check_library FILE WHAT: it exports the six functions and needs libc alone.
check_library() {
	local dynamic symbols

	dynamic=$(readelf -dW "$1")
	symbols=$(readelf --dyn-syms -W "$1" | awk '$5 == "GLOBAL" && $7 != "UND"')
	same "$2 does not export the six functions of $map and its one version node" \
		"$(printf '%s\n' "$calls" | sed "s/\$/@@$node/")
$node" "$(awk '/@@/ { print $NF }' <<<"$symbols" | sort -k 1,1)
$(awk '$7 == "ABS" { print $NF }' <<<"$symbols")"
	same "$2 has another soname" "$soname" \
		"$(sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' <<<"$dynamic")"
	# Some architectures have the stack canary in the dynamic loader.
	same "$2 needs another library than libc" libc.so.6 \
		"$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic" |
			sed 's/^libc\.so\.6\.1$/libc.so.6/' | # Alpha's
			grep -v '^ld[-0-9a-z]*\.so\.[0-9]$')"
}

# manifest FOLDER: its files with their modes, and its links with their targets.
manifest() {
	(cd "$1" && find . -type l -printf '%P -> %l\n' -o \
		! -type d -printf '%m %P\n' | sort)
}

# The suite of Debian that this machine has installed, for example bookworm.
# shellcheck disable=SC2034 # The scripts use this variable.
home=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")

# mirror LABEL: prints the address from which this machine's apt downloads the
# archive with that label.
mirror() {
	# shellcheck disable=SC2016 # apt-get expands it
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' \
		"Label: $1" | head -n 1
}

# sources SUITE [deb-src]: prints lines for apt's sources.list.
sources() {
	local security keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	echo "${2:-deb} [signed-by=$keyring] $(mirror Debian) $1 main"
	security=$(mirror Debian-Security)
	[ "$1" = sid ] || [ -z "$security" ] ||
		echo "${2:-deb} [signed-by=$keyring] $security $1-security main"
}

# network_failed LOG: does the log show that apt failed because of the network, of
# a mirror that was being updated, or of another apt that was running?
network_failed() {
	grep -qE '^[EW]: (Failed to fetch|Some index files failed)|[Mm]irror sync|Hash Sum mismatch|Could not get lock|Release file|Temporary failure' "$1"
}

# find_processes PROCESS: appends its descendants to the array processes.
find_processes() {
	local task children child

	for task in "/proc/$1/task"/*/children; do
		children=()
		{ read -r -a children <"$task"; } 2>/dev/null || true
		for child in "${children[@]}"; do
			processes+=("$child")
			find_processes "$child"
		done
	done
}

# Does a process in the array `processes` still run? jobs(1) would not always
# notice its end while a trap is handled.
still_run() {
	local process state

	for process in "${processes[@]}"; do
		{ read -r state <"/proc/$process/stat"; } 2>/dev/null || continue
		[[ ${state##*) } == [ZX]* ]] || return 0
	done
	return 1
}

# Ctrl-C ends the foreground command, and then this shell. Call timeout(1) with
# --foreground, or Ctrl-C does not reach its command. Commands in the background
# ignore Ctrl-C, so clean_up stops them.
clean_up() {
	local status=$? signal processes

	trap '' INT TERM HUP
	processes=()
	for signal in TERM KILL; do
		find_processes $$
		[ ${#processes[@]} -gt 0 ] || break
		kill -"$signal" "${processes[@]}" 2>/dev/null || true
		for _ in {1..30}; do
			still_run || break
			sleep 0.1
		done
	done
	rm -rf --one-file-system "$work" 2>/dev/null || {
		chmod -R u+rwX "$work"
		rm -rf --one-file-system "$work"
	}
	[ -z "${interrupted-}" ] || {
		trap - "$interrupted"
		kill -s "$interrupted" $$
	}
	exit "$status"
}

work=$(mktemp -d -t "$check.XXXXXX")
readonly work # clean_up removes this folder.
trap clean_up EXIT
for signal in INT TERM HUP; do
	# shellcheck disable=SC2064 # expands $signal now
	trap "interrupted=$signal; exit 1" "$signal"
done
chmod 755 "$work" # for builders that are not root
# The script removes what tools leave behind in these folders when it ends.
export GIT_CONFIG_GLOBAL=${GIT_CONFIG_GLOBAL-$HOME/.gitconfig}
export HOME=$work/home TMPDIR=$work/tmp
unset XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME
mkdir "$HOME" "$TMPDIR"
chmod 1777 "$TMPDIR"
