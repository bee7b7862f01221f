/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Counts what each function does. The numbers are the same in each run.
 *
 *	count instructions|calls LISTENERS TARGETS
 *
 * counts user-space instructions, by single steps, or system calls, in a
 * supervisor that has LISTENERS listeners. If LISTENERS is 1, the listener has
 * TARGETS targets; otherwise, each listener has one. It prints the median over
 * all notifications for each function.
 *
 * `count pages LIBRARY` prints the KiB of the library that are private and
 * dirty in this program.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "calls.h"
#include "process.h"
#include "targets.h"
#include "trap.h"

enum call {
	FIRST_ALLOC,
	ALLOC,
	FIRST_RECEIVE,
	RECEIVE,
	ID_VALID,
	RESPOND,
	FREE,
	CALLS,
};

static const char *const names[CALLS] = {
	"first-alloc", "alloc",	  "first-receive", "receive",
	"id_valid",    "respond", "free",
};

/* Each counted call has a number; 0 stands for the code between the calls. */
#define NUMBERS 4096

struct numbered {
	volatile unsigned int now;
	unsigned int last;
	enum call call[NUMBERS];
	long count[NUMBERS];
};

static struct numbered *numbered;

#define COUNTED(what, expression)                          \
	do {                                               \
		unsigned int number_ = ++numbered->last;   \
		MUST(number_ < NUMBERS);                   \
		numbered->call[number_] = (what);          \
		/* No access is moved across a barrier. */ \
		__asm__ volatile("" ::: "memory");         \
		numbered->now = number_;                   \
		expression;                                \
		numbered->now = 0;                         \
		__asm__ volatile("" ::: "memory");         \
	} while (0)

static void supervise(const int *listeners, int count)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
	/* What libc does only at its first malloc() is not counted. */
	void *volatile first = malloc(1);
	int rc;

	free(first);
	COUNTED(FIRST_ALLOC, rc = seccomp_notify_alloc(&req, &resp));
	MUST(rc == 0);
	COUNTED(FREE, seccomp_notify_free(req, resp));
	COUNTED(ALLOC, rc = seccomp_notify_alloc(&req, &resp));
	MUST(rc == 0);
	for (int i = 0; i < count * 2 + 3; i++) {
		int fd = listeners[i % count];

		clear_request(req);
		COUNTED(i < count ? FIRST_RECEIVE : RECEIVE,
			rc = seccomp_notify_receive(fd, req));
		MUST(rc == 0);
		COUNTED(ID_VALID, rc = seccomp_notify_id_valid(fd, req->id));
		MUST(rc == 0);
		resp->id = req->id;
		resp->val = (__s64)ANSWER(req->data.args[0]);
		COUNTED(RESPOND, rc = seccomp_notify_respond(fd, resp));
		MUST(rc == 0);
	}
	COUNTED(FREE, seccomp_notify_free(req, resp));
}

/* Stops after each instruction, or at the start and end of each system call. */
static void trace(pid_t pid, bool steps)
{
	int status;

	MUST(waitpid(pid, &status, 0) == pid);
	MUST(WIFSTOPPED(status));
	MUST(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL) == 0);
	while (WIFSTOPPED(status)) {
		if (WSTOPSIG(status) == SIGTRAP)
			numbered->count[numbered->now]++;
		MUST(ptrace(steps ? PTRACE_SINGLESTEP : PTRACE_SYSCALL, pid, 0,
			    0) == 0);
		MUST(waitpid(pid, &status, 0) == pid);
	}
	if (status != 0) {
		fputs("bench: the supervisor failed while it was traced\n",
		      stderr);
		exit(1);
	}
}

static int by_size(const void *a, const void *b)
{
	long first = *(const long *)a;
	long second = *(const long *)b;

	return first < second ? -1 : first > second;
}

static void print(bool steps)
{
	static long counts[NUMBERS];

	for (unsigned int call = 0; call < CALLS; call++) {
		size_t n = 0;

		for (unsigned int i = 1; i <= numbered->last; i++) {
			/* The first step is the one that sets the number. */
			if (numbered->call[i] == call)
				counts[n++] = steps ? numbered->count[i] - 1 :
						      numbered->count[i] / 2;
		}
		qsort(counts, n, sizeof(*counts), by_size);
		printf("%s %ld\n", names[call], counts[n / 2]);
	}
}

static int print_pages(const char *library)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	char line[512];
	bool inside = false;
	long sum = 0;
	long size;

	MUST(smaps);
	while (fgets(line, sizeof(line), smaps)) {
		if (strchr("0123456789abcdef", line[0]))
			inside = strstr(line, library) != NULL;
		else if (inside &&
			 sscanf(line, "Private_Dirty: %ld kB", &size) == 1)
			sum += size;
	}
	fclose(smaps);
	printf("%ld\n", sum);
	return 0;
}

int main(int argc, char **argv)
{
	struct plan plan = { .ms = 60000 };
	struct outcome *outcome = shared_memory(sizeof(*outcome));
	int listeners[256];
	int count;
	bool steps;
	pid_t targets;
	pid_t supervisor;

	if (argc == 3 && strcmp(argv[1], "pages") == 0)
		return print_pages(argv[2]);
	MUST(argc == 4);
	steps = strcmp(argv[1], "instructions") == 0;
	count = atoi(argv[2]);
	MUST(count > 0 && (size_t)count <= COUNT(listeners));
	plan.listeners = count;
	plan.threads = count > 1 ? count : atoi(argv[3]);
	numbered = shared_memory(sizeof(*numbered));
	alarm(250);
	/* A step is two context switches, which are fast on one processor. */
	stay_on_one_processor();

	targets = targets_start(&plan, outcome, listeners);
	/* Long enough for all of them to make their first calls. */
	usleep(100000);
	for (int i = 0; i < count; i++)
		MUST(set_sync_wake_up(listeners[i]) == 0);
	supervisor = fork_bound();
	if (supervisor == 0) {
		MUST(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
		raise(SIGSTOP);
		supervise(listeners, count);
		_exit(0);
	}
	trace(supervisor, steps);
	kill(targets, SIGKILL);
	reap(targets);
	print(steps);
	return 0;
}
