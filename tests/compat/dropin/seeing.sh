# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# How to see whose functions are called, and what goes wrong silently.
# Sourced by check-dropin.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# seen FILE: prints the library to which its receive is bound, or nothing if the
# file defines it. "ldd(1) of the GNU C library prints to which library each
# function is bound, without running the program."
seen() {
	LD_DEBUG=bindings ldd -r "$1" 2>&1 | sed -n \
		"s|.*binding file [^ ]*${1##*/} .* to [^ ]*/\(libseccomp[^ ]*\) .*\`seccomp_notify_receive'.*|\1|p"
}

# works COMMAND...: the program works, with any library.
works() {
	same "$* prints something else" "3 calls answered" \
		"$(timeout --foreground 300 "$@" 2>&1)"
}

# "If the library is to be preloaded, set LD_PRELOAD for this command too."
# "A line that names libseccomp.so.2 shows that libseccomp's function is
# called."
same "ldd -r does not show ours" "$OURS" "$(seen "$work/both")"
same "ldd -r does not show libseccomp's" "$THEIRS" "$(seen "$work/theirs")"
same "ldd -r does not show ours, preloaded" "$OURS" \
	"$(LD_PRELOAD=$OURS seen "$work/theirs")"
# "Give the path of the program, because ldd(1) does not search PATH."
same "ldd -r shows a program in PATH" "" "$(PATH=$work:$PATH seen both)"
# "It prints one line for each function, which is wrapped here:"
# shellcheck disable=SC2016 # a pattern
same "the output of ldd -r in libseccomp-notify(7)" \
	"$(LD_DEBUG=bindings ldd -r "$work/both" 2>&1 |
		sed -n '/notify_receive/{s/.*]: *//p;q}')" \
	"$(sed -n "/normal symbol/{s/^ *//;s/[\\](ga/\`/;s/[\\](aq/'/;p;q}" \
		man/libseccomp-notify.7)"
ok "ldd -r shows whose functions are called"

# "In the following cases, however, the program calls libseccomp's six functions
# instead, and the linker prints no warning:"
# "if -lseccomp comes before -lseccomp-notify, as happens if a build system gets
# this library from the variable LIBS or, with CMake, as an imported target;"
# shellcheck disable=SC2046 # options
build late -lseccomp $(flags --cflags --libs)
same "ours after libseccomp" "$THEIRS" "$(seen "$work/late")"
mkdir "$work/cmake"
cat >"$work/cmake/CMakeLists.txt" <<-end
	cmake_minimum_required(VERSION 3.16)
	project(imported C)
	find_package(PkgConfig REQUIRED)
	pkg_check_modules(NOTIFY REQUIRED IMPORTED_TARGET libseccomp-notify)
	add_executable(imported $PWD/$dropin/drop-in.c)
	target_link_libraries(imported PkgConfig::NOTIFY seccomp)
end
{
	env PKG_CONFIG_PATH="$lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$stage" \
		cmake -S "$work/cmake" -B "$work/cmake" \
		-DCMAKE_C_FLAGS=-D_GNU_SOURCE &&
		cmake --build "$work/cmake"
} >"$work/out" 2>&1 || {
	cat "$work/out" >&2
	fail "CMake cannot build a program with both libraries"
}
same "ours as an imported target" "$THEIRS" "$(seen "$work/cmake/imported")"
# "if -lseccomp-notify comes before the program's own files and the linker drops
# libraries that nothing needs yet (--as-needed), as happens if a build system
# gets this library from LDFLAGS;"
# shellcheck disable=SC2046 # options
silent=$(gcc -D_GNU_SOURCE -o "$work/early" -Wl,--as-needed \
	$(flags --cflags --libs) "$dropin/drop-in.c" -lseccomp 2>&1)
same "the link with the library too early gives a message" "" "$silent"
same "ours before the program's files" "$THEIRS" "$(seen "$work/early")"
# "if only a shared library of the program calls the functions, and --as-needed
# drops this library because the program itself does not need it;"
gcc -D_GNU_SOURCE -shared -fPIC -Dmain=supervise -o "$work/libcaller.so" \
	"$dropin/drop-in.c" -lseccomp
echo 'int supervise(void); int main(void) { return supervise(); }' >"$work/calls.c"
for option in --as-needed --no-as-needed; do
	# shellcheck disable=SC2046 # options
	gcc -o "$work/calls" "$work/calls.c" "-Wl,$option" $(flags --libs) \
		"-L$work" -lcaller "-Wl,-rpath,$work"
	case $option in
	--as-needed) whose=$THEIRS ;;
	*) whose=$OURS ;;
	esac
	same "only a shared library calls, $option" "$whose" \
		"$(bindings "$work/calls" | sed -n 's/.* seccomp_notify_receive //p')"
done
# "if libseccomp is linked statically (-l:libseccomp.a), because the program
# then defines the functions itself." "If the program calls a function that no
# line names, the program contains that function itself."
# "Preloading has no effect in these cases, and nothing warns of it:" "a program
# that was linked with libseccomp.a;"
# shellcheck disable=SC2046 # options
build contains $(flags --cflags --libs) -l:libseccomp.a
same "libseccomp.a in the program" "" "$(LD_PRELOAD=$OURS seen "$work/contains")"
works env LD_PRELOAD="$OURS" "$work/contains"
ok "five ways to link that silently call libseccomp's functions"

# "Preloading also has no effect on a program that opens libseccomp.so.2 itself
# and looks up the functions with dlsym(3)." Before any other function,
# libseccomp's receive gives -EOPNOTSUPP.
same "a program that asks dlsym(3), with ours preloaded" -95 \
	"$(LD_PRELOAD=$OURS "$python" -c 'import ctypes
print(ctypes.CDLL("libseccomp.so.2").seccomp_notify_receive(-1, bytes(80)))')"
ok "dlsym(3) of libseccomp.so.2 finds libseccomp's"

# "In a set-user-ID program, or in one with file capabilities, ld.so(8) does not
# preload this library, although ldd(1) shows it." The library has a path, so
# ld.so(8) prints nothing. For a descriptor that is not open, libseccomp's receive
# gives -EOPNOTSUPP, and ours -ECANCELED.
secure() {
	local file want
	mkdir "$work/secure"
	cp "$lib/$OURS" "$work/secure"
	cat >"$work/probe.c" <<-end
		#include <seccomp.h>
		#include <stdio.h>
		int main(void)
		{
			struct seccomp_notif req = { 0 };
			return printf("%d\n", seccomp_notify_receive(-1, &req)) < 0;
		}
	end
	for file in plain set-user-id capable; do
		gcc -o "$work/secure/$file" "$work/probe.c" -lseccomp
	done
	chmod -R a+rX "$work/secure"
	chmod u+s "$work/secure/set-user-id"
	setcap cap_sys_nice+ep "$work/secure/capable"
	for file in plain set-user-id capable; do
		want=-95
		[ "$file" != plain ] || want=-125
		same "ldd -r of $file" "$OURS" \
			"$(LD_PRELOAD=$work/secure/$OURS seen "$work/secure/$file")"
		same "$file, with ours preloaded" "$want" \
			"$(LD_PRELOAD=$work/secure/$OURS setpriv --reuid 65534 \
				--regid 65534 --clear-groups "$work/secure/$file" 2>&1)"
	done
	ok "ld.so does not preload it into a set-user-ID or capable program"
}
if [ "$(id -u)" != 0 ] || findmnt -no OPTIONS -T "$work" | grep -qw nosuid; then
	echo "SKIP: check-dropin: a set-user-ID program: only root can make one, and only on a file system without nosuid"
else
	secure
fi

# "If the build system calls pkg-config(1), write a libseccomp.pc of your own, and
# put its folder into PKG_CONFIG_PATH." "Its version has to be that of
# libseccomp:"
mkdir "$work/pc"
sed -n 's/\\-/-/g; /^Name: /,/^Libs: /p' man/libseccomp-notify.7 >"$work/pc/libseccomp.pc"
# shellcheck disable=SC2046 # options
build private $(flags --cflags) -L"$lib" \
	$(PKG_CONFIG_PATH=$work/pc pkg-config --libs libseccomp)
same "a libseccomp.pc of one's own" "$OURS" "$(seen "$work/private")"
ok "a libseccomp.pc of one's own: the six are ours"

# "In a folder without other object files, these commands take five functions
# from this library and seccomp_notify_fd() from libseccomp:" The commands are
# the page's.
mkdir "$work/five"
(
	cp "$dropin/drop-in.c" "$work/five"
	page=$PWD/man/libseccomp-notify.7
	cd "$work/five"
	mv drop-in.c program.c
	eval "$(sed -n "s|\\\\-|-|g; s|/usr/local/lib|$lib|; /^ar x/p; s/^cc -static/& -D_GNU_SOURCE/p" "$page")"
) || fail "the page's commands for a static program with both fail"
works "$work/five/a.out"
for call in $calls; do
	[ "$call" != seccomp_notify_fd ] || continue
	size=$(nm -S "$work/five/a.out" |
		sed -n "s/^[^ ]* \([^ ]*\) T $call\$/\1/p")
	nm -S "$lib/libseccomp-notify.a" | grep -q "$size T $call\$" ||
		fail "$call of the static program with both is not ours"
done
ok "a static program with both: five functions are ours"

# The commands of the documents, as they are: each of them gives a program that is
# bound to ours.
mkdir "$work/commands"
cp "$dropin/drop-in.c" "$work/commands/program.c"
make -s build/tests/readme.c
cp build/tests/readme.c "$work/commands/supervisor.c"
for document in README.md man/libseccomp-notify.7; do
	sed 's/\\-/-/g; s/\\e$/\\/; s/^\$ //' "$document" >"$work/commands/text"
	lines() { # PATTERN [PATTERN-OF-THE-LAST-LINE]
		sed -n "/^$1/,/${2-.}/p" "$work/commands/text" | sed "/${2-.}/q"
	}
	(
		cd "$work/commands"
		rm -f linked program supervisor
		export LIBRARY_PATH=$lib CPATH=$stage/usr/local/include/seccomp-notify
		export PKG_CONFIG_LIBDIR=$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$stage
		eval "$(lines 'cc program\.c') -D_GNU_SOURCE -o linked"
		same "$document: the command that links" "$OURS" "$(seen "$PWD/linked")"
		cp "$work/theirs" program
		eval "export $(lines LD_PRELOAD= | sed 's| [^ ]*$||')"
		same "$document: the command that preloads" "$OURS" \
			"$(eval "$(lines LD_DEBUG=)" |
				sed -n "s|.* to [^ ]*/\(libsec[^ ]*\) .*notify_receive'.*|\1|p")"
		unset LD_PRELOAD CPATH LIBRARY_PATH
		# shellcheck disable=SC2016 # a pattern
		eval "$(lines 'cc \$(pkg' '--libs') -o supervisor"
		same "$document: the supervisor" "my parent is 4711" "$(./supervisor)"
	) || fail "a command of $document fails"
done
ok "the documents' commands link, preload, show and build as they are"

# A host that links libseccomp, here one that has it preloaded.
host() { # PLUGIN PRELOADED
	load "$1" "${2-$THEIRS}" RTLD_LOCAL |
		sed -n "s/^${1##*/} seccomp_notify_receive //p"
}
# "If the host itself links libseccomp, the plugin gets the host's functions:
# preload this library into the host instead."
same "a plugin in a host with libseccomp" "$THEIRS" "$(host "$work/plugin.so")"
same "a plugin in a host with ours preloaded" "$OURS" \
	"$(host "$work/plugin.so" "$OURS:$THEIRS")"
# "A plugin that contains this library as an archive gets the host's functions
# too, unless it is linked with -Wl,--exclude-libs,ALL or -Wl,-Bsymbolic."
for option in -Wl,--as-needed -Wl,--exclude-libs,ALL -Wl,-Bsymbolic; do
	# shellcheck disable=SC2046 # options
	build "plugin$option.so" -shared -fPIC "$option" $(flags --cflags) \
		"$lib/libseccomp-notify.a" -lseccomp
	case $option in
	-Wl,--as-needed) whose=$THEIRS ;;
	*) whose= ;;
	esac
	same "a plugin with the archive, $option" "$whose" \
		"$(host "$work/plugin$option.so")"
done
ok "a plugin in a host that links libseccomp"
# "a plugin that is linked with libseccomp and opened with RTLD_DEEPBIND."
build deep.so -shared -fPIC -lseccomp
for mode in RTLD_LOCAL RTLD_DEEPBIND; do
	case $mode in
	RTLD_LOCAL) whose=$OURS ;;
	*) whose=$THEIRS ;;
	esac
	same "a plugin opened with $mode, with ours preloaded" \
		"$(expected deep.so "$whose")" \
		"$(load "$work/deep.so" "$OURS" "$mode")"
done
ok "RTLD_DEEPBIND binds a plugin to its own libseccomp"

# "If ld.so(8) does not find the library, for example after chroot(2), it prints
# that the library cannot be preloaded and runs the program without the
# library."
warning=$(LD_LIBRARY_PATH="" LD_PRELOAD=$OURS timeout --foreground 300 "$work/theirs" 2>&1)
case $warning in
*"object '$OURS' from LD_PRELOAD cannot be preloaded"*"3 calls answered") ;;
*) fail "ld.so says of a library that is missing: $warning" ;;
esac
ok "ld.so prints that a library cannot be preloaded"

# "Do not do that with a program that traps its own getpid(2): ld.so(8) calls
# getpid(2) for each line, and the program hangs."
sed 's/getppid/getpid/g' "$dropin/drop-in.c" >"$work/getpid.c"
gcc -D_GNU_SOURCE -o "$work/getpid" "$work/getpid.c" -lseccomp
works "$work/getpid"
status=0
LD_DEBUG=bindings LD_DEBUG_OUTPUT=$work/hangs timeout --foreground 3 \
	"$work/getpid" >"$work/out" 2>&1 || status=$?
same "a program that traps getpid(2), under LD_DEBUG, ends with" 124 "$status"
same "ldd -r does not show libseccomp's" "$THEIRS" "$(seen "$work/getpid")"
ok "LD_DEBUG hangs a program that traps getpid(2), and ldd -r does not"
