# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# seccomp_notify_fd() in modules that have a libseccomp of their own.
# Sourced by check-dropin.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# Modules that a host loads, and that ask for the listener of their own filter.
# Any system call in seccomp_notify_fd() kills them.
modules=$work/modules
mkdir "$modules"
# module NAME OPTIONS...
module() {
	gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o "$modules/$1.so" \
		"$dropin/module.c" "${@:2}"
}
# libseccomp's main branch has this soname.
sed 's/libseccomp\.so\.2\x00/libseccomp.so.0\x00/' \
	"$(gcc -print-file-name="$THEIRS")" >"$modules/libseccomp.so.0"
sed 's/libseccomp-notify\.so\.1\x00/libseccomp-notify.so.7\x00/' \
	"$lib/$OURS" >"$modules/other-copy.so"
module linked -lseccomp
module linked-too -lseccomp
module archive -l:libseccomp.a
module renamed "$modules/libseccomp.so.0"
# shellcheck disable=SC2046 # options
module ours $(flags --libs) -lseccomp
# shellcheck disable=SC2046 # options
module ours-renamed $(flags --libs) "$modules/libseccomp.so.0"
for host in host host-with-libseccomp; do
	# shellcheck disable=SC2046 # an option, or none
	gcc -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Wl,--no-as-needed \
		-o "$modules/$host" "$dropin/host.c" -ldl \
		$([ "$host" = host ] || echo -lseccomp)
done
# asks EXPECTED PRELOADED HOST MODE MODULE...: the modules must get EXPECTED.
asks() {
	same "${*:2}" "$1" "$(cd "$modules" && LD_PRELOAD=$2 \
		LD_LIBRARY_PATH=$modules:$lib timeout --foreground 300 "./$3" \
		"$4" "${@:5}" 2>&1 | paste -sd ' ')"
}
for mode in local pointer; do
	for file in linked archive renamed ours; do
		asks listener "$OURS" host "$mode" "./$file.so"
	done
done
asks listener "" host namespace ./ours.so
asks listener "" host namespace ./ours-renamed.so
asks listener "$OURS" host-with-libseccomp namespace ./ours-renamed.so
asks listener "$OURS" host deep ./ours-renamed.so
asks "-14 listener" "" host-with-libseccomp deep ./linked.so ./ours-renamed.so
# "If a host that has both libraries uses RTLD_DEEPBIND to open a module that
# has another libseccomp, the function calls the host's libseccomp."
# The first module uses the host's libseccomp, and gets its -EFAULT. Without the
# first module, the second one would make the first call of that libseccomp: this
# call asks the kernel for its features, so the module would be killed.
asks "-14 -1" "$OURS" host-with-libseccomp deep ./linked.so ./ours-renamed.so
# "The function does not find a libseccomp that dlmopen(3) loaded into a
# namespace without this library."
asks -22 "$OURS" host namespace-pointer ./linked.so
# The host's libseccomp comes before the module's in the search order.
asks listener "$OURS" host-with-libseccomp local ./archive.so
asks listener "$OURS" host-with-libseccomp local ./renamed.so
asks listener "$OURS ./other-copy.so" host local ./linked.so
asks listener "./other-copy.so $OURS" host-with-libseccomp local ./linked.so
ok "a libseccomp in a module, renamed, in a namespace; by a function pointer; no system call"
# "If modules that are linked with this library have different copies, the
# function calls the copy of the module that was loaded first."
asks "-1 -1" "" host local ./ours.so ./ours-renamed.so
asks "-1 -1" "" host local ./ours-renamed.so ./ours.so
# "Suppose that modules A, B and C are loaded in this order, that A and B use one
# copy, that C uses another one, and that B is not linked with this library." "If
# B calls the function, C's copy answers."
asks "3 listener" "$OURS" host local ./linked.so ./linked-too.so
asks "-1 3 listener" "$OURS" host local ./linked.so ./linked-too.so ./archive.so
asks "-1 listener" "$OURS" host local ./archive.so ./linked.so
asks "-1 listener" "$OURS" host local ./linked.so ./archive.so
asks "-1 listener" "$OURS" host local ./archive.so ./renamed.so
asks "-1 -1 listener" "$OURS" host local ./linked.so ./renamed.so ./archive.so
ok "several libseccomps: each module gets the answer of its own"
same "two copies of ours, without libseccomp" -22 \
	"$(LD_PRELOAD="$OURS $modules/other-copy.so" "$python" -c 'import ctypes
print(ctypes.CDLL(None).seccomp_notify_fd(b"0" * 1000))')"
same "ctypes" "listener, the same" "$(LD_PRELOAD=$OURS "$python" -c 'import ctypes
s = ctypes.CDLL("'"$THEIRS"'")
s.seccomp_init.restype = ctypes.c_void_p
ctx = ctypes.c_void_p(s.seccomp_init(0x7fff0000))
s.seccomp_rule_add(ctx, 0x7fc00000, s.seccomp_syscall_resolve_name(b"getppid"), 0)
s.seccomp_load(ctx)
ours, theirs = ctypes.CDLL(None).seccomp_notify_fd(ctx), s.seccomp_notify_fd(ctx)
print("listener" if ours > 2 else ours, "the same" if ours == theirs else theirs, sep=", ")')"
ok "through ctypes; and two copies of ours do not call each other"
