/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Tests of the advice for supervisors in the pages, and of the programs in
 * EXAMPLES and in the README.
 */
#define _FILE_OFFSET_BITS 64 /* off_t holds any address, on 32 bits too */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness.h"

static int open_memory(uint32_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u/mem", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int call_with_pointer(void *arg)
{
	make_trapped_call((long)(intptr_t)arg, 0, 0, 0, 0, 0);
	return idle(NULL);
}

/*
 * "The target may die at any time, and its pid may then belong to another
 * process."
 * "Open the target's file in /proc first, and then call
 * seccomp_notify_id_valid(): only a result of 0 proves that the file belongs to
 * the target." "Open files such as /proc/pid/mem first, and then call this
 * function: only a result of 0 proves that the opened file belongs to the
 * target."
 */
START_TEST(what_was_opened_by_pid_is_the_targets_if_id_valid_says_so)
{
	static char text[] = "the target's text";
	struct target target = start_target(call_with_pointer, text);
	struct seccomp_notif req = receive(target.listener);
	char copy[sizeof(text)];
	int memory = open_memory(req.pid);

	ck_assert_int_ge(memory, 0);
	assert_succeeds(seccomp_notify_id_valid(target.listener, req.id));
	ck_assert_int_eq(
		pread(memory, copy, sizeof(copy), (off_t)req.data.args[0]),
		sizeof(copy));
	ck_assert_str_eq(copy, text);
	close(memory);

	/* The pid exists until the dead target is reaped, the id does not. */
	kill(target.pid, SIGKILL);
	wait_until_gone(target.listener, req.id);
	assert_fails(seccomp_notify_id_valid(target.listener, req.id), -ENOENT,
		     ENOENT);
	end_target(&target);
}
END_TEST

#define PATH_TRAPPED SYS_chdir

static int change_directory(void *arg)
{
	return syscall(PATH_TRAPPED, arg) == 0 ? 0 : errno;
}

/*
 * "The memory of a target may change at any time: another thread may write to
 * it, and so may another process that shares the memory."
 * "Copy everything that a decision depends on, only once; then decide on the
 * copy, and act on the copy."
 * "SECCOMP_USER_NOTIF_FLAG_CONTINUE makes the kernel read the memory behind the
 * arguments again, so a supervisor must not set this flag after a decision
 * that depends on the target's memory."
 */
START_TEST(the_targets_memory_changes_and_the_copy_does_not)
{
	const struct rule rule = { PATH_TRAPPED, -1, 0,
				   SECCOMP_RET_USER_NOTIF };
	char *path = shared_memory(4096); /* which the test changes */
	struct target target;
	struct seccomp_notif req;
	char copy[64];
	int memory;

	strcpy(path, "/");
	target = try_target(&rule, 1, 0, change_directory, path);
	ck_assert_int_gt(target.pid, 0);
	req = receive(target.listener);
	memory = open_memory(req.pid);
	assert_succeeds(seccomp_notify_id_valid(target.listener, req.id));
	ck_assert_int_eq(
		pread(memory, copy, sizeof(copy), (off_t)req.data.args[0]),
		sizeof(copy));
	close(memory);

	strcpy(path, "/nowhere");
	ck_assert_str_eq(copy, "/");
	if (continue_call(&target, req.id))
		ck_assert_int_eq(end_target(&target), ENOENT);
}
END_TEST

/*
 * "and after a stop and a continue, the call is restarted, which causes another
 * notification,"
 * "What the supervisor did for the first notification is then done twice."
 * "The kernel of 32-bit ARM does not restart the call: the call returns its
 * first argument."
 */
START_TEST(a_call_that_a_stop_interrupted_is_made_again)
{
	long expected = 6;
	struct target target = start_target(call_and_check, &expected);
	struct seccomp_notif_resp resp = { .val = 6 };
	uint64_t first = receive(target.listener).id;

	kill(target.pid, SIGSTOP);
	wait_until_gone(target.listener, first);
	kill(target.pid, SIGCONT);
#if defined(__arm__) || defined(__mips__)
	ck_assert_int_eq(wait_for_target(&target), 1);
	close(target.listener);
	return;
#endif
	resp.id = receive(target.listener).id;
	ck_assert_uint_ne(resp.id, first);
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

static void *call_from_thread(void *arg)
{
	*(pid_t *)arg = (pid_t)syscall(SYS_gettid);
	make_trapped_call(0, 0, 0, 0, 0, 0);
	return NULL;
}

static int call_from_a_thread(void *arg)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, call_from_thread, arg) ||
	       pthread_join(thread, NULL);
}

/* "The pid of a request is the id of the calling thread" */
START_TEST(the_pid_of_a_request_is_that_of_the_calling_thread)
{
	pid_t *thread = shared_memory(sizeof(*thread));
	struct target target = start_target(call_from_a_thread, thread);
	struct seccomp_notif req = receive(target.listener);

	ck_assert_int_eq((pid_t)req.pid, *thread);
	ck_assert_int_ne((pid_t)req.pid, target.pid);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/* "The wait has no time limit." */
START_TEST(a_receive_waits_while_no_call_comes)
{
	struct target target = start_target(idle, NULL);
	pid_t child = fork_bound();

	if (child == 0) {
		struct seccomp_notif req;

		seccomp_notify_receive(target.listener, &req);
		_exit(0);
	}
	assert_stays_in_call(child, SYS_ioctl, target.listener);
	kill_target(&target);
}
END_TEST

static short poll_listener(int listener, int timeout)
{
	struct pollfd fd = { listener, POLLIN, 0 };

	ck_assert_int_ge(poll(&fd, 1, timeout), 0);
	return fd.revents;
}

static int call_when_told(void *arg)
{
	long expected = 1;

	wait_until_told(arg);
	return call_and_check(&expected);
}

/*
 * "poll(2) reports POLLIN if a notification can be received, and POLLHUP (since
 * Linux 5.9) if no target is left."
 */
START_TEST(poll_tells_of_notifications_and_of_the_last_targets_end)
{
	int *told = shared_memory(sizeof(*told));
	struct target target = start_target(call_when_told, told);
	struct seccomp_notif_resp resp = { .val = 1 };
	struct seccomp_notif req;

	ck_assert_int_eq(poll_listener(target.listener, 0) & POLLIN, 0);
	*told = 1;
	ck_assert_int_eq(poll_listener(target.listener, -1) & POLLIN, POLLIN);
	resp.id = receive(target.listener).id;
	ck_assert_int_eq(poll_listener(target.listener, 0) & POLLIN, 0);
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(wait_for_target(&target), 0);
	if (kernel_version() < KERNEL(5, 9))
		SKIP("POLLHUP needs Linux 5.9");
	ck_assert_int_eq(poll_listener(target.listener, -1) & POLLHUP, POLLHUP);
	if (kernel_version() >= KERNEL(6, 11)) {
		assert_fails(seccomp_notify_receive(target.listener, &req),
			     -ECANCELED, ENOENT);
		ck_assert_int_eq(poll_listener(target.listener, -1) & POLLHUP,
				 POLLHUP);
	}
	close(target.listener);
}
END_TEST

/*
 * "Before Linux 6.11, POLLHUP comes only after the last target has been
 * reaped."
 * "A supervisor that is the target's parent must therefore not wait for
 * POLLHUP before it calls waitpid(2)."
 */
START_TEST(since_6_11_pollhup_does_not_wait_until_the_target_is_reaped)
{
	struct target target = start_target(idle, NULL);
	siginfo_t info;

	if (kernel_version() < KERNEL(5, 9))
		SKIP("POLLHUP needs Linux 5.9");
	kill(target.pid, SIGKILL);
	ck_assert_int_eq(
		waitid(P_PID, (id_t)target.pid, &info, WEXITED | WNOWAIT), 0);
	if (kernel_version() < KERNEL(6, 11))
		ck_assert_int_eq(poll_listener(target.listener, 300), 0);
	else
		ck_assert_int_eq(poll_listener(target.listener, -1) & POLLHUP,
				 POLLHUP);
	wait_for_target(&target);
	ck_assert_int_eq(poll_listener(target.listener, -1) & POLLHUP, POLLHUP);
	close(target.listener);
}
END_TEST

/* Installs a filter on the test itself, and returns its listener. */
static int trap_oneself(void)
{
	int listener = install_trap();

	ck_assert_int_ge(listener, 0);
	return listener;
}

/*
 * "Each thread that carries the filter is a target."
 * "A supervisor that installed the filter on itself gets no POLLHUP when its
 * children have gone, and a trapped call of its own waits for ever."
 * Here, a signal interrupts that call. "On MIPS, the call fails with the error
 * 512."
 */
START_TEST(a_supervisor_that_carries_the_filter_is_a_target)
{
	int listener = trap_oneself();
	pid_t child = fork_bound();

	if (child == 0)
		_exit(0);
	ck_assert_int_eq(reap(child), 0);
	ck_assert_int_eq(poll_listener(listener, 300), 0);
	alarm_every_10_ms(0);
	ck_assert_int_eq(syscall(TRAPPED, 0), -1);
#ifdef __mips__
	ck_assert_int_eq(errno, 512); /* the kernel's own ERESTARTSYS */
#else
	ck_assert_int_eq(errno, EINTR);
#endif
	close(listener);
}
END_TEST

/*
 * "The calls of the remaining targets then fail with ENOSYS instead of waiting
 * for ever."
 * "When the last copy of the listener is closed, the calls that wait for a
 * response fail with ENOSYS, and so do the calls that would be trapped later."
 */
START_TEST(calls_fail_when_the_last_copy_of_the_listener_is_closed)
{
	int listener = trap_oneself();
	pid_t child = fork_bound();

	if (child == 0) {
		close(listener);
		for (int i = 0; i < 2; i++)
			if (syscall(TRAPPED, 0) != -1 || errno != ENOSYS)
				_exit(1);
		_exit(0);
	}
	receive(listener);
	close(listener);
	ck_assert_int_eq(reap(child), 0);
}
END_TEST

/*
 * "If another copy is open, the targets wait for a response that nobody sends."
 * "A target that inherited the listener by fork(2)"
 */
START_TEST(a_target_with_a_copy_of_the_listener_keeps_waiting)
{
	int listener = trap_oneself();
	pid_t child = fork_bound();

	if (child == 0)
		_exit((int)syscall(TRAPPED, 0));
	receive(listener);
	close(listener);
	assert_stays_in_call(child, TRAPPED, 0);
}
END_TEST

/*
 * "This program runs a command, and answers its calls that would make
 * directories."
 * "It receives each call of mkdir(2) and mkdirat(2) that the command or a child
 * of it makes, and answers the call itself."
 * "If the path begins with /tmp/, the call succeeds, although no directory is
 * made; otherwise, the call fails with EACCES."
 * "The program therefore decides on its own copy of the path, and does not set
 * SECCOMP_USER_NOTIF_FLAG_CONTINUE, because the kernel would then read the path
 * again."
 * tests.mk extracts this program from EXAMPLES and compiles it.
 */
START_TEST(the_example_answers_by_the_path_that_it_copied)
{
	static const char *const expected[] = {
		"would make /tmp/libseccomp-notify\n",
		"is refused: Permission denied\n",
		"victim: 1 x done\n",
		"victim: 1 x Permission denied\n",
	};
	unsigned int seen = 0;
	char command[8300];
	char line[256];
	char *example;
	FILE *output;

	if (!find_built("example") || !find_built("victim"))
		SKIP("the programs `example` and `victim` were not built");
	example = strdup(find_built("example"));
	/* mkdir(1) may be of another architecture, and would be killed. */
	snprintf(command, sizeof(command),
		 "'%s' '%s' -e 5 /tmp/libseccomp-notify /libseccomp-notify",
		 example, find_built("victim"));
	free(example);
	output = popen(command, "re");
	ck_assert_ptr_nonnull(output);
	while (fgets(line, sizeof(line), output))
		for (unsigned int i = 0; i < COUNT(expected); i++)
			if (strstr(line, expected[i]))
				seen |= 1U << i;
	ck_assert_int_eq(WEXITSTATUS(pclose(output)), 5);
	ck_assert_uint_eq(seen, (1U << COUNT(expected)) - 1);
	ck_assert_int_ne(access("/tmp/libseccomp-notify", F_OK), 0);
	ck_assert_str_eq(strerror(EACCES), "Permission denied");
}
END_TEST

/*
 * "If the program cannot read the path, the call fails." The path is longer
 * than the program's buffer, so the copy there is not terminated. A sanitizer
 * notices if the program reads beyond the buffer.
 */
START_TEST(the_example_refuses_a_path_that_is_too_long)
{
	unsigned int seen = 0;
	/* The text depends on the C library. */
	const char *reason = strerror(ENAMETOOLONG);
	char refused[128];
	char result[128];
	char command[8300];
	char line[256];
	char *example;
	FILE *output;

	if (!find_built("example") || !find_built("victim"))
		SKIP("the programs `example` and `victim` were not built");
	snprintf(refused, sizeof(refused), "is refused: %s\n", reason);
	snprintf(result, sizeof(result), "victim: 1 x %s\n", reason);
	example = strdup(find_built("example"));
	snprintf(command, sizeof(command), "'%s' '%s' \"$(printf %%5000s)\"",
		 example, find_built("victim"));
	free(example);
	output = popen(command, "re");
	ck_assert_ptr_nonnull(output);
	while (fgets(line, sizeof(line), output)) {
		if (strstr(line, refused))
			seen |= 1;
		if (strstr(line, result))
			seen |= 2;
	}
	ck_assert_int_eq(pclose(output), 0);
	ck_assert_uint_eq(seen, 3);
}
END_TEST

/*
 * "The program ends when the command ends, unless a read of the target's memory
 * or the program's own output has to wait." Here, a pipe is full.
 */
START_TEST(the_example_waits_until_its_output_is_taken)
{
	char *example;
	char page[4096] = "";
	pid_t child;
	int fds[2];

	if (!find_built("example") || !find_built("victim"))
		SKIP("the programs `example` and `victim` were not built");
	example = strdup(find_built("example"));
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	while (write(fds[1], page, sizeof(page)) > 0)
		;
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(fcntl(fds[1], F_SETFL, 0), 0);
	child = fork_bound();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		dup2(fds[1], STDOUT_FILENO);
		execl(example, example, find_built("victim"), "-q", "-e", "5",
		      "/tmp/libseccomp-notify", (char *)NULL);
		_exit(255);
	}
	free(example);
	/* musl's standard output calls writev(2). */
	while (!sleeps_in_call(child, SYS_write, STDOUT_FILENO) &&
	       !sleeps_in_call(child, SYS_writev, STDOUT_FILENO))
		sleep_ms(1);
	sleep_ms(100);
	ck_assert_int_eq(waitpid(child, NULL, WNOHANG), 0);
	while (read(fds[0], page, sizeof(page)) > 0)
		;
	ck_assert_int_eq(reap(child), 5);
}
END_TEST

/*
 * "If the command cannot be executed, the program ends with status 127."
 */
START_TEST(the_example_says_that_it_cannot_execute_the_command)
{
	const char *example = find_built("example");
	char expected[128];
	char command[4200];
	char line[128];
	FILE *output;

	if (!example)
		SKIP("the program `example` was not built");
	snprintf(expected, sizeof(expected), "/no/command: %s\n",
		 strerror(ENOENT));
	snprintf(command, sizeof(command), "'%s' /no/command 2>&1", example);
	output = popen(command, "re");
	ck_assert_ptr_nonnull(output);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), output));
	ck_assert_str_eq(line, expected);
	ck_assert_int_eq(WEXITSTATUS(pclose(output)), 127);
}
END_TEST

START_TEST(the_readmes_program_prints_what_it_says)
{
	const char *program = find_built("readme");

	if (!program)
		SKIP("the program `readme` was not built");
	assert_prints(program, "my parent is 4711\n");
}
END_TEST

TCase *notes_tests(void)
{
	TCase *tests = tcase_create("notes");

	tcase_add_test(
		tests,
		what_was_opened_by_pid_is_the_targets_if_id_valid_says_so);
	tcase_add_test(tests, the_targets_memory_changes_and_the_copy_does_not);
	tcase_add_test(tests, a_call_that_a_stop_interrupted_is_made_again);
	tcase_add_test(tests,
		       the_pid_of_a_request_is_that_of_the_calling_thread);
	tcase_add_test(tests, a_receive_waits_while_no_call_comes);
	tcase_add_test(tests,
		       poll_tells_of_notifications_and_of_the_last_targets_end);
	tcase_add_test(
		tests,
		since_6_11_pollhup_does_not_wait_until_the_target_is_reaped);
	tcase_add_test(tests, a_supervisor_that_carries_the_filter_is_a_target);
	tcase_add_test(tests,
		       calls_fail_when_the_last_copy_of_the_listener_is_closed);
	tcase_add_test(tests,
		       a_target_with_a_copy_of_the_listener_keeps_waiting);
	tcase_add_test(tests, the_example_answers_by_the_path_that_it_copied);
	tcase_add_test(tests, the_example_refuses_a_path_that_is_too_long);
	tcase_add_test(tests, the_example_waits_until_its_output_is_taken);
	tcase_add_test(tests,
		       the_example_says_that_it_cannot_execute_the_command);
	tcase_add_test(tests, the_readmes_program_prints_what_it_says);
	return tests;
}
