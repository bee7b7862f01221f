/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Synchronous wake-up, as libseccomp-notify(7) describes it: which listeners
 * get the flag, and when. tests/bench measures the gain.
 *
 * A second supervisor traps SET_FLAGS and counts it. If a test has to choose
 * the ids, the second supervisor answers RECV too.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"

/* An id that is far from 0, the initial value of the library's table. */
#define FAR (UINT64_C(1) << 40)

#define VARIABLE "SECCOMP_NOTIFY_SYNC_WAKE_UP"

/* What the second supervisor sees and does. */
static struct seen {
	struct simulation set;	     /* SET_FLAGS */
	struct seccomp_notif answer; /* to the next RECV, if it is simulated */
	uint64_t write_1_to; /* if not 0, RECV writes "1" to this address */
} * seen;

static void answer_watched(const struct seccomp_notif *req,
			   struct seccomp_notif_resp *resp, void *arg)
{
	struct seen *here = arg;
	pid_t pid = (pid_t)req->pid;

	/* If an upper bit of the request's number is set, this is no RECV: a
	 * filter may compare all 64 bits.
	 */
	if (req->data.args[1] != (uint32_t)SECCOMP_IOCTL_NOTIF_RECV) {
		answer_simulated(req, resp, &here->set);
		return;
	}
	if (!write_memory(pid, req->data.args[2], &here->answer,
			  sizeof(here->answer)) ||
	    (here->write_1_to && !write_memory(pid, here->write_1_to, "1", 1)))
		resp->error = -EIO;
}

static void watch(bool simulate_receive)
{
	const struct rule rules[] = {
		{ SYS_ioctl, 1, (uint32_t)SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		  SECCOMP_RET_USER_NOTIF },
		{ SYS_ioctl, 1, (uint32_t)SECCOMP_IOCTL_NOTIF_RECV,
		  SECCOMP_RET_USER_NOTIF },
	};

	seen = shared_memory(sizeof(*seen));
	simulate_kernel(rules, simulate_receive ? 2 : 1, answer_watched, seen);
}

static void set_variable(const char *value)
{
	if (value)
		ck_assert_int_eq(setenv(VARIABLE, value, 1), 0);
	else
		ck_assert_int_eq(unsetenv(VARIABLE), 0);
}

/* Starts a target, sets the variable in this process, and traps SET_FLAGS. */
static struct target start_watched(target_body body, const char *value)
{
	struct target target = start_target(body, NULL);

	set_variable(value);
	watch(false);
	return target;
}

static void answer(int listener, int count)
{
	while (count-- > 0) {
		struct seccomp_notif_resp resp = { 0 };

		resp.id = receive(listener).id;
		assert_succeeds(seccomp_notify_respond(listener, &resp));
	}
}

/* Asserts that the flag was set `count` times, the last time on fd. */
static void assert_set(int count, int fd)
{
	ck_assert_int_eq(seen->set.calls, count);
	if (count == 0)
		return;
	ck_assert_int_eq((int)seen->set.args[0], fd);
	ck_assert_uint_eq(seen->set.args[1],
			  (uint32_t)SECCOMP_IOCTL_NOTIF_SET_FLAGS);
	ck_assert_uint_eq(seen->set.args[2],
			  SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

static const char *const not_one[] = { NULL, "",   "0",	  "yes", "true", "11",
				       " 1", "1 ", "1\n", "1x",	 "01" };

/* "Any other value, or none, changes nothing." */
START_TEST(the_flag_is_off_unless_the_variable_is_1)
{
	struct target target = start_watched(call_forever, not_one[_i]);

	answer(target.listener, 10);
	assert_set(0, 0);
	kill_target(&target);
}
END_TEST

/*
 * "If the value is 1, the library switches on synchronous wake-up for each
 * listener from which the process receives." "The library makes this ioctl(2)
 * once for each listener, at the first receive from it."
 */
START_TEST(the_flag_is_set_once_for_a_listener)
{
	struct target target = start_watched(call_forever, "1");

	answer(target.listener, 200);
	assert_set(1, target.listener);
	kill_target(&target);
}
END_TEST

/*
 * "The first receive that succeeds reads the variable
 * SECCOMP_NOTIFY_SYNC_WAKE_UP from the environment: see libseccomp-notify(7)."
 * "Only the first receive that succeeds reads the variable."
 */
START_TEST(the_variable_is_read_once)
{
	struct target target = start_watched(call_forever, NULL);

	answer(target.listener, 1);
	set_variable("1");
	answer(target.listener, 1);
	assert_set(0, 0);
	kill_target(&target);
}
END_TEST

START_TEST(nothing_but_a_receive_that_succeeds_reads_the_variable)
{
	const char *const before = _i ? "1" : NULL;
	struct target target = start_watched(call_forever, before);
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;

	assert_succeeds(seccomp_notify_alloc(&req, &resp));
	assert_fails(seccomp_notify_respond(-1, resp), -ECANCELED, EBADF);
	assert_fails(seccomp_notify_id_valid(-1, 0), -ENOENT, EBADF);
	assert_fails(seccomp_notify_receive(-1, req), -ECANCELED, EBADF);
	assert_fails(seccomp_notify_receive(-1, NULL), -ECANCELED, EFAULT);
	ck_assert_int_eq(seccomp_notify_fd(NULL), -EINVAL);
	seccomp_notify_free(req, resp);
	set_variable(before ? NULL : "1");
	answer(target.listener, 1);
	assert_set(before ? 0 : 1, target.listener);
	kill_target(&target);
}
END_TEST

START_TEST(the_variable_is_read_after_the_wait)
{
	static char variable[] = VARIABLE "=0";
	struct seccomp_notif req;

	ck_assert_int_eq(putenv(variable), 0);
	watch(true);
	seen->set.failing = ALL;
	seen->set.error = EINVAL;
	seen->answer.id = FAR;
	seen->write_1_to = (uintptr_t)&variable[sizeof(variable) - 2];
	assert_succeeds(seccomp_notify_receive(3, &req));
	assert_set(1, 3);
}
END_TEST

START_TEST(the_flag_is_set_once_for_each_of_several_listeners)
{
	struct target targets[4];

	for (size_t i = 0; i < COUNT(targets); i++)
		targets[i] = start_target(call_forever, NULL);
	set_variable("1");
	watch(false);
	for (int round = 0; round < 10; round++)
		for (size_t i = 0; i < COUNT(targets); i++)
			answer(targets[i].listener, 2);
	assert_set(COUNT(targets), targets[COUNT(targets) - 1].listener);
	for (size_t i = 0; i < COUNT(targets); i++)
		kill_target(&targets[i]);
}
END_TEST

START_TEST(the_flag_is_set_again_when_a_number_has_another_listener)
{
	struct target first = start_target(call_forever, NULL);
	struct target second = start_watched(call_forever, "1");
	int number = first.listener;

	answer(number, 10);
	kill_target(&first);
	ck_assert_int_eq(dup2(second.listener, number), number);
	answer(number, 10);
	assert_set(2, number);
	kill_target(&second);
}
END_TEST

static void *answer_100(void *listener)
{
	answer(*(int *)listener, 100);
	return NULL;
}

static int call_forever_from_eight(void *arg)
{
	for (int i = 0; i < 7; i++)
		if (fork_bound() == 0)
			break;
	return call_forever(arg);
}

START_TEST(the_flag_is_set_once_from_several_threads)
{
	struct target target = start_watched(call_forever_from_eight, "1");
	pthread_t threads[8];

	for (size_t i = 0; i < COUNT(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, answer_100,
						&target.listener),
				 0);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	assert_set(1, target.listener);
	kill_target(&target);
}
END_TEST

/*
 * "On earlier kernels, or if a filter on the supervisor refuses
 * SECCOMP_IOCTL_NOTIF_SET_FLAGS, the functions work without synchronous
 * wake-up." Earlier kernels fail
 * with EINVAL, and filters often with EPERM.
 */
START_TEST(receives_succeed_if_the_flag_is_refused)
{
	static const int errors[] = { EINVAL, EPERM };
	struct target target = start_watched(call_forever, "1");
	struct seccomp_notif req;
	struct seccomp_notif_resp resp = { 0 };

	seen->set.failing = ALL;
	seen->set.error = errors[_i];
	errno = EXDEV;
	assert_succeeds(seccomp_notify_receive(target.listener, &req));
	ck_assert_int_eq(errno, EXDEV);
	assert_set(1, target.listener);
	ck_assert_uint_eq(req.pid, (uint32_t)target.pid);
	ck_assert_int_eq(req.data.nr, TRAPPED);
	resp.id = req.id;
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	answer(target.listener, 10);
	assert_set(1, target.listener);
	kill_target(&target);
}
END_TEST

START_TEST(signals_do_not_lose_the_flag)
{
	struct target target;

	stay_on_one_processor(); /* This is faster. */
	target = start_watched(call_forever, "1");
	seen->set.failing = 1000;
	seen->set.error = EINTR;
	answer(target.listener, 1);
	assert_set(1001, target.listener);
	kill_target(&target);
}
END_TEST

START_TEST(a_failed_receive_sets_nothing)
{
	struct target target = start_watched(call_then_idle, "1");
	struct seccomp_notif req;

	answer(target.listener, 1);
	alarm_every_10_ms(0);
	assert_fails(seccomp_notify_receive(target.listener, &req), -ECANCELED,
		     EINTR);
	assert_set(1, target.listener);
	kill_target(&target);
}
END_TEST

/* A notification, and the number of times that its receive sets the flag. */
struct step {
	uint64_t id;
	int fd;
	int sets;
};
enum { ANY = -1 };

static void assert_steps(const struct step *steps, size_t count)
{
	set_variable("1");
	watch(true);
	seen->set.failing = ALL;
	seen->set.error = EINVAL;
	for (const struct step *step = steps; step < steps + count; step++) {
		struct seccomp_notif req;

		seen->answer.id = step->id;
		seen->set.calls = 0;
		assert_succeeds(seccomp_notify_receive(step->fd, &req));
		ck_assert_uint_eq(req.id, step->id);
		if (step->sets != ANY)
			ck_assert_msg(seen->set.calls == step->sets,
				      "step %d sets the flag %d times, not %d",
				      (int)(step - steps), seen->set.calls,
				      step->sets);
		if (seen->set.calls)
			ck_assert_int_eq((int)seen->set.args[0], step->fd);
	}
}

/* The library compares id >> 16, or the low 32 bits of that if long has 32. */
#define IF_LONG_HAS_64_BITS (sizeof(long) == 8)

/* A listener's ids count up by one. Threads may see them out of order. */
START_TEST(ids_nearby_are_the_same_listener)
{
	static const struct step steps[] = {
		{ FAR, 3, 1 },		 { FAR, 3, 0 },
		{ FAR + 1, 3, 0 },	 { FAR + 0xffff, 3, 0 },
		{ FAR + 0x10000, 3, 0 }, { FAR + 0xffff, 3, 0 },
		{ FAR + 0x10000, 3, 0 }, { FAR + 0x20000, 3, 0 },
	};

	assert_steps(steps, COUNT(steps));
}
END_TEST

/* After the largest id comes 0. To set the flag again is harmless. */
START_TEST(ids_that_wrap_may_set_the_flag_again)
{
	static const struct step steps[] = {
		{ FAR, 3, 1 },
		{ UINT64_MAX, 3, 1 },
		{ 0, 3, IF_LONG_HAS_64_BITS },
		{ 1, 3, 0 },
	};

	assert_steps(steps, COUNT(steps));
}
END_TEST

START_TEST(ids_far_away_are_another_listener)
{
	static const struct step steps[] = {
		{ FAR, 3, 1 },
		{ FAR + 0x20000, 3, 1 },
		{ FAR, 3, 1 },
		{ FAR, 4, 1 },
		{ FAR, 3, 0 },
		{ FAR, 4, 0 },
		{ FAR | UINT64_C(1) << 47, 3, 1 },
		{ FAR, 3, 1 },
		{ FAR | UINT64_C(1) << 63, 3, IF_LONG_HAS_64_BITS },
		{ (FAR | UINT64_C(1) << 63) + 0x10000, 3, 0 },
	};

	assert_steps(steps, COUNT(steps));
}
END_TEST

/*
 * "If a process receives in turn from two listeners whose numbers differ by a
 * multiple of 1024, the library may make the ioctl(2) again at each receive."
 * That is ANY below. Listeners with high numbers get the flag too.
 */
START_TEST(high_descriptors_are_served_too)
{
	static const struct step steps[] = {
		{ FAR, 5, 1 },
		{ FAR * 2, 1024 + 5, 1 },
		{ FAR * 2, 1024 + 5, 0 },
		{ FAR, 5, ANY },
		{ FAR, 5, 0 },
		{ FAR * 3, 1023, 1 },
		{ FAR * 4, 1 << 20, 1 },
		{ FAR * 4, 1 << 20, 0 },
		{ FAR * 5, 0x7fffffff, 1 },
	};

	assert_steps(steps, COUNT(steps));
}
END_TEST

/*
 * "The library makes this ioctl(2) once for each listener, at the first receive
 * from it." This is so if the numbers differ by less than 1024.
 */
START_TEST(listeners_of_near_numbers_do_not_disturb_each_other)
{
	static const struct step steps[] = {
		{ FAR, 3, 1 },		 { FAR * 2, 3 + 64, 1 },
		{ FAR * 3, 3 + 512, 1 }, { FAR * 4, 3 + 1023, 1 },
		{ FAR, 3, 0 },		 { FAR * 2, 3 + 64, 0 },
		{ FAR * 3, 3 + 512, 0 }, { FAR * 4, 3 + 1023, 0 },
	};

	assert_steps(steps, COUNT(steps));
}
END_TEST

/* Makes a set-user-ID copy of a program, owned by root and without a name. */
static int make_set_user_id(const char *program)
{
	char folder[] = "/tmp/libseccomp-notify-XXXXXX";
	char copy[sizeof(folder) + 8];
	char command[8192];
	int file;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(copy, sizeof(copy), "%s/copy", folder);
	snprintf(command, sizeof(command), "cp '%s' %s", program, copy);
	ck_assert_int_eq(system(command), 0);
	file = open(copy, O_RDONLY | O_CLOEXEC);
	unlink(copy);
	rmdir(folder);
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(fchmod(file, 04755), 0);
	return file;
}

/* Runs the program as this user, and returns its exit status. */
static int run_as(uid_t user, int program, int listener)
{
	char number[16];
	char name[] = "secure";
	char *arguments[] = { name, number, NULL };
	pid_t child = fork_bound();

	if (child == 0) {
		snprintf(number, sizeof(number), "%d", listener);
		MUST(fcntl(listener, F_SETFD, 0) == 0);
		MUST(setuid(user) == 0);
		syscall(SYS_execveat, program, "", arguments, environ,
			AT_EMPTY_PATH);
		_exit(127);
	}
	return reap(child);
}

/*
 * "Targets inherit the variable, which affects those that are supervisors
 * themselves."
 * "A set-user-ID program ignores it (see secure_getenv(3))." The program is
 * tests/cases/secure.c.
 */
START_TEST(the_flag_is_never_set_by_a_set_user_id_program)
{
	const char *built = find_built("secure");
	struct target target;
	int program;

	if (!built)
		SKIP("the program `secure` was not built");
	if (geteuid() != 0)
		SKIP("only root can make a set-user-ID program");
	program = make_set_user_id(built);
	target = start_watched(call_forever, "1");
	ck_assert_int_eq(run_as(0, program, target.listener), 2);
	assert_set(1, target.listener);
	if (run_as(65534, program, target.listener) == 2)
		SKIP("/tmp is mounted nosuid");
	ck_assert_int_eq(run_as(65534, program, target.listener), 3);
	assert_set(1, target.listener);
	kill_target(&target);
}
END_TEST

/*
 * "Headers before Linux 6.6 lack these two names, which stand for
 * SECCOMP_IOW(4, __u64) and 1UL << 0."
 * "The setting needs Linux 6.6."
 */
START_TEST(the_kernel_takes_the_flag_since_6_6)
{
	struct target target = start_target(idle, NULL);
	int result = bare_ioctl(target.listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
				(void *)SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);

	if (kernel_version() < KERNEL(6, 6)) {
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_int_eq(result, -1);
	} else {
		ck_assert_int_eq(result, 0);
	}
	kill_target(&target);
}
END_TEST

/* A target that makes each call on another processor than the supervisor's. */
struct wake_ups {
	cpu_set_t all;
	int processor;	  /* the supervisor's */
	int on_processor; /* calls after which the target ran on it */
};

static int call_from_elsewhere(void *arg)
{
	struct wake_ups *counts = arg;
	cpu_set_t others = counts->all;

	CPU_CLR(counts->processor, &others);
	for (;;) {
		MUST(sched_setaffinity(0, sizeof(others), &others) == 0);
		MUST(sched_setaffinity(0, sizeof(counts->all), &counts->all) ==
		     0);
		make_trapped_call(0, 0, 0, 0, 0, 0);
		counts->on_processor += sched_getcpu() == counts->processor;
	}
}

/*
 * With the flag, the kernel wakes the target on the supervisor's processor, but
 * a busy machine may move it away at once. Without the flag, few wake-ups are
 * there.
 */
static bool wakes_here(int listener, struct wake_ups *counts)
{
	for (int round = 0; round < 200; round++) {
		counts->on_processor = 0;
		answer(listener, 100);
		if (counts->on_processor >= 90)
			return true;
	}
	return false;
}

/*
 * "The setting belongs to the listener, not to the process, and remains if the
 * listener is passed to another process."
 */
START_TEST(the_flag_stays_when_the_listener_goes_to_another_process)
{
	struct wake_ups *counts = shared_memory(sizeof(*counts));
	struct target target;
	pid_t child;
	bool set;

	if (kernel_version() < KERNEL(6, 6))
		SKIP("the kernel is older than 6.6");
	ck_assert_int_eq(
		sched_getaffinity(0, sizeof(counts->all), &counts->all), 0);
	if (CPU_COUNT(&counts->all) < 2)
		SKIP("this process may run on one processor only");
	stay_on_one_processor();
	counts->processor = sched_getcpu();
	target = start_target(call_from_elsewhere, counts);
	child = fork_bound();
	if (child == 0) {
		set_variable("1");
		answer(target.listener, 1);
		_exit(0);
	}
	ck_assert_int_eq(reap(child), 0);
	set_variable(NULL);
	set = wakes_here(target.listener, counts);
	kill_target(&target);
	if (set)
		return;
	/* Is the flag missing, or is the machine too busy to tell? */
	target = start_target(call_from_elsewhere, counts);
	ck_assert_int_eq(bare_ioctl(target.listener,
				    SECCOMP_IOCTL_NOTIF_SET_FLAGS,
				    (void *)SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP),
			 0);
	set = wakes_here(target.listener, counts);
	kill_target(&target);
	if (!set)
		SKIP("too busy: the kernel moves each target that it wakes");
	ck_abort_msg("only a flag that this test sets itself has an effect");
}
END_TEST

TCase *wake_up_tests(void)
{
	TCase *tests = tcase_create("wake_up");

	tcase_add_test(tests, the_kernel_takes_the_flag_since_6_6);
	tcase_add_loop_test(tests, the_flag_is_off_unless_the_variable_is_1, 0,
			    COUNT(not_one));
	tcase_add_test(tests, the_flag_is_set_once_for_a_listener);
	tcase_add_test(tests, the_variable_is_read_once);
	tcase_add_loop_test(
		tests, nothing_but_a_receive_that_succeeds_reads_the_variable,
		0, 2);
	tcase_add_test(tests, the_variable_is_read_after_the_wait);
	tcase_add_test(tests,
		       the_flag_is_set_once_for_each_of_several_listeners);
	tcase_add_test(
		tests,
		the_flag_is_set_again_when_a_number_has_another_listener);
	tcase_add_test(tests, the_flag_is_set_once_from_several_threads);
	tcase_add_loop_test(tests, receives_succeed_if_the_flag_is_refused, 0,
			    2);
	tcase_add_test(tests, signals_do_not_lose_the_flag);
	tcase_add_test(tests, a_failed_receive_sets_nothing);
	tcase_add_test(tests, ids_nearby_are_the_same_listener);
	tcase_add_test(tests, ids_that_wrap_may_set_the_flag_again);
	tcase_add_test(tests, ids_far_away_are_another_listener);
	tcase_add_test(tests, high_descriptors_are_served_too);
	tcase_add_test(tests,
		       listeners_of_near_numbers_do_not_disturb_each_other);
	tcase_add_test(
		tests,
		the_flag_stays_when_the_listener_goes_to_another_process);
	tcase_add_test(tests, the_flag_is_never_set_by_a_set_user_id_program);
	return tests;
}
