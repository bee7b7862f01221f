/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Synchronous wake-up, as libseccomp-notify(7) describes it: which listeners
 * get the flag, and when. What it brings, tests/bench measures.
 *
 * A second supervisor stands between the library and the kernel and notes each
 * SET_FLAGS. Where a test has to choose the ids, it answers RECV too.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "harness.h"

#define VARIABLE "SECCOMP_NOTIFY_SYNC_WAKE_UP"

struct seen {
	int set;       /* how many SET_FLAGS came */
	int interrupt; /* so many of them get EINTR */
	int error;     /* and the others this, or 0: the kernel answers */
	uint64_t last_fd;
	uint64_t last_flags;
	uint64_t next_id; /* of a request that is played */
};

static struct seen *seen;

static void watch_part(const struct seccomp_notif *req,
		       struct seccomp_notif_resp *resp, void *arg)
{
	struct seen *here = arg;
	struct seccomp_notif played = { .id = here->next_id, .pid = 1 };

	/* All 64 bits, as a filter may compare them. */
	if (req->data.args[1] == (uint32_t)SECCOMP_IOCTL_NOTIF_RECV) {
		if (!write_memory((pid_t)req->pid, req->data.args[2], &played,
				  sizeof(played)))
			resp->error = -EIO;
		return;
	}
	here->set++;
	here->last_fd = req->data.args[0];
	here->last_flags = req->data.args[2];
	if (here->interrupt-- > 0)
		resp->error = -EINTR;
	else if (here->error)
		resp->error = -here->error;
	else
		resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
}

static void watch(bool play_receive)
{
	const struct rule rules[] = {
		{ SYS_ioctl, 1, (uint32_t)SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		  SECCOMP_RET_USER_NOTIF },
		{ SYS_ioctl, 1, (uint32_t)SECCOMP_IOCTL_NOTIF_RECV,
		  SECCOMP_RET_USER_NOTIF },
	};

	seen = shared_memory(sizeof(*seen));
	simulate_kernel(rules, play_receive ? 2 : 1, watch_part, seen);
}

static void wanted(const char *value)
{
	if (value)
		ck_assert_int_eq(setenv(VARIABLE, value, 1), 0);
	else
		ck_assert_int_eq(unsetenv(VARIABLE), 0);
}

static void answer(int listener, int count)
{
	while (count-- > 0) {
		struct seccomp_notif_resp resp = { 0 };

		resp.id = receive(listener).id;
		ck_assert_int_eq(seccomp_notify_respond(listener, &resp), 0);
	}
}

START_TEST(off_unless_the_variable_is_1)
{
	static const char *const off[] = { NULL, "",   "0",  "yes",
					   "11", " 1", "1 ", "01" };
	struct target target = start_target(call_forever, NULL);

	wanted(off[_i]);
	watch(false);
	answer(target.listener, 10);
	ck_assert_int_eq(seen->set, 0);
	kill_target(&target);
}
END_TEST

/*
 * "The first receive that succeeds reads the environment: see
 * libseccomp-notify(7)."
 */
START_TEST(the_variable_is_read_once)
{
	struct target target = start_target(call_forever, NULL);

	wanted(NULL);
	watch(false);
	answer(target.listener, 1);
	wanted("1");
	answer(target.listener, 1);
	ck_assert_int_eq(seen->set, 0);
	kill_target(&target);
}
END_TEST

START_TEST(set_once_for_a_listener)
{
	struct target target = start_target(call_forever, NULL);

	wanted("1");
	watch(false);
	answer(target.listener, 200);
	ck_assert_int_eq(seen->set, 1);
	ck_assert_int_eq((int)seen->last_fd, target.listener);
	ck_assert_uint_eq(seen->last_flags, 1);
	kill_target(&target);
}
END_TEST

START_TEST(set_once_for_each_of_several_listeners)
{
	struct target targets[4];

	for (size_t i = 0; i < COUNT(targets); i++)
		targets[i] = start_target(call_forever, NULL);
	wanted("1");
	watch(false);
	for (int round = 0; round < 10; round++)
		for (size_t i = 0; i < COUNT(targets); i++)
			answer(targets[i].listener, 2);
	ck_assert_int_eq(seen->set, COUNT(targets));
	for (size_t i = 0; i < COUNT(targets); i++)
		kill_target(&targets[i]);
}
END_TEST

START_TEST(set_again_when_a_descriptor_number_has_another_listener)
{
	struct target first = start_target(call_forever, NULL);
	struct target second = start_target(call_forever, NULL);
	int number = first.listener;

	wanted("1");
	watch(false);
	answer(number, 10);
	kill_target(&first);
	ck_assert_int_eq(dup2(second.listener, number), number);
	answer(number, 10);
	ck_assert_int_eq(seen->set, 2);
	ck_assert_int_eq((int)seen->last_fd, number);
	kill_target(&second);
}
END_TEST

static void *answer_100(void *listener)
{
	answer(*(int *)listener, 100);
	return NULL;
}

static int body_fork_eight(void *arg)
{
	for (int i = 0; i < 7; i++)
		if (fork() == 0)
			break;
	return call_forever(arg);
}

START_TEST(set_once_from_several_threads)
{
	struct target target = start_target(body_fork_eight, NULL);
	pthread_t threads[8];

	wanted("1");
	watch(false);
	for (size_t i = 0; i < COUNT(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, answer_100,
						&target.listener),
				 0);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(seen->set, 1);
	kill_target(&target);
}
END_TEST

/*
 * EINVAL: a kernel before 6.6. EPERM: a supervisor whose own filter forbids
 * the request.
 */
START_TEST(a_refusal_shows_in_nothing)
{
	static const int errors[] = { EINVAL, EPERM };
	struct target target = start_target(call_forever, NULL);
	struct seccomp_notif req;
	struct seccomp_notif_resp resp = { 0 };

	wanted("1");
	watch(false);
	seen->error = errors[_i];
	errno = EXDEV;
	ck_assert_int_eq(seccomp_notify_receive(target.listener, &req), 0);
	ck_assert_int_eq(errno, EXDEV);
	ck_assert_int_eq(seen->set, 1);
	ck_assert_uint_eq(req.pid, (uint32_t)target.pid);
	ck_assert_int_eq(req.data.nr, TRAPPED);
	resp.id = req.id;
	ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp), 0);
	answer(target.listener, 10);
	ck_assert_int_eq(seen->set, 1);
	kill_target(&target);
}
END_TEST

START_TEST(a_signal_does_not_lose_the_flag)
{
	struct target target = start_target(call_forever, NULL);

	wanted("1");
	watch(false);
	seen->interrupt = 2;
	answer(target.listener, 1);
	ck_assert_int_eq(seen->set, 3);
	kill_target(&target);
}
END_TEST

START_TEST(a_failed_receive_sets_nothing)
{
	struct target target = start_target(call_then_idle, NULL);
	struct seccomp_notif req;

	wanted("1");
	watch(false);
	answer(target.listener, 1);
	alarm_every_10_ms(0);
	ck_assert_int_eq(seccomp_notify_receive(target.listener, &req),
			 -ECANCELED);
	ck_assert_int_eq(errno, EINTR);
	ck_assert_int_eq(seen->set, 1);
	kill_target(&target);
}
END_TEST

/* So many SET_FLAGS come if an id comes on a descriptor. */
static void assert_sets(int fd, uint64_t id, int count)
{
	struct seccomp_notif req;

	seen->next_id = id;
	seen->set = 0;
	ck_assert_int_eq(seccomp_notify_receive(fd, &req), 0);
	ck_assert_uint_eq(req.id, id);
	ck_assert_msg(seen->set == count,
		      "descriptor %d, id %#llx: %d times, not %d", fd,
		      (unsigned long long)id, seen->set, count);
}

/* ids count up by one; threads may see them out of order, and they wrap. */
START_TEST(ids_that_go_on_are_the_same_listener)
{
	const uint64_t far = UINT64_C(1) << 40;

	wanted("1");
	watch(true);
	seen->error = EINVAL;
	assert_sets(3, far, 1);
	assert_sets(3, far, 0);
	assert_sets(3, far + 1, 0);
	assert_sets(3, far + 0xffff, 0);
	assert_sets(3, far + 0x10000, 0);
	assert_sets(3, far + 0xffff, 0);
	assert_sets(3, far + 0x10000, 0);
	assert_sets(3, far + 0x20000, 0);
	assert_sets(3, UINT64_MAX, 1);
	assert_sets(3, 0, sizeof(long) == 8 ? 1 : 0);
}
END_TEST

START_TEST(ids_far_away_are_another_listener)
{
	const uint64_t far = UINT64_C(1) << 40;

	wanted("1");
	watch(true);
	seen->error = EINVAL;
	assert_sets(3, far, 1);
	assert_sets(3, far + 0x20000, 1);
	assert_sets(3, far, 1);
	assert_sets(4, far, 1);
	assert_sets(3, far, 0);
	assert_sets(4, far, 0);
	/* As many bits count as a long has. */
	assert_sets(3, far | UINT64_C(1) << 47, 1);
	assert_sets(3, far, 1);
	assert_sets(3, far | UINT64_C(1) << 63, sizeof(long) == 8 ? 1 : 0);
	assert_sets(3, (far | UINT64_C(1) << 63) + 0x10000, 0);
}
END_TEST

/* Beyond the library's table: set again, but never left out. */
START_TEST(high_descriptors_are_served_too)
{
	const uint64_t far = UINT64_C(1) << 40;

	wanted("1");
	watch(true);
	seen->error = EINVAL;
	assert_sets(5, far, 1);
	assert_sets(1024 + 5, far * 2, 1);
	assert_sets(1024 + 5, far * 2, 0);
	assert_sets(5, far, 1);
	assert_sets(1023, far, 1);
	assert_sets(1 << 20, far, 1);
}
END_TEST

/* tests/cases/secure.c, owned by root and set-user-ID, run by an ordinary
 * user. */
START_TEST(never_in_a_set_user_id_program)
{
	char folder[] = "/tmp/libseccomp-notify-XXXXXX";
	char copy[sizeof(folder) + 8];
	const char *program = built("secure");
	struct target target;
	char number[16];
	char command[8192];
	int statuses[2];
	int status;
	pid_t child;

	if (!program)
		SKIP("the program `secure` was not built");
	if (geteuid() != 0)
		SKIP("only root can make a set-user-ID program");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(copy, sizeof(copy), "%s/secure", folder);
	snprintf(command, sizeof(command),
		 "cp '%s' %s && chmod 755 %s && chmod 4755 %s", program, copy,
		 folder, copy);
	ck_assert_int_eq(system(command), 0);
	target = start_target(call_forever, NULL);
	snprintf(number, sizeof(number), "%d", target.listener);
	ck_assert_int_eq(fcntl(target.listener, F_SETFD, 0), 0);
	wanted("1");
	watch(false);
	for (int privileged = 0; privileged < 2; privileged++) {
		child = fork();
		if (child == 0) {
			if (privileged && setuid(65534) != 0)
				_exit(126);
			execl(copy, copy, number, (char *)NULL);
			_exit(127);
		}
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert(WIFEXITED(status));
		statuses[privileged] = WEXITSTATUS(status);
	}
	unlink(copy);
	rmdir(folder);
	if (statuses[1] == 2)
		SKIP("/tmp is mounted nosuid");
	ck_assert_int_eq(statuses[0], 2);
	ck_assert_int_eq(statuses[1], 3);
	/* The first of the two, without privileges. */
	ck_assert_int_eq(seen->set, 1);
	kill_target(&target);
}
END_TEST

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

TCase *wake_up_tests(void)
{
	TCase *tests = tcase_create("wake_up");

	tcase_add_test(tests, the_kernel_takes_the_flag_since_6_6);
	tcase_add_loop_test(tests, off_unless_the_variable_is_1, 0, 8);
	tcase_add_test(tests, the_variable_is_read_once);
	tcase_add_test(tests, set_once_for_a_listener);
	tcase_add_test(tests, set_once_for_each_of_several_listeners);
	tcase_add_test(tests,
		       set_again_when_a_descriptor_number_has_another_listener);
	tcase_add_test(tests, set_once_from_several_threads);
	tcase_add_loop_test(tests, a_refusal_shows_in_nothing, 0, 2);
	tcase_add_test(tests, a_signal_does_not_lose_the_flag);
	tcase_add_test(tests, a_failed_receive_sets_nothing);
	tcase_add_test(tests, ids_that_go_on_are_the_same_listener);
	tcase_add_test(tests, ids_far_away_are_another_listener);
	tcase_add_test(tests, high_descriptors_are_served_too);
	tcase_add_test(tests, never_in_a_set_user_id_program);
	return tests;
}
