# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# The tarball, and what can be built from it
# shellcheck shell=bash disable=SC2016,SC2153,SC2154,SC2164
# check-packages.sh sources this file.

make_tarball() {
	make -s -C "$1/clone" dist
	cp "$1/clone/build/$NAME-$version.tar.gz" "$1"
}

# By default, tar(1) as root would ignore the umask.
unpack() {
	mkdir -p "$2"
	tar -C "$2" --strip-components=1 --no-same-owner --no-same-permissions \
		-xf "$1"
}

check_tarball() {
	local i file

	step "tarball"
	[ -z "$(git status --porcelain)" ] ||
		echo "There are changes that are not committed; they are not in the tarball."
	for i in 1 2; do
		run "clone$i" git clone -q . "$(place $i)/clone"
		run "tarball$i" in_place $i make_tarball "$(place $i)"
	done
	equal "the tarball" "$tarball"
	mkdir -p "$out"
	cp "$place1/$tarball" "$out"
	for i in 1 2; do
		in_place $i unpack "$place1/$tarball" "$(place $i)/source"
	done
	for file in .ci .git .gitattributes .gitignore; do
		[ ! -e "$source/$file" ] || fail "the tarball contains $file"
	done
	run check make -s -C "$source" check
	tail -n 1 "$work/check.log"
}

# A user who cannot write to the source builds it in another folder. After that,
# make install does not build again.
check_read_only() {
	local user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	local products=$work/products

	step "a source that is read-only"
	mkdir "$products"
	unpack "$place1/$tarball" "$work/read-only"
	chown 65534:65534 "$products"
	run read-only "${user[@]}" make -s -C "$work/read-only" \
		BUILD="$products" DESTDIR="$products/root" install
	same_files "make BUILD=... install" "$products/root"
	[ ! -e "$work/read-only/build" ] || fail "make BUILD=... still creates the folder build in the source"
	make -n -C "$work/read-only" BUILD="$products" install >"$work/again"
	if grep -E '\-(c|shared) |^ar ' "$work/again" >&2; then
		fail "make install builds the library again, by the commands above"
	fi
}

check_without_tests() {
	step "a tarball without tests"
	unpack "$place1/$tarball" "$work/testless"
	rm -r "$work/testless/tests"
	run testless make -s -C "$work/testless"
	run testless-install make -s -C "$work/testless" \
		DESTDIR="$work/testless/root" install
	same_files "a tarball without tests" "$work/testless/root"
}

# A builder where filters cannot notify. The demonstration simulates it: it
# supervises make, and a thread that carries its filter gets no second listener.
check_without_notification() {
	step "tests on a builder without notifications"
	run without-build make -s -C "$source" build/demo
	run without "$source/build/demo" -- make -s -C "$source" check
	grep -q '^SKIP: the whole suite: ' "$work/without.log" ||
		fail "make check does not print that it skips the suite if filters cannot notify"
}
