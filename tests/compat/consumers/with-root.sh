#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# with-root.sh ROOT COMMAND...: runs the command on a machine where the packages
# unpacked in ROOT are installed. ROOT/usr lies over the /usr of this machine,
# /run is empty, and /sys/fs/cgroup has cgroup v2 if CGROUP=v2 is in the
# environment, or else nothing. Only the command and its children see that; they
# have process ids of their own and end with this script.
set -euo pipefail

if [ "${WITH_ROOT-}" != inside ]; then
	export WITH_ROOT=inside
	exec unshare --mount --pid --fork --kill-child --mount-proc \
		"${BASH_SOURCE[0]}" "$@"
fi
root=$1
shift
mount -t overlay overlay /usr -o "lowerdir=$root/usr:/usr"
mount -t tmpfs tmpfs /run
umount --recursive --lazy /sys/fs/cgroup 2>/dev/null || true
if [ "${CGROUP-}" = v2 ]; then
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
unset WITH_ROOT CGROUP
exec "$@"
