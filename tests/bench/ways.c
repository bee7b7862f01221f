/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * One measurement of one way to answer a system call in the kernel's place:
 *
 *	ways WAY JOB PROCESSORS MS
 *
 * JOB is "value" (the answer depends on a number) or "path" (a path is read and
 * checked), and PROCESSORS is "one" or "all". It prints calls a second. The
 * target, one thread, calls getpgid(2) or chdir(2) by the C library's function,
 * and checks each answer.
 *
 * The ways that change a register of the target are written for x86-64.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "calls.h"
#include "process.h"
#include "trap.h"
#include "ways.h"

#ifdef __x86_64__
#include <sys/reg.h>
#include <sys/user.h>

/* Linux 5.11, for headers of the C library that lack it */
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON 1
#endif
#ifndef PTRACE_SYSEMU
#define PTRACE_SYSEMU 31
#endif
#endif

static double *calls_a_second; /* in shared memory */
static bool job_is_path;
static bool kernel_answers;
static unsigned int ms;

/* --- The target ----------------------------------------------------------- */

static void call_and_check(int number)
{
	if (job_is_path) {
		bool allowed = kernel_answers || number % 2;
		int result = chdir(number % 2 ? ALLOWED_PATH : OTHER_PATH);

		MUST(allowed ? result == 0 : result < 0 && errno == EACCES);
	} else {
		int result = getpgid(number + 1);

		MUST(kernel_answers || result == ANSWER_TO(number + 1));
	}
}

/* Makes calls for `ms` milliseconds, and then stores how many a second. */
static void call_until_over(void)
{
	double start = seconds_now();
	double end = start + ms / 1e3;
	double now;
	int calls = 0;

	do {
		for (int i = 0; i < 32; i++)
			call_and_check(calls++ & 0xffff);
		now = seconds_now();
	} while (now < end);
	*calls_a_second = calls / (now - start);
}

/* Installs a filter with this action for both jobs; returns listener or 0. */
static int install(uint32_t action, unsigned int flags)
{
	const struct rule rules[] = {
		{ SYS_getpgid, -1, 0, action },
		{ SYS_chdir, -1, 0, action },
	};
	int result =
		install_filter(rules, COUNT(rules), SECCOMP_RET_ALLOW, flags);

	MUST(result >= 0);
	return result;
}

/* --- Notification --------------------------------------------------------- */

static long answer_of(pid_t pid, long nr, uint64_t argument)
{
	char path[PATH_SIZE];
	struct iovec here = { path, PATH_SIZE };
	struct iovec there = { (void *)(uintptr_t)argument, PATH_SIZE };

	if (nr != SYS_chdir)
		return ANSWER_TO((int)argument);
	MUST(process_vm_readv(pid, &here, 1, &there, 1, 0) == PATH_SIZE);
	return answer_to_path(path);
}

/* Answers until the target has ended. */
static void supervise(int socket)
{
	int listener = receive_fd(socket);
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;

	MUST(listener >= 0);
	MUST(set_sync_wake_up(listener) == 0);
	MUST(seccomp_notify_alloc(&req, &resp) == 0);
	for (;;) {
		long answer;

		clear_request(req);
		/* Since Linux 6.11, this fails when the target has ended. */
		if (seccomp_notify_receive(listener, req) != 0)
			break;
		answer = answer_of((pid_t)req->pid, req->data.nr,
				   req->data.args[0]);
		/* Proves that the memory read before was the target's. */
		MUST(seccomp_notify_id_valid(listener, req->id) == 0);
		resp->id = req->id;
		resp->val = answer < 0 ? 0 : answer;
		resp->error = answer < 0 ? (int)answer : 0;
		resp->flags = 0;
		MUST(seccomp_notify_respond(listener, resp) == 0);
	}
	MUST(errno == ENOENT);
	seccomp_notify_free(req, resp);
	close(listener);
}

static void measure_notification(void)
{
	int sockets[2];
	pid_t target;

	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
	target = fork_bound();
	if (target == 0) {
		int listener = install(SECCOMP_RET_USER_NOTIF,
				       SECCOMP_FILTER_FLAG_NEW_LISTENER);

		MUST(send_fd(sockets[1], listener) == 0);
		close(listener);
		call_until_over();
		_exit(0);
	}
	supervise(sockets[0]);
	MUST(reap(target) == 0);
}

/* --- In the process ------------------------------------------------------- */

#ifdef __x86_64__
static void on_sigsys(int signal, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)signal;
	registers[REG_RAX] =
		info->si_syscall == SYS_chdir ?
			answer_to_path((const char *)registers[REG_RDI]) :
			ANSWER_TO((int)registers[REG_RDI]);
}

static void measure_trap(void)
{
	const struct sigaction action = { .sa_sigaction = on_sigsys,
					  .sa_flags = SA_SIGINFO };

	MUST(sigaction(SIGSYS, &action, NULL) == 0);
	install(SECCOMP_RET_TRAP, 0);
	call_until_over();
}

/* The handler returns by this system call, which is never dispatched. */
__asm__(".pushsection .text.restorer, \"ax\"\n"
	"restorer:\n"
	"	mov $15, %eax\n" /* rt_sigreturn */
	"	syscall\n"
	"	nop\n" /* the kernel compares the address after the call */
	"restorer_end:\n"
	".popsection\n");
extern char restorer[], restorer_end[];

static void measure_dispatch(void)
{
	static volatile char selector; /* 0: let it run, 1: dispatch */
	/* The kernel's struct sigaction, with a restorer of our own. */
	const struct {
		void (*handler)(int, siginfo_t *, void *);
		unsigned long flags;
		char *restorer;
		unsigned long mask;
	} action = { on_sigsys, SA_SIGINFO | 0x04000000, restorer, 0 };

	MUST(syscall(SYS_rt_sigaction, SIGSYS, &action, NULL, 8) == 0);
	MUST(prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, restorer,
		   restorer_end - restorer, &selector) == 0);
	selector = 1;
	call_until_over();
	selector = 0;
}

/* --- ptrace(2) ------------------------------------------------------------ */

/* Skips the call, and makes it return its answer. */
static void skip_call(pid_t target, struct user_regs_struct *registers)
{
	registers->rax = (unsigned long)answer_of(
		target, (long)registers->orig_rax, registers->rdi);
	registers->orig_rax = (unsigned long)-1;
	MUST(ptrace(PTRACE_SETREGS, target, 0, registers) == 0);
}

static bool is_of_the_job(const struct user_regs_struct *registers)
{
	return registers->orig_rax == SYS_chdir ||
	       registers->orig_rax == SYS_getpgid;
}

/* Handles each stop of the target until it ends. */
static void trace(pid_t target, int how)
{
	struct user_regs_struct registers;
	unsigned long answer = 0;
	bool skipped = false;
	int status;

	MUST(waitpid(target, &status, 0) == target && WIFSTOPPED(status));
	MUST(ptrace(PTRACE_SETOPTIONS, target, 0,
		    PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD |
			    PTRACE_O_TRACESECCOMP) == 0);
	for (;;) {
		MUST(ptrace(how, target, 0, 0) == 0);
		MUST(waitpid(target, &status, 0) == target);
		if (!WIFSTOPPED(status))
			break;
		MUST(ptrace(PTRACE_GETREGS, target, 0, &registers) == 0);
		if (skipped) { /* the stop at the end of a skipped call */
			registers.rax = answer;
			MUST(ptrace(PTRACE_SETREGS, target, 0, &registers) ==
			     0);
			skipped = false;
		} else if (is_of_the_job(&registers)) {
			skip_call(target, &registers);
			answer = registers.rax;
			skipped = how == PTRACE_SYSCALL;
		} else if (how == PTRACE_SYSEMU) {
			/* Not a call of the job: make it again, untraced. */
			registers.rax = registers.orig_rax;
			registers.rip -= 2;
			MUST(ptrace(PTRACE_SETREGS, target, 0, &registers) ==
			     0);
			how = PTRACE_CONT;
		}
	}
	MUST(status == 0);
}

static void measure_ptrace(int how)
{
	pid_t target = fork_bound();

	if (target == 0) {
		if (how == PTRACE_CONT)
			install(SECCOMP_RET_TRACE, 0);
		MUST(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
		raise(SIGSTOP);
		call_until_over();
		_exit(0);
	}
	trace(target, how);
}
#endif

static void measure(const char *way)
{
	if (strcmp(way, "notification") == 0) {
		measure_notification();
		return;
	}
	if (strcmp(way, "bare") == 0 || strcmp(way, "allowed") == 0) {
		kernel_answers = true;
		if (way[0] == 'a')
			install(SECCOMP_RET_ALLOW, 0);
		call_until_over();
		return;
	}
	if (strcmp(way, "interposed") == 0) {
		call_until_over();
		return;
	}
#ifdef __x86_64__
	if (strcmp(way, "trap") == 0) {
		measure_trap();
		return;
	}
	if (strcmp(way, "dispatch") == 0) {
		measure_dispatch();
		return;
	}
	if (strcmp(way, "trace") == 0) {
		measure_ptrace(PTRACE_CONT);
		return;
	}
	if (strcmp(way, "sysemu") == 0) {
		measure_ptrace(PTRACE_SYSEMU);
		return;
	}
	if (strcmp(way, "stops") == 0) {
		measure_ptrace(PTRACE_SYSCALL);
		return;
	}
#endif
	fprintf(stderr, "ways: %s: no such way on this machine\n", way);
	exit(2);
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fputs("usage: ways WAY value|path one|all MS\n", stderr);
		return 2;
	}
	job_is_path = strcmp(argv[2], "path") == 0;
	ms = (unsigned int)atoi(argv[4]);
	alarm(ms / 1000 * 2 + 20);
	if (strcmp(argv[3], "one") == 0)
		stay_on_one_processor();
	calls_a_second = shared_memory(sizeof(*calls_a_second));
	measure(argv[1]);
	MUST(*calls_a_second > 0);
	printf("%.1f\n", *calls_a_second);
	return 0;
}
