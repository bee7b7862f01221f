#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# coverage: Show that the tests reach all lines and branches of src/
# Packages: gcc gcovr make check pkg-config libseccomp2
. "$(dirname "$0")/../lib/common.sh"
need gcovr gcovr
build=${BUILD:-build}/coverage
rm -rf "$build"
make -s BUILD="$build" CFLAGS="-O0 -g --coverage -fprofile-update=atomic" check
for what in line branch; do
	gcovr "$build" --root . --object-directory "$build/src" --filter src/ \
		--"fail-under-$what" 100 \
		"$([ "$what" = branch ] && echo --branches || echo --txt)"
done
