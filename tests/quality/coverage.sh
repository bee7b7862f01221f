#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# coverage: Show that the tests reach all lines and branches of src/
# Packages: gcc gcovr make check pkg-config libseccomp2
set -eu
command -v gcovr >/dev/null || {
	echo "coverage: gcovr is missing: install the package gcovr" >&2
	exit 1
}
build=build/coverage
rm -rf "$build"
make -s BUILD="$build" CFLAGS="-O0 -g --coverage -fprofile-update=atomic" check
for what in line branch; do
	gcovr --root . --object-directory "$build/src" --filter src/ \
		--"fail-under-$what" 100 \
		"$([ "$what" = branch ] && echo --branches || echo --txt)"
done
