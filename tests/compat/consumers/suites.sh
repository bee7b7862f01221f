# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Test suites of others: libseccomp's own, its bindings', the kernel's.
# Sourced by check-consumers.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# --- libseccomp's own tests --------------------------------------------------

# source_of SUITE: downloads libseccomp's source.
source_of() {
	apt_source "$1" libseccomp "$out/libseccomp-$1" || {
		missing "$1-source" "the source of libseccomp"
		skipped=yes
		return 1
	}
}

# pass_160 COMMAND...: each of libseccomp's tests must give exit status 160.
pass_160() {
	local test status passed=0
	for test; do
		status=0
		$test || status=$?
		echo "${test##*/}: exit status $status"
		[ "$status" != 160 ] || passed=$((passed + 1))
	done
	echo "$passed passed"
}
export -f pass_160

libseccomp_tests() {
	local suite=$1 from=$1 root tests test library programs=() linked=()

	root=$(libseccomp_of "$suite")
	if ! source_of "$suite"; then
		[ "$suite" = sid ] && source_of trixie || return 0
		from=trixie
		echo "SKIP: check-consumers: the tests of sid's libseccomp: their source could not be downloaded, so trixie's tests run on sid's library"
	fi
	tests=$out/libseccomp-$from/tests
	library=$root/usr/lib/$triplet/libseccomp.so.2
	for test in 51-live-user_notification 58-live-tsync_notify; do
		programs+=("$out/$suite-$test")
		linked+=("$out/$suite-linked-$test")
		gcc -O2 -w -D_GNU_SOURCE "-I$root/usr/include" "-I$tests" \
			-o "$out/$suite-$test" "$tests/$test.c" "$tests/util.c" \
			"$library"
		gcc -O2 -w -D_GNU_SOURCE "-I$root/usr/include" "-I$tests" \
			-o "$out/$suite-linked-$test" "$tests/$test.c" \
			"$tests/util.c" "-L$out/ours" -lseccomp-notify \
			"-Wl,-rpath,$out/ours" "$library"
	done
	export LD_LIBRARY_PATH=${library%/*}
	on theirs "" bash -c 'pass_160 "$@"' - "${programs[@]}"
	on ours "$ours" bash -c 'pass_160 "$@"' - "${programs[@]}"
	row "libseccomp's tests 51, 58" "$suite" "$(version "$suite" libseccomp2)" "preloaded"
	on ours "" bash -c 'pass_160 "$@"' - "${linked[@]}"
	sed -i 's/-linked-/-/' "$work/ours.out"
	row "libseccomp's tests 51, 58" "$suite" "$(version "$suite" libseccomp2)" "linked"
	unset LD_LIBRARY_PATH
}

# --- Go ----------------------------------------------------------------------

# go_results: the results in the output of `go test -v`, without times.
go_results() {
	sed -nE 's/^--- (PASS|FAIL|SKIP)(: [^ ]*).*/\1\2/p' | awk '{
		print
		count[$1]++
	}
	END {
		print count["PASS:"] + 0 " passed, " count["FAIL:"] + 0 " failed"
	}'
}
export -f go_results

go_binding() {
	local suite=$1 package=golang-github-seccomp-libseccomp-golang-dev
	local folder=$out/go-$1 root libraries

	root=$(libseccomp_of "$suite")
	libraries=$root/usr/lib/$triplet
	rm -rf "$folder"
	cp -r "$(root_of "$suite")/usr/share/gocode/src/github.com/seccomp/libseccomp-golang" "$folder"
	go_test() {
		(cd "$folder" && GOPROXY=off GOFLAGS=-mod=mod GOTOOLCHAIN=local \
			GOCACHE="$out/go-cache" GOPATH="$out/go-path" \
			PKG_CONFIG_LIBDIR="$libraries/pkgconfig" \
			PKG_CONFIG_SYSROOT_DIR="$root" CGO_LDFLAGS="$2" \
			go test -c -o "$1" .)
	}
	go_test theirs.test ""
	go_test ours.test "-L$out/ours -Wl,-rpath,$out/ours -lseccomp-notify"
	export LD_LIBRARY_PATH=$libraries
	cd "$folder" || return
	on theirs "" ./theirs.test -test.v
	on ours "$ours" ./theirs.test -test.v
	filtered go_results
	row "Go binding's suite" "$suite" "$(version "$suite" $package)" "preloaded"
	on theirs "" ./theirs.test -test.v
	on ours "" ./ours.test -test.v
	filtered go_results
	row "Go binding's suite" "$suite" "$(version "$suite" $package)" "CGO_LDFLAGS"
	cd "$top" || return
	unset LD_LIBRARY_PATH
}

# filtered FILTER: filters what both printed.
filtered() {
	local library
	for library in ours theirs; do
		"$1" <"$work/$library.out" >"$work/filtered"
		mv "$work/filtered" "$work/$library.out"
	done
}

# --- Rust --------------------------------------------------------------------

rust_results() {
	sed -nE -e 's/^test (.*) \.\.\. ([a-zA-Z]*).*/\2 \1/p' | sort
	# shellcheck disable=SC2016
	sed -nE 's/^test result: [a-zA-Z]*\. ([0-9]* passed); ([0-9]* failed).*/\1, \2/p' "$work/current"
}

rust_binding() {
	local folder=$out/rust crates=$out/crates crate test library
	local registry=usr/share/cargo/registry libraries

	libraries=$(libseccomp_of sid)/usr/lib/$triplet
	if [ ! -e "$folder/built" ]; then
		rm -rf "$folder" "$crates"
		mkdir -p "$crates"
		for crate in bitflags cfg-if libseccomp-sys pkg-config libseccomp; do
			cp -rL "$(root_of sid)/$registry/$crate"-[0-9]* "$crates"
		done
		# The C library's crate must be as old as the compiler.
		cp -rL "$(root_of bookworm)/$registry"/libc-[0-9]* "$crates"
		mv "$crates"/libseccomp-[0-9]* "$folder"
		mkdir "$folder/.cargo"
		printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "%s"\n' \
			"$crates" >"$folder/.cargo/config.toml"
		(cd "$folder" && env -u RUSTUP_HOME PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			RUSTC=/usr/bin/rustc CARGO_HOME="$out/cargo-home" \
			LIBSECCOMP_LIB_PATH="$libraries" LIBSECCOMP_LINK_TYPE=dylib \
			/usr/bin/cargo test -q --offline --ignore-rust-version --no-run) \
			>"$out/rust.log" 2>&1 || {
			tail -n 30 "$out/rust.log" >&2
			failures+=("the Rust binding can't be built")
			return
		}
		touch "$folder/built"
	fi
	test=$(find "$folder/target/debug/deps" -name 'notify-*' -executable -type f)
	export LD_LIBRARY_PATH=$libraries
	# The test has no procedure linkage table, so the counter is preloaded.
	AUDIT='' on theirs "$counter" "$test"
	AUDIT='' on ours "$counter $ours" "$test"
	for library in ours theirs; do
		cp "$work/$library.out" "$work/current"
		rust_results <"$work/current" >"$work/$library.out"
	done
	row "Rust binding's notify tests" sid "$(version sid librust-libseccomp-dev)" "preloaded"
	unset LD_LIBRARY_PATH
}

# --- Python ------------------------------------------------------------------

python_binding() {
	local suite=bookworm folder=$out/python source=$out/libseccomp-bookworm
	local root library include kind version

	source_of $suite || return 0
	root=$(libseccomp_of $suite)
	library=$root/usr/lib/$triplet/libseccomp.so.2
	include=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
	rm -rf "$folder"
	mkdir -p "$folder"/{theirs,linked,inside}
	cp "$source"/src/python/*.p[yx]* "$folder"
	cython3 -3 "$folder/seccomp.pyx" -o "$folder/seccomp.c" 2>/dev/null
	module() {
		kind=$1
		shift
		gcc -O0 -w -fPIC -shared "-I$root/usr/include" "-I$include" \
			-o "$folder/$kind/seccomp.so" "$folder/seccomp.c" "$@"
	}
	module theirs "$library"
	module linked "-L$out/ours" "-Wl,-rpath,$out/ours" -lseccomp-notify "$library"
	# As libseccomp's own setup.py builds it.
	module inside "$root/usr/lib/$triplet/libseccomp.a"
	version=$(version $suite libseccomp2)
	python_tests() {
		on "$1" "$2" env PYTHONPATH="$folder/$3:$source/tests" \
			PYTHONDONTWRITEBYTECODE=1 bash -c 'pass_160 "$@"' - \
			"$python $source/tests/51-live-user_notification.py" \
			"$python $source/tests/58-live-tsync_notify.py"
	}
	export LD_LIBRARY_PATH=${library%/*}
	python_tests theirs "" theirs
	python_tests ours "" linked
	row "Python binding's tests 51, 58" $suite "$version" "linked"
	python_tests theirs "" inside
	python_tests ours "$ours" inside
	row "Python binding's tests 51, 58, in a module built with libseccomp.a" \
		$suite "$version" "preloaded"
	unset LD_LIBRARY_PATH
}

# --- The kernel's selftests --------------------------------------------------

# "The kernel's selftests call ioctl(2), which a preloaded shim replaces with
# the functions of this library." "Their results are compared not with
# libseccomp's, but with those of a run without the shim."
# "The table leaves out user_notification_basic, which expects EINVAL for a
# request that is not zeroed."
selftest_results() {
	sed -nE 's/^(ok|not ok) [0-9]+ global\.(user_notification_[a-z_]*).*/\1 \2/p' |
		grep -v 'user_notification_basic' | awk '{
		print
		passed += $1 == "ok"
		failed += $1 != "ok"
	}
	END {
		print passed + 0 " passed, " failed + 0 " failed"
	}'
}

kernel_selftests() {
	local suite=bookworm package=linux-source-6.1 folder=$out/selftests
	local root how fetched version

	root=$(root_of $suite)
	apt_fetch $suite-amd64 $package || {
		missing $suite-amd64 "the kernel's selftests"
		skipped=yes
		return 0
	}
	version=${fetched[0]##*/"${package}_"}
	version=${version%%-*}
	if [ "$(cat "$folder/version" 2>/dev/null)" != "$version" ]; then
		rm -rf "$folder"
		mkdir "$folder"
		# Only a few files of this large archive are needed.
		dpkg-deb --fsys-tarfile "${fetched[0]}" |
			tar -xO --wildcards './usr/src/*.tar.xz' |
			tar -xJ -C "$folder" --strip-components=4 --wildcards \
				'*/tools/testing/selftests/seccomp/*' \
				'*/tools/testing/selftests/kselftest*.h' \
				'*/tools/testing/selftests/clone3/*.h'
		echo "$version" >"$folder/version"
	fi
	gcc -O2 -w -D_GNU_SOURCE -isystem "$root/usr/include" \
		-o "$out/seccomp_bpf" "$folder/seccomp/seccomp_bpf.c" -pthread \
		"$root/usr/lib/$triplet/libcap.so.2"
	gcc -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -Iinclude -shared -fPIC \
		-o "$out/selftest-shim.so" "$parts/selftest-shim.c" \
		"-L$out/ours" "-Wl,-rpath,$out/ours" -lseccomp-notify
	BARE=yes
	for how in "" ", with synchronous wake-up"; do
		on theirs "" "$out/seccomp_bpf"
		LIMIT=600 on ours "$out/selftest-shim.so" env \
			SECCOMP_NOTIFY_SYNC_WAKE_UP="${how:+1}" \
			"$out/seccomp_bpf"
		grep -q '^ok.* global.user_notification_basic' "$work/theirs.out" ||
			failures+=("user_notification_basic fails without this library")
		grep -q '^not ok.* global.user_notification_basic' "$work/ours.out" ||
			failures+=("user_notification_basic passes, which expects EINVAL for a request that is not zeroed")
		filtered selftest_results
		row "the kernel's user_notification selftests$how" $suite \
			"$version" shim
	done
	BARE=
}

# run_suites: those of the releases in $there.
run_suites() {
	local suite
	for suite in "${there[@]}"; do
		libseccomp_tests "$suite"
		go_binding "$suite"
	done
	[ "${#there[@]}" != 2 ] || rust_binding
	[ "${there[0]-}" = bookworm ] || return 0
	python_binding
	kernel_selftests
}
