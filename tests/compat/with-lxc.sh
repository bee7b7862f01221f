#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# with-lxc.sh FOLDER COMMAND...: runs the command on a machine where LXC is
# installed: FOLDER/usr, where it is unpacked, lies over the /usr that only the
# command and its children see. Nothing of /run and no cgroup is there, so that
# LXC leaves nothing behind.
# Packages: mount
set -eu
folder=$1
shift
mount -t overlay overlay /usr -o "lowerdir=$folder/usr:/usr"
mount -t tmpfs tmpfs /run
umount --recursive --lazy /sys/fs/cgroup 2>/dev/null || true
exec "$@"
