# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# What the checks in this folder share; sourced from the top of the repository.
# shellcheck shell=bash
set -euo pipefail
# What the recipes and the Makefile choose is what is checked.
unset MAKEFLAGS MFLAGS MAKELEVEL CC AR CFLAGS CPPFLAGS LDFLAGS DESTDIR
export LC_ALL=C.UTF-8
umask 022

check=$(basename "$0" .sh)
map=src/libseccomp-notify.map
version=$(sed -n 's/^VERSION = //p' Makefile)
soname=libseccomp-notify.so.${version%%.*}
# shellcheck disable=SC2034 # for those that source this
shared=libseccomp-notify.so.$version
node=$(sed -n 's/^\([A-Z_0-9.]*\) {$/\1/p' "$map")
calls=$(sed -n 's/^\t*\(seccomp_[a-z_]*\);/\1/p' "$map" | sort)

fail() {
	echo "$check: $*" >&2
	exit 1
}

# need COMMAND PACKAGE
need() {
	command -v "$1" >/dev/null ||
		fail "the command $1 is missing: install the package $2"
}

# same WHAT EXPECTED IS: both texts are shown where they differ.
same() {
	[ "$2" = "$3" ] && return
	diff -u --label expected --label is <(echo "$2") <(echo "$3") >&2 || true
	fail "$1 (the lines with - are expected, those with + are there)"
}

# check_library FILE WHAT: its six symbols, and libc alone.
check_library() {
	local dynamic

	dynamic=$(readelf -dW "$1")
	same "$2 does not export the six functions of $map and its one version" \
		"$(printf '%s\n' "$calls" | sed "s/\$/@@$node/")
$node" "$(readelf --dyn-syms -W "$1" |
			awk '$5 == "GLOBAL" && $7 != "UND" { print $NF }' |
			sort -k 1,1 | grep @@)
$(readelf --dyn-syms -W "$1" |
			awk '$5 == "GLOBAL" && $7 == "ABS" { print $NF }')"
	same "$2 has another soname" "$soname" \
		"$(sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' <<<"$dynamic")"
	# The dynamic loader has the stack protector's secret on some machines.
	same "$2 needs another library than libc" libc.so.6 \
		"$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic" |
			grep -v '^ld[-0-9a-z]*\.so\.[0-9]$')"
}

# manifest FOLDER: its files with their modes, its links with their aims.
manifest() {
	(cd "$1" && find . -type l -printf '%P -> %l\n' -o \
		! -type d -printf '%m %P\n' | sort)
}

# Debian's name of the suite that this machine, with its compilers, is of.
# shellcheck disable=SC2034 # for those that source this
home=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")

# mirror LABEL: where this machine has Debian's archive of that label from.
mirror() {
	# shellcheck disable=SC2016 # apt-get expands it
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' \
		"Label: $1" | head -n 1
}

# sources SUITE [deb-src]: lines for apt.
sources() {
	local security keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	echo "${2:-deb} [signed-by=$keyring] $(mirror Debian) $1 main"
	security=$(mirror Debian-Security)
	[ "$1" = sid ] || [ -z "$security" ] ||
		echo "${2:-deb} [signed-by=$keyring] $security $1-security main"
}

work=$(mktemp -d)
chmod 755 "$work" # for builders that are not root
trap 'rm -rf "$work"' EXIT
