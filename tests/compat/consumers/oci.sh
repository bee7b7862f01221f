#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# oci.sh BUSYBOX RUNTIME POLICY AGENT...: runs containers of an OCI runtime, such
# as runc, whose profile sends mkdir(2) and chmod(2) to the agent. Prints what the
# commands in the containers got. POLICY says which agent it is: "examples" is
# that of tests/examples, "seccompagent" is the one that comes with runc, and
# "bypass4netns" gets bind(2) and connect(2) instead, and replaces the socket by
# one of the host's network. The current folder must be empty. CGROUPS names the
# folder of /sys/fs/cgroup that the containers' cgroups are in.
set -euo pipefail
# The shell is process 1 of its namespace, where it ignores signals by default.
trap 'exit 130' INT TERM

busybox=$1
runtime=$2
policy=$3
shift 3
agent=("$@")
here=$PWD
socket=$here/agent.socket
seconds=100
scenarios=0
calls='"mkdir", "mkdirat", "chmod", "fchmodat"'
namespaces='{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}'
if [ "$policy" = bypass4netns ]; then
	calls='"bind", "close", "connect", "sendmsg", "sendto", "setsockopt", "getpeername"'
	namespaces+=', {"type": "network"}'
fi

fail() {
	echo "FAILED: $*"
	tail -n 20 "$here"/*.log "$here"/*.out
	exit 1
}

# await COMMAND...: repeats it until it succeeds.
await() {
	local end=$((SECONDS + seconds))
	until "$@" 2>/dev/null; do
		[ "$SECONDS" -lt "$end" ] || fail "this did not succeed within $seconds seconds: $*"
		sleep 0.02
	done
}

# bundle NAME COMMAND: a container of that name runs the shell's command.
bundle() {
	local folder=$here/$1 applet
	rm -rf "$folder"
	mkdir -p "$folder"/rootfs/{bin,proc,dev,work/locked}
	cp "$busybox" "$folder/rootfs/bin/busybox"
	for applet in sh mkdir chmod ls sleep nc; do
		ln -s busybox "$folder/rootfs/bin/$applet"
	done
	cat >"$folder/config.json" <<-EOF
		{
		  "ociVersion": "1.0.2",
		  "process": {
		    "terminal": false, "cwd": "/data", "noNewPrivileges": true,
		    "user": {"uid": 0, "gid": 0},
		    "args": ["/bin/sh", "-c", "exec 2>&1; $2"], "env": ["PATH=/bin"]
		  },
		  "root": {"path": "rootfs"},
		  "mounts": [
		    {"destination": "/proc", "type": "proc", "source": "proc"}
		  ],
		  "linux": {
		    "cgroupsPath": "/$CGROUPS/$1",
		    "namespaces": [$namespaces],
		    "seccomp": {
		      "defaultAction": "SCMP_ACT_ALLOW",
		      "architectures": ["SCMP_ARCH_X86_64"],
		      "listenerPath": "$socket",
		      "listenerMetadata": "extended",
		      "syscalls": [{
		        "names": [$calls],
		        "action": "SCMP_ACT_NOTIFY"
		      }]
		    }
		  }
		}
	EOF
}

oci() {
	"$runtime" --root "$here/state" "$@"
}

# run NAME COMMAND: runs a container until it ends.
run() {
	bundle "$1" "$2"
	(cd "$here/$1" && timeout "$seconds" "$runtime" --root "$here/state" \
		run "$1") 2>&1 </dev/null || echo "exit status $?"
}

# start NAME COMMAND: runs a container in the background. It prints to NAME.out.
start() {
	bundle "$1" "$2"
	(cd "$here/$1" && exec "$runtime" --root "$here/state" run "$1") \
		>"$here/$1.out" 2>&1 </dev/null &
	container=$!
}

start_agent() {
	local rules
	case $policy in
	examples)
		rules=("$socket" mkdir:/data/refused:EPERM mkdir:/data/faked:0
			chmod:/data/locked:EACCES)
		;;
	seccompagent)
		# It adds listenerMetadata to the name of each new directory,
		# and refuses each chmod(2) with ENOMEDIUM.
		rules=(-socketfile "$socket")
		;;
	bypass4netns)
		# By default, it ignores 127.0.0.0/8, which is used here.
		rules=(--socket "$socket" --ignore 192.0.2.0/24 -p 8080:80
			--com-socket "$here/com.socket"
			--pid-file "$here/agent.pid")
		;;
	esac
	rm -f "$socket"
	"${agent[@]}" "${rules[@]}" >"$here/agent.log" 2>&1 </dev/null &
	agent_pid=$!
	await test -S "$socket"
}

stop_agent() {
	kill "-$1" "$agent_pid" 2>/dev/null || true
	wait "$agent_pid" 2>/dev/null || true
}

has() {
	grep -q "$1" "$2"
}

is_stopped() {
	[ "$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status")" = T ]
}

# Succeeds if a mkdir waits for its answer.
waits() {
	grep -lx mkdir /proc/[0-9]*/comm | while read -r comm; do
		grep -q "^83 " "${comm%/comm}/syscall" && echo "$comm"
	done | grep -q .
}

title() {
	scenarios=$((scenarios + 1))
	name=c$scenarios
	echo "# $*"
}

COMMANDS="mkdir made && echo made; mkdir refused; mkdir refused/in; mkdir faked && echo faked; chmod 700 made && echo changed; chmod 700 locked; ls"

exec_in_it() {
	title "a container, and an exec in it"
	start $name "$COMMANDS; echo ready; while [ ! -e end ]; do sleep 0.05; done; ls"
	await has ready "$here/$name.out"
	oci exec $name /bin/sh -c "exec 2>&1; mkdir /data/exec && cd /data/exec && $COMMANDS" 2>&1 </dev/null |
		sed 's/^/exec: /'
	touch "$here/$name/rootfs/data/end"
	wait $container
	cat "$here/$name.out"
}

two_at_once() {
	title "two containers at once"
	many="i=0; while [ \$i -lt 40 ]; do mkdir made\$i || echo no \$i; mkdir refused/\$i 2>/dev/null && echo wrong; i=\$((i+1)); done; set -- *; echo \$#"
	start $name-a "$many"
	first=$container
	start $name-b "$many"
	wait $first $container
	cat "$here/$name-a.out" "$here/$name-b.out"
}

killed_while_waiting() {
	title "a container killed while its call waits"
	start $name "echo ready; while [ ! -e go ]; do sleep 0.05; done; mkdir made; echo wrong"
	await has ready "$here/$name.out"
	kill -STOP "$agent_pid"
	await is_stopped "$agent_pid"
	touch "$here/$name/rootfs/data/go"
	await waits
	oci kill $name KILL 2>&1
	status=0
	wait $container || status=$?
	echo "exit status $status"
	cat "$here/$name.out"
	kill -CONT "$agent_pid"
	run $name-next "mkdir made && echo made; mkdir refused"
}

late_agent() {
	title "an agent that starts late"
	kill -STOP "$agent_pid"
	await is_stopped "$agent_pid"
	start $name "mkdir made && echo made; mkdir refused; ls"
	sleep 0.5
	[ ! -s "$here/$name.out" ] || fail "answered by an agent that is stopped"
	kill -CONT "$agent_pid"
	wait $container
	cat "$here/$name.out"
	stop_agent TERM
	rm -f "$socket"
	if run $name-none "echo wrong" | grep -v "exit status" | grep wrong; then
		fail "a container runs without an agent"
	fi
	echo "no container without an agent"
	start_agent
	run $name-now "mkdir made && echo made; mkdir refused"
}

dying_agent() {
	title "an agent that dies"
	start $name "echo ready; while [ ! -e go ]; do sleep 0.05; done; mkdir made; mkdir refused; ls"
	await has ready "$here/$name.out"
	kill -STOP "$agent_pid"
	await is_stopped "$agent_pid"
	touch "$here/$name/rootfs/data/go"
	await waits
	stop_agent KILL
	wait $container
	cat "$here/$name.out"
}

connecting() {
	title "a container connects to a server of the host"
	"$busybox" nc -l -p 7000 -e "$busybox" cat &
	server=$!
	await listens 7000
	run $name "echo echoed | nc 127.0.0.1 7000"
	wait $server
}

serving() {
	title "a container's server, under a published port"
	start $name "echo served | nc -l -p 80"
	await listens 8080
	"$busybox" nc 127.0.0.1 8080 </dev/null
	wait $container
	cat "$here/$name.out"
}

# listens PORT: succeeds if a server listens on that TCP port in this network.
listens() {
	grep -qhE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") 0+:0000 0A" \
		/proc/net/tcp /proc/net/tcp6
}

start_agent
if [ "$policy" = bypass4netns ]; then
	connecting
	serving
else
	exec_in_it
	two_at_once
	killed_while_waiting
	late_agent
	dying_agent
fi
echo "$scenarios scenarios passed"
