#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# demo.sh DEMO: shows the demonstration program DEMO at work on a shell, and
# fails if the shell did not see what the supervisor answered.
set -eu

demo=$(realpath "$1")
folder=$(mktemp -d /tmp/libseccomp-notify-demo-XXXXXX)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo "A shell makes directories. It does not know that a supervisor decides."
echo
status=0
"$demo" -- sh -c '
	echo "shell: mkdir kept";      mkdir kept
	echo "shell: mkdir forbidden"; mkdir forbidden
	echo "shell: mkdir imaginary"; mkdir imaginary && echo "shell: it worked"
	echo "shell: there are:" *
	exit 7
' 2>&1 || status=$?
echo
echo "The shell ended with exit status $status. It chose 7 itself: the supervisor passes it on."

fail() {
	echo "demo.sh: the demonstration failed: $1" >&2
	exit 1
}
[ "$status" = 7 ] || fail "exit status $status in place of the shell's own 7"
[ -d kept ] || fail "the kernel did not make the directory left to it"
[ ! -e forbidden ] || fail "the forbidden directory was made"
[ ! -e imaginary ] || fail "the directory that only seemed to be made is there"
