# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
#
# The tables that help a user to choose: other ways to answer a system call, a
# whole program, and how the cost of a notification grows.

FILENAME ~ /programs/ {
	elapsed[$1, $2] = $3
	busy[$1, $2] = $4
	if ($2 > program_rounds)
		program_rounds = $2
	next
}

FILENAME ~ /memory/ {
	thread_kib[++memories] = $1
	waiting_kib[memories] = $2
	next
}

# What each way can do: other processes, threads, static programs, memory of the
# target, and whether a hostile target can avoid it.
function ways_known()
{
	n_ways = split("bare,allowed,interposed,dispatch,trap,notification," \
		"notification+sync,trace,sysemu,stops", way_names, ",")
	way["bare"] = "no filter|the kernel answers"
	way["allowed"] = "a filter that allows|the kernel answers"
	way["interposed"] = "interposed C function|own process; not for static programs or direct system calls; no protection"
	way["dispatch"] = "syscall user dispatch|own thread only; static programs too; no protection"
	way["trap"] = "SECCOMP_RET_TRAP|own process and children; lost at execve(2); no protection of the handler"
	way["notification"] = "notification|all children, threads, static programs; memory by /proc; the supervisor is protected"
	way["notification+sync"] = "notification, synchronous|the same"
	way["trace"] = "SECCOMP_RET_TRACE, ptrace(2)|the same, but only one tracer each thread, and no debugger beside it"
	way["sysemu"] = "PTRACE_SYSEMU|the same, and each system call stops"
	way["stops"] = "PTRACE_SYSCALL|the same, and each system call stops twice"
}

function way_cell(job, name, where)
{
	return each(job " way " where " 0 0", name)
}

function ways_table(i, parts, name)
{
	rows = 0
	row("us a call", "value, one processor", "value, all", \
		"path, one processor", "path, all", "what it can do")
	for (i = 1; i <= n_ways; i++) {
		name = way_names[i]
		split(way[name], parts, "|")
		row(parts[1], way_cell("value", name, "one"), \
			way_cell("value", name, "all"), \
			way_cell("path", name, "one"), \
			way_cell("path", name, "all"), parts[2])
	}
	print "\nThe same job by other means, one thread, medians:\n"
	print_table()
}

function program_row(name, label, values, ratios, i, wall)
{
	if (!((name, 1) in elapsed))
		return
	for (i = 1; i <= program_rounds; i++)
		values[i] = elapsed[name, i] * 1000
	wall = quantile(values, program_rounds, 0.5)
	for (i = 1; i <= program_rounds; i++) {
		values[i] = busy[name, i] * 1000
		ratios[i] = elapsed[name, i] / elapsed["natively", i]
	}
	row(label, sprintf("%.0f", wall), \
		sprintf("%.0f", quantile(values, program_rounds, 0.5)), \
		spread(ratios, program_rounds), "", "")
}

function programs_table(i)
{
	if (!program_rounds)
		return
	rows = 0
	row("an archive unpacked", "ms", "processor ms", "time / native", "", "")
	program_row("natively", "natively")
	program_row("allowed", "under a filter that allows")
	program_row("demo", "under the demonstration's supervisor")
	program_row("demo+sync", "the same, synchronous")
	program_row("strace", "under strace -f of the same calls")
	program_row("strace+bpf", "the same, with --seccomp-bpf")
	print "\nA whole program, medians of " program_rounds " runs:\n"
	print_table()
}

function growth_row(targets, listeners, run)
{
	run = targets " epoll:" listeners " one 0 0"
	row(grouped(targets) (targets == 1 ? " target, " : " targets, ") grouped(listeners) \
		(listeners == 1 ? " listener" : " listeners"), \
		each(run, "bare"), each(run, "ours"), \
		each(run, "libseccomp"), ratio(run, "ours", "bare"), \
		ratio(run, "libseccomp", "bare"))
}

function supervisors_row(supervisors, where, run)
{
	run = "64 " supervisors " " where " 0 0"
	row("64 targets, " supervisors " supervisor thread" \
		(supervisors == 1 ? ", " : "s, ") \
		(where == "one" ? "one processor" : "all"), each(run, "bare"), \
		each(run, "ours"), NONE, ratio(run, "ours", "bare"), NONE)
}

function growth_table(i, n, list)
{
	rows = 0
	row("us a notification", "bare ioctls", "libseccomp-notify", \
		"libseccomp", "ours / bare", "libseccomp / bare")
	growth_row(1, 1)
	growth_row(10, 1)
	growth_row(100, 1)
	growth_row(1000, 1)
	growth_row(10000, 1)
	growth_row(10, 10)
	growth_row(100, 10)
	growth_row(1000, 10)
	growth_row(10000, 10)
	growth_row(100, 100)
	growth_row(1000, 100)
	growth_row(10000, 100)
	n = split("1 2 4 8 16", list, " ")
	for (i = 1; i <= n; i++)
		supervisors_row(list[i], "all")
	print "\nGrowth, medians; with listeners: one supervisor with epoll on one processor:\n"
	print_table()
	if (memories)
		printf "\nA target's thread takes %.1f KiB of memory, a waiting notification %.2f KiB more.\n", \
			quantile(thread_kib, memories, 0.5), \
			quantile(waiting_kib, memories, 0.5)
}

# With synchronous wake-up, a notification is at least as fast as ptrace(2).
function choice_goals(i, n, list, parts, values, run, share)
{
	n = split("value one,value all,path one,path all", list, ",")
	for (i = 1; i <= n; i++) {
		split(list[i], parts, " ")
		run = parts[1] " way " parts[2] " 0 0"
		split("", values)
		at_least("rate relative to SECCOMP_RET_TRACE, synchronous, " \
			list[i], values, add_ratios(values, 0, run, \
			"notification+sync", "trace"), 1)
	}
	if (turns_a_microsecond > 0) {
		share = (beyond("ours", "receive") + beyond("ours", "id_valid") + \
			beyond("ours", "respond")) / turns_a_microsecond / \
			micro("1 1 one 0 0", "ours")
		goal(sprintf("our share of a round trip's time: below 2 %%, is %.2f %%", \
			100 * share), share < 0.02)
	}
}

# Prints four blocks of data: microseconds of each way, and of a notification
# with 1, 10 and 100 listeners by the number of targets.
function plot_choice(i, l, parts, name, run, listeners, targets)
{
	ways_known()
	print "\n"
	for (i = 1; i <= n_ways; i++) {
		name = way_names[i]
		split(way[name], parts, "|")
		print parts[1] "\t" micro("value way one 0 0", name) "\t" \
			micro("value way all 0 0", name) "\t" \
			micro("path way one 0 0", name) "\t" \
			micro("path way all 0 0", name)
	}
	split("1 10 100", listeners, " ")
	split("1 10 100 1000 10000", targets, " ")
	for (l = 1; l <= 3; l++) {
		print "\n"
		for (i = l; i <= 5; i++) {
			run = targets[i] " epoll:" listeners[l] " one 0 0"
			print targets[i] "\t" micro(run, "ours")
		}
	}
}
