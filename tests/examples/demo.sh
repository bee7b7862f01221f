#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# demo.sh DEMO: shows the demonstration program DEMO at work on a shell, and
# fails if the shell did not see what the supervisor answered.
set -- "$(realpath "$1")"
. "$(dirname "$0")/../lib/common.sh"
mkdir "$work/made"
cd "$work/made"

echo "A shell makes directories. It does not know that a supervisor decides."
echo
status=0
"$1" -- sh -c '
	echo "shell: mkdir kept";      mkdir kept
	echo "shell: mkdir forbidden"; mkdir forbidden
	echo "shell: mkdir imaginary"; mkdir imaginary && echo "shell: it worked"
	echo "shell: there are:" *
	exit 7
' 2>&1 || status=$?
echo
echo "The shell ended with exit status $status. It chose 7 itself: the supervisor passes it on."

[ "$status" = 7 ] || fail "the demonstration failed: exit status $status instead of the shell's own 7"
[ -d kept ] || fail "the demonstration failed: the kernel did not make the directory left to it"
[ ! -e forbidden ] || fail "the demonstration failed: the forbidden directory was made"
[ ! -e imaginary ] || fail "the demonstration failed: the directory that only seemed to be made is there"
