# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Supervisors of others, and container runtimes with the agent of tests/examples.
# Sourced by check-consumers.sh.
# shellcheck shell=bash disable=SC2154

# --- Agents ------------------------------------------------------------------

# The linker options that lead each call through count-calls.c.
WRAP=()
for call in alloc free receive respond id_valid; do
	WRAP+=("-Wl,--wrap=seccomp_notify_$call")
done

build_agents() {
	local root json
	root=$(libseccomp_of bookworm)
	json=$(pkg-config --libs json-c)
	# shellcheck disable=SC2086 # options
	gcc -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -DSTATIC -Iinclude -static \
		-o "$out/agent-static" tests/examples/agent.c \
		"$parts/count-calls.c" "${WRAP[@]}" "$out/ours/libseccomp-notify.a" $json
	# shellcheck disable=SC2086 # options
	gcc -O2 -Wall -Wextra -Werror -D_GNU_SOURCE "-I$root/usr/include" \
		-o "$out/agent-libseccomp" tests/examples/agent.c \
		"$parts/clear-request.c" -Wl,--wrap=seccomp_notify_receive \
		"$root/usr/lib/$triplet/libseccomp.so.2" $json
}

# containers LIBRARY SUITE RUNTIME POLICY AGENT...: runs oci.sh in a network of
# its own. Only the agent's calls are counted, since no other program makes any.
containers() {
	local library=$1 suite=$2 runtime=$3 busybox
	busybox=$(root_of bookworm)/bin/busybox
	shift 3
	rm -rf "$work/containers"
	mkdir "$work/containers"
	cd "$work/containers" || return
	# shellcheck disable=SC2016 # the inner shell expands it
	AUDIT='' on "$library" "" env CGROUP=v2 CGROUPS="$cgroups" \
		XDG_RUNTIME_DIR=/run "$parts/with-root.sh" \
		"$(root_of "$suite")" unshare --net bash -c \
		'"$1" ip link set lo up && exec "$0" "$@"' "$parts/oci.sh" \
		"$busybox" "$runtime" "$@"
	cd "$top" || return
}

runtimes() {
	local suite=$1 runtime audited=(env "LD_AUDIT=$counter")
	for runtime in runc crun; do
		containers theirs "$suite" "$runtime" examples \
			"${audited[@]}" "$out/agent-libseccomp"
		containers ours "$suite" "$runtime" examples \
			"${audited[@]}" "$out/ours/examples/agent"
		row "$runtime, agent of tests/examples" "$suite" \
			"$(version "$suite" "$runtime")" "linked"
		containers ours "$suite" "$runtime" examples "$out/agent-static"
		row "$runtime, agent of tests/examples" "$suite" \
			"$(version "$suite" "$runtime")" "static"
	done
}

# others_agent SUITE PACKAGE AGENT CONSUMER: runs an agent of another project
# with our library preloaded, and containers of runc.
others_agent() {
	local audited=(env "LD_AUDIT=$counter")
	containers theirs "$1" runc "${3##*/}" "${audited[@]}" "$3"
	containers ours "$1" runc "${3##*/}" "${audited[@]}" \
		"LD_PRELOAD=$ours" "$3"
	row "$4" "$1" "$(version "$1" "$2")" "preloaded"
}

# --- LXC ---------------------------------------------------------------------

# lxc SUITE: its monitor answers the calls of a container as lxc.py tells it.
lxc() {
	local library
	for library in theirs ours; do
		rm -rf "$work/lxc"
		mkdir "$work/lxc"
		AUDIT='' on "$library" "" "$parts/with-root.sh" \
			"$(root_of "$1")" env LD_AUDIT="$counter" \
			LD_PRELOAD="$([ $library = theirs ] || echo "$ours")" \
			"$python" "$parts/lxc.py" "$work/lxc"
	done
	row "LXC's monitor" "$1" "$(version "$1" lxc)" "preloaded"
}

# run_supervisors: those of the releases in $there.
run_supervisors() {
	local suite
	[ "${there[0]-}" = bookworm ] || return 0
	build_agents
	for suite in "${there[@]}"; do
		runtimes "$suite"
		lxc "$suite"
		[ "$suite" = sid ] || continue
		others_agent sid runc /usr/sbin/seccompagent "runc's own seccompagent"
		others_agent sid bypass4netns /usr/bin/bypass4netns bypass4netns
	done
}
