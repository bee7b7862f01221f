#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# hide-libseccomp.sh FOLDER COMMAND...: runs the command on a machine without
# libseccomp: its header and libraries are deleted from a copy of /usr that
# only this process and its children see. FOLDER is an empty one.
# Packages: gcc mount
set -eu
folder=$1
shift
mount -t tmpfs tmpfs "$folder"
mkdir "$folder/upper" "$folder/work"
mount -t overlay overlay /usr -o \
	"lowerdir=/usr,upperdir=$folder/upper,workdir=$folder/work"
find /usr/include /usr/lib /usr/local -name linux -prune -o \
	\( -name 'libseccomp.*' -o -name 'seccomp*.h' \) -exec rm {} +
if echo '#include <seccomp.h>' | gcc -E -o /dev/null - 2>/dev/null ||
	[ "$(gcc -print-file-name=libseccomp.so)" != libseccomp.so ] ||
	[ "$(gcc -print-file-name=libseccomp.so.2)" != libseccomp.so.2 ]; then
	echo "hide-libseccomp.sh: libseccomp is still there" >&2
	exit 1
fi
exec "$@"
