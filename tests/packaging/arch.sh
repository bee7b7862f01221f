# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# The Arch package
# shellcheck shell=bash disable=SC2016,SC2153,SC2154,SC2164
# check-packages.sh sources this file.

# Runs the real makepkg, without pacman to check dependencies, and not as root.
check_arch() {
	local folder=$work/arch root=$work/arch-root package

	step "Arch"
	run arch-lint shellcheck "$source/$recipes/arch/PKGBUILD"
	mkdir "$folder" "$root"
	cp "$tarball_file" "$source/$recipes/arch/PKGBUILD" "$folder"
	chown -R 65534:65534 "$folder"
	package=$folder/$NAME-$version-1-$arch.pkg.tar.gz
	run arch setpriv --reuid 65534 --regid 65534 --clear-groups \
		env -C "$folder" HOME="$folder" PACMAN=true PKGEXT=.pkg.tar.gz \
		makepkg --nodeps --nocolor --noconfirm
	[ -f "$package" ] || {
		cat "$work/arch.log" >&2
		fail "makepkg made no ${package##*/}"
	}
	grep -q '^100%: Checks: [1-9]' "$work/arch.log" ||
		fail "the Arch recipe did not run the tests"
	bsdtar -C "$root" --exclude '.[A-Z]*' -xf "$package"
	same "the Arch package has other files" \
		"$({ library_files usr/lib
			development_files usr/lib usr/include
			static_files usr/lib
			pc_files usr/lib/pkgconfig
			manual_files usr/share/man .gz
			example_files "usr/share/doc/$NAME/examples"
			echo "644 usr/share/licenses/$NAME/LICENSE"; } | sort)" \
		"$(manifest "$root")"
	# shellcheck source=/dev/null
	same "the Arch recipe depends on other packages" \
		"glibc|linux-api-headers|check libseccomp" \
		"$(. "$recipes/arch/PKGBUILD" &&
			echo "${depends[*]}|${makedepends[*]}|${checkdepends[*]}")"
	mkdir "$out/arch"
	cp "$package" "$out/arch"
}
