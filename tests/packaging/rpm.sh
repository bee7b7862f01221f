# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# The RPM packages
# shellcheck shell=bash disable=SC2016,SC2153,SC2154,SC2164
# check-packages.sh sources this file.

# Defines macros that Fedora's rpm has and Debian's lacks, and those for
# reproducible builds. The source package contains the name of the folder, so it
# differs between the places. It is built on its own, because binary packages that
# were built along with it would contain its checksum.
build_rpm() { # PLACE -bs|-bb [OPTION]
	local top=$1/rpm
	mkdir -p "$top/SOURCES" "$top/tmp"
	cp "$tarball_file" "$top/SOURCES"
	rpmbuild --define "_topdir $top" --define "_tmppath $top/tmp" \
		--define "_dbpath $top/db" --define "_docdir_fmt %%{NAME}" \
		--define "__os_install_post bash /usr/lib/rpm/brp-compress /usr" \
		--define "_buildhost builder" \
		--define "source_date_epoch_from_changelog 1" \
		--define "use_source_date_epoch_as_buildtime 1" \
		--define "clamp_mtime_to_source_date_epoch 1" \
		--nodeps ${3:+"$3"} "$2" "$source/$recipes/$NAME.spec"
}

check_rpm() {
	local root=$work/rpm-root built=rpm/RPMS/$arch libdir rpms rpm

	step "RPM"
	run rpm1 in_place 1 build_rpm "$place1" -bb
	run rpm2 in_place 2 build_rpm "$place2" -bb --nocheck
	run rpm-source in_place 1 build_rpm "$place1" -bs
	grep -q '^100%: Checks: [1-9]' "$work/rpm1.log" ||
		fail "the RPM build did not run the tests"
	# debugedit replaces the folder, so it has to be there.
	mkdir -p "$work/debugsource/root"
	run rpm-debug build_rpm "$work/debugsource" -bb \
		"--define=_debugsource_packages 1"
	run rpm-debug-install rpm --root "$work/debugsource/root" --dbpath /db \
		--nodeps --nosignature \
		-i "$work/debugsource/$built/$NAME-$version-1.$arch.rpm"
	readelf --debug-dump=info "$(find "$work/debugsource/root" \
		-name "$shared" -type f)" >"$work/debugsource/info"
	grep -q "DW_AT_comp_dir.*$work/debugsource/rpm/BUILD/" "$work/debugsource/info" ||
		fail "the RPM build has no full paths for a package of sources"
	rpms="$NAME-$version-1.$arch.rpm $NAME-devel-$version-1.$arch.rpm"
	same "the RPM packages are not these" "$rpms" \
		"$(cd "$place1/$built" && printf '%s\n' *.rpm | sort | xargs)"
	for rpm in $rpms; do
		equal "the package $rpm" "$built/$rpm"
	done
	run rpmlint rpmlint --strict -r "$recipes/$NAME.rpmlintrc" \
		"$recipes/$NAME.spec" "$place1/$built"/*.rpm \
		"$place1"/rpm/SRPMS/*.rpm
	grep 'errors, ' "$work/rpmlint.log"

	libdir=$(rpm --eval '%{_libdir}')
	libdir=${libdir#/}
	mkdir -p "$root"
	run rpm-install rpm --root "$root" --dbpath /db --nodeps --nosignature \
		-i "$place1/$built"/*.rpm
	same "the RPM packages have other files" \
		"$({ library_files "$libdir"
			development_files "$libdir" usr/include
			pc_files "$libdir/pkgconfig"
			manual_files usr/share/man .gz
			echo "644 usr/share/doc/$NAME-devel/README.md"
			example_files "usr/share/doc/$NAME-devel/examples"
			echo "644 usr/share/licenses/$NAME/LICENSE"; } | sort)" \
		"$(manifest "$root" | grep -v '^[0-9]* db/\|usr/lib/.build-id/')"
	same "the RPM library package does not provide its soname, or needs more than libc" \
		"libc.so.6
$NAME = $version-1
$soname()(64bit)
$soname($node)(64bit)
rtld" \
		"$(cd "$place1/$built" && {
			rpm -qp --provides "$NAME-$version-1.$arch.rpm" |
				grep -v "^$NAME("
			rpm -qp --requires "$NAME-$version-1.$arch.rpm" |
				grep -v '^rpmlib(' | sed 's/(.*//'; } |
			sort -u)"
	same "the RPM development package needs other packages" \
		"kernel-headers
$NAME($(rpm --eval '%{_isa}' | tr -d '()')) = $version-1" \
		"$(rpm -qp --requires "$place1/$built/$NAME-devel-$version-1.$arch.rpm" |
			grep -v '^rpmlib(\|^/usr/bin/pkg-config' | sort)"
	same "the RPM source package needs other packages to build" \
		"$(printf '%s\n' gcc libseccomp make pkgconfig 'pkgconfig(check)')" \
		"$(rpm -qp --requires "$place1"/rpm/SRPMS/*.rpm |
			grep -v '^rpmlib(' | sort)"
	run rpm-erase rpm --root "$root" --dbpath /db -e "$NAME-devel" "$NAME"
	same "rpm -e leaves files" "" "$(manifest "$root" | grep -v '^[0-9]* db/')"
	mkdir "$out/rpm"
	cp "$place1/$built"/*.rpm "$place1"/rpm/SRPMS/*.rpm "$out/rpm"
}
