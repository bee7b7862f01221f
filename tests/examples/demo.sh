#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# demo.sh DEMO: shows the demonstration program DEMO at work on a shell, and
# fails if the shell did not see what the supervisor answered.
set -eu

demo=$(realpath "$1")
folder=$(mktemp -d /tmp/libseccomp-notify-demo-XXXXXX)
ours=$folder-ours
trap 'rm -rf "$folder" "$ours"' EXIT
cd "$folder"

echo "A shell that knows of nothing makes directories; a supervisor decides."
echo
status=0
# shellcheck disable=SC2016 # for the other shell
"$demo" -- sh -c '
	echo "shell: mkdir kept";              mkdir kept
	echo "shell: mkdir forbidden";         mkdir forbidden
	echo "shell: mkdir $1";                mkdir "$1"
	echo "shell: mkdir $1 once more";      mkdir "$1"
	echo "shell: there are:" *
	exit 7
' sh "$ours" || status=$?
echo
echo "The shell's exit status: $status"

fail() {
	echo "demo.sh: the demonstration failed: $1" >&2
	exit 1
}
[ "$status" = 7 ] || fail "exit status $status in place of the shell's 7"
[ -d kept ] || fail "the kernel did not make the directory left to it"
[ -d "$ours" ] || fail "the supervisor did not make its directory"
[ ! -e forbidden ] || fail "the forbidden directory was made"
