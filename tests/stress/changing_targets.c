/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* Targets that exit, exec, change namespaces, get signals, or get filters. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "faults.h"

#define SKIP_IF_NO_EINTR()                                                        \
	do {                                                                      \
		if (!GIVES_EINTR)                                                 \
			SKIP("interrupted calls do not fail with EINTR on MIPS"); \
	} while (0)

/* For a target in several threads: the first one acts when told to. */
struct cue {
	atomic_bool given;
	int status; /* to exit with; 0: to exec */
};

#define THREADS 8 /* that call */

static void *call_without_answer(void *arg)
{
	(void)arg;
	make_trapped_call(0, 0, 0, 0, 0, 0);
	/* No answer is ever sent, so no call returns. */
	_exit(1);
}

static int call_from_threads(void *arg)
{
	struct cue *cue = arg;
	pthread_t thread;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, call_without_answer, NULL) !=
		    0)
			return 2;
	while (!cue->given)
		sleep_ms(1);
	if (!cue->status)
		execl("/proc/self/exe", "faults", CALL_WITH_41, (char *)NULL);
	_exit(cue->status);
}

/* Half of the threads' calls are received, half are not. */
static struct target start_threads_in_the_call(struct cue *cue,
					       uint64_t ids[THREADS / 2])
{
	struct target target = start_target(call_from_threads, cue);

	for (int i = 0; i < THREADS / 2; i++)
		ids[i] = receive(target.listener).id;
	wait_for_notification(target.listener);
	cue->given = true;
	for (int i = 0; i < THREADS / 2; i++) {
		wait_until_gone(target.listener, ids[i]);
		assert_no_such_notification(target.listener, ids[i]);
	}
	return target;
}

START_TEST(threads_in_the_call_die_with_their_target)
{
	struct cue *cue = shared_memory(sizeof(*cue));
	uint64_t ids[THREADS / 2];
	struct target target;

	cue->status = 9;
	target = start_threads_in_the_call(cue, ids);
	ck_assert_int_eq(wait_for_target(&target), 9);
	assert_no_target_is_left(target.listener);
	close(target.listener);
	munmap(cue, sizeof(*cue));
}
END_TEST

START_TEST(threads_in_the_call_are_gone_when_their_target_execs)
{
	struct cue *cue = shared_memory(sizeof(*cue));
	uint64_t ids[THREADS / 2];
	struct target target = start_threads_in_the_call(cue, ids);

	answer_until_gone(target.listener);
	ck_assert_int_eq(end_target(&target), 0);
	munmap(cue, sizeof(*cue));
}
END_TEST

static int call_then_exec(void *arg)
{
	if (call_with_41(arg) == 0)
		execl("/proc/self/exe", "faults", CALL_WITH_41, (char *)NULL);
	return 1;
}

static int open_memory(uint32_t pid)
{
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "/proc/%u/mem", pid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

/*
 * "Open the file again for each notification, because execve(2) gives a process
 * new memory, but not another pid."
 */
START_TEST(a_target_is_supervised_on_after_exec)
{
	struct target target = start_target(call_then_exec, NULL);
	struct seccomp_notif req = receive(target.listener);
	struct seccomp_notif_resp resp = { .id = req.id, .val = 42 };
	uint32_t pid = req.pid;
	int memory = open_memory(pid);
	int again;
	char byte;

	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	req = receive(target.listener);
	ck_assert_uint_eq(req.pid, pid);
	assert_succeeds(seccomp_notify_id_valid(target.listener, req.id));
	again = open_memory(pid);
	ck_assert_int_eq(
		pread(again, &byte, 1, (off_t)req.data.instruction_pointer), 1);
	ck_assert_int_ne(
		pread(memory, &byte, 1, (off_t)req.data.instruction_pointer),
		1);
	close(again);
	close(memory);
	resp.id = req.id;
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/* Children of this process will be in a new pid namespace. */
static int unshare_pids(void)
{
	return unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWPID : CLONE_NEWPID);
}

static int call_in_pid_namespace(void *arg)
{
	atomic_int *pid = arg;
	pid_t child;

	if (unshare_pids() != 0) {
		*pid = -1;
		return 1;
	}
	/* fork_bound() compares the parent's pid, which is 0 there. */
	child = fork();
	if (child < 0) {
		*pid = -1;
		return 1;
	}
	if (child == 0)
		_exit(getpid() == 1 ? call_with_41(NULL) : 2);
	*pid = child;
	return reap(child);
}

/* "in the supervisor's pid namespace." tests/cases/notes.c tests the first half
 * of this sentence.
 */
START_TEST(a_target_in_a_pid_namespace_has_its_pid_in_the_supervisors)
{
	atomic_int *pid = shared_memory(sizeof(*pid));
	struct target target = start_target(call_in_pid_namespace, pid);
	struct seccomp_notif req;
	struct seccomp_notif_resp resp = { .val = 42 };

	while (*pid == 0)
		sleep_ms(1);
	if (*pid < 0) {
		end_target(&target);
		SKIP("no pid namespace can be made here");
	}
	req = receive(target.listener);
	ck_assert_uint_eq(req.pid, (uint32_t)*pid);
	resp.id = req.id;
	ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp), 0);
	ck_assert_int_eq(end_target(&target), 0);
	munmap(pid, sizeof(*pid));
}
END_TEST

#define NO_NAMESPACE 77

/* Exit status of a supervisor that can't see its target. */
static int supervise_from_pid_namespace(int listener)
{
	struct seccomp_notif req;
	pid_t child;

	if (unshare_pids() != 0)
		return NO_NAMESPACE;
	child = fork();
	if (child < 0)
		return 2;
	if (child == 0) {
		struct seccomp_notif_resp resp = { .val = 42 };

		if (getpid() != 1 ||
		    seccomp_notify_receive(listener, &req) != 0 ||
		    req.pid != 0 ||
		    seccomp_notify_id_valid(listener, req.id) != 0)
			_exit(1);
		resp.id = req.id;
		_exit(-seccomp_notify_respond(listener, &resp));
	}
	return reap(child);
}

/* "It is 0 for a target outside of that namespace." */
START_TEST(a_target_outside_of_the_supervisors_pid_namespace_has_pid_0)
{
	struct target target = start_target(call_with_41, NULL);
	pid_t child = fork_bound();
	int status;

	if (child == 0)
		_exit(supervise_from_pid_namespace(target.listener));
	status = reap(child);
	if (status == NO_NAMESPACE) {
		kill_target(&target);
		SKIP("no pid namespace can be made here");
	}
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

static atomic_int *handled; /* signals, by the target */

static void count_signal(int signal)
{
	(void)signal;
	++*handled;
}

static int handle_and_call(void *arg)
{
	const struct sigaction action = { .sa_handler = count_signal };
	int status;

	sigaction(SIGUSR1, &action, NULL);
	status = call_and_check(arg);
	sleep_ms(1); /* ThreadSanitizer runs handlers in the next libc call */
	return status;
}

static struct target start_killable_target(long *expected)
{
	const struct rule rule = { TRAPPED, -1, 0, SECCOMP_RET_USER_NOTIF };

	handled = shared_memory(sizeof(*handled));
	return try_target(&rule, 1, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
			  handle_and_call, expected);
}

#define SKIP_IF_NOT_KILLABLE(target)                                    \
	do {                                                            \
		if ((target).pid < 0)                                   \
			SKIP("the kernel has no " /* before 5.19 */     \
			     "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"); \
	} while (0)

/*
 * "only a fatal signal takes a target out of a call that the supervisor has
 * received,"
 * "No signal handler of the target runs until the response, not even one for
 * alarm(2) or Ctrl-C, so do not set the flag for calls whose response may take
 * long."
 */
START_TEST(a_signal_leaves_a_killable_target_in_a_call_that_was_received)
{
	long expected = 42;
	struct target target = start_killable_target(&expected);
	struct seccomp_notif req;
	struct seccomp_notif_resp resp = { .val = 42 };

	SKIP_IF_NOT_KILLABLE(target);
	req = receive(target.listener);
	kill(target.pid, SIGUSR1);
	sleep_ms(100);
	ck_assert_int_eq(*handled, 0);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, req.id), 0);
	resp.id = req.id;
	ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp), 0);
	ck_assert_int_eq(end_target(&target), 0);
	ck_assert_int_eq(*handled, 1);
}
END_TEST

START_TEST(a_fatal_signal_takes_a_killable_target_out_of_its_call)
{
	long expected = 42;
	struct target target = start_killable_target(&expected);
	struct seccomp_notif req;

	SKIP_IF_NOT_KILLABLE(target);
	req = receive(target.listener);
	kill(target.pid, SIGUSR2);
	ck_assert_int_eq(wait_for_target(&target), 128 + SIGUSR2);
	assert_no_such_notification(target.listener, req.id);
	close(target.listener);
}
END_TEST

/*
 * "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV makes that error rare, but a signal
 * may still come before the notification is received."
 */
START_TEST(a_signal_before_receive_takes_a_killable_target_out_of_its_call)
{
	long expected = -EINTR;
	struct target target;

	SKIP_IF_NO_EINTR();
	target = start_killable_target(&expected);
	SKIP_IF_NOT_KILLABLE(target);
	wait_for_notification(target.listener);
	kill(target.pid, SIGUSR1);
	ck_assert_int_eq(wait_for_target(&target), 0);
	ck_assert_int_eq(*handled, 1);
	assert_no_target_is_left(target.listener);
	close(target.listener);
}
END_TEST

static int try_second_listener(void *arg)
{
	pid_t child;

	if (install_trap() != -1 || errno != EBUSY)
		return 1;
	/* A child inherits the filter, and is refused like its parent. */
	child = fork_bound();
	if (child == 0)
		_exit(install_trap() != -1 || errno != EBUSY ||
		      call_with_41(NULL) != 0);
	if (reap(child) != 0)
		return 2;
	return call_with_41(arg);
}

/*
 * "Of the filters that a thread carries, only one can have a listener."
 * "With SECCOMP_FILTER_FLAG_NEW_LISTENER, seccomp(2) fails with EBUSY in a
 * thread that already carries a filter with a listener, as in a container whose
 * manager supervises it."
 */
START_TEST(a_second_listener_is_ebusy_and_the_first_goes_on)
{
	struct target target = start_target(try_second_listener, NULL);

	answer_until_gone(target.listener);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

static int replace_listener(void *arg)
{
	int *socket = arg;
	int listener;

	/* The first filter traps this call, the second one the call below. */
	if (call_with_41(NULL) != 0)
		return 1;
	do {
		listener = install_trap();
	} while (listener < 0 && errno == EBUSY && poll(NULL, 0, 1) == 0);
	if (listener < 0 || send_fd(*socket, listener) != 0)
		return 2;
	close(listener);
	return call_with_41(NULL);
}

START_TEST(after_the_first_listener_is_closed_a_second_filter_gets_one)
{
	struct target target;
	int sockets[2];

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	target = start_target(replace_listener, &sockets[1]);
	answer(target.listener);
	close(target.listener);
	target.listener = receive_fd(sockets[0]);
	ck_assert_int_ge(target.listener, 0);
	answer(target.listener);
	ck_assert_int_eq(end_target(&target), 0);
	close(sockets[0]);
	close(sockets[1]);
}
END_TEST

/* What a target's trapped calls have returned, in shared memory. */
struct results {
	atomic_int count;
	atomic_long last;
};

static _Noreturn int call_under_signals(void *arg)
{
	struct results *results = arg;

	catch_signal(SIGUSR1, 0);
	for (;;) {
		results->last = make_trapped_call(0, 0, 0, 0, 0, 0);
		results->count++;
	}
}

/*
 * Sends a signal and, after a random time, a response to each call, until the
 * kernel has taken a response that the target does not get. Returns how many
 * tries that took, or 0 if it did not happen in this time.
 */
static int count_tries_until_a_response_is_lost(struct target target,
						struct results *results,
						int seconds)
{
	double end = seconds_now() + seconds;

	for (int i = 1; seconds_now() < end; i++) {
		struct seccomp_notif_resp resp = { .val = 7 };
		int before;

		resp.id = receive(target.listener).id;
		before = results->count;
		kill(target.pid, SIGUSR1);
		for (volatile int spin = rand() % 60000; spin > 0; spin--)
			;
		if (seccomp_notify_respond(target.listener, &resp) != 0) {
			MUST(errno == ENOENT);
			continue;
		}
		while (results->count == before)
			sched_yield();
		if (results->last == -EINTR)
			return i;
		MUST(results->last == 7);
	}
	return 0;
}

/*
 * "A result of 0 from seccomp_notify_respond() means that the kernel has taken
 * the response, not that the target's call has returned it."
 * "If a signal reached the target shortly before the response, the kernel may
 * discard the response." "The call then fails with EINTR or is restarted, which
 * causes another notification."
 */
START_TEST(a_response_that_the_kernel_took_may_be_lost)
{
	struct results *results = shared_memory(sizeof(*results));
	struct target target;
	int tries;

	SKIP_IF_NO_EINTR();
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP("the target has to run at the same time as its supervisor");
	target = start_target(call_under_signals, results);
	tries = count_tries_until_a_response_is_lost(target, results, 40);
	kill_target(&target);
	munmap(results, sizeof(*results));
	/* The kernel has no time to lose one if the target wakes up late. */
	if (tries == 0)
		SKIP("no response was lost in 40 seconds");
	printf("a response was lost after %d tries\n", tries);
}
END_TEST

/*
 * "If the filter was installed with SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
 * (since Linux 5.19),"
 * "so that no response is lost while the target lives." Before Linux 6.18, a
 * bug could lose one all the same.
 */
START_TEST(since_5_19_no_response_is_lost_with_wait_killable_recv)
{
	const struct rule rule = { TRAPPED, -1, 0, SECCOMP_RET_USER_NOTIF };
	struct results *results = shared_memory(sizeof(*results));
	struct target target =
		try_target(&rule, 1, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
			   call_under_signals, results);

	if (kernel_version() < KERNEL(5, 19)) {
		ck_assert_int_eq(target.pid, -1);
	} else {
		ck_assert_int_gt(target.pid, 0);
		if (kernel_version() >= KERNEL(6, 18))
			ck_assert_int_eq(count_tries_until_a_response_is_lost(
						 target, results, 5),
					 0);
		kill_target(&target);
	}
	munmap(results, sizeof(*results));
}
END_TEST

TCase *changing_target_tests(void)
{
	TCase *tests = create_fault_case("changing_targets");

	tcase_add_test(tests, threads_in_the_call_die_with_their_target);
	tcase_add_test(tests,
		       threads_in_the_call_are_gone_when_their_target_execs);
	tcase_add_test(tests, a_target_is_supervised_on_after_exec);
	tcase_add_test(
		tests,
		a_target_in_a_pid_namespace_has_its_pid_in_the_supervisors);
	tcase_add_test(
		tests,
		a_target_outside_of_the_supervisors_pid_namespace_has_pid_0);
	tcase_add_test(
		tests,
		a_signal_leaves_a_killable_target_in_a_call_that_was_received);
	tcase_add_test(tests,
		       a_fatal_signal_takes_a_killable_target_out_of_its_call);
	tcase_add_test(
		tests,
		a_signal_before_receive_takes_a_killable_target_out_of_its_call);
	tcase_add_test(tests, a_second_listener_is_ebusy_and_the_first_goes_on);
	tcase_add_test(
		tests,
		after_the_first_listener_is_closed_a_second_filter_gets_one);
	tcase_add_test(tests, a_response_that_the_kernel_took_may_be_lost);
	tcase_add_test(tests,
		       since_5_19_no_response_is_lost_with_wait_killable_recv);
	tcase_set_timeout(tests, 300);
	return tests;
}
