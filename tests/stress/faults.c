/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* Runs the fault tests. CK_RUN_CASE=NAME (of Check) runs one case. */
#include <dirent.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "faults.h"

bool receive_ends_with_the_last_target(void)
{
	return kernel_version() >= KERNEL(6, 11);
}

void sleep_randomly(unsigned int limit)
{
	struct timespec time = { .tv_nsec = rand() % (long)limit * 1000 };

	/* Even the shortest sleep takes time, so half of the pauses are 0. */
	if (time.tv_nsec > (long)limit * 500)
		nanosleep(&time, NULL);
}

int count_up(void *arg)
{
	(void)arg;
	for (long i = 0;; i++)
		if (make_trapped_call(i, 0, 0, 0, 0, 0) != i + 1)
			return 1;
}

int call_with_41(void *arg)
{
	(void)arg;
	return make_trapped_call(41, 0, 0, 0, 0, 0) == 42 ? 0 : 1;
}

void answer(int listener)
{
	struct seccomp_notif req = receive(listener);
	struct seccomp_notif_resp resp = {
		.id = req.id,
		.val = (int64_t)req.data.args[0] + 1,
	};

	ck_assert_int_eq(seccomp_notify_id_valid(listener, req.id), 0);
	ck_assert_int_eq(seccomp_notify_respond(listener, &resp), 0);
}

void answer_until_gone(int listener)
{
	struct pollfd fd = { listener, POLLIN, 0 };
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;

	MUST(seccomp_notify_alloc(&req, &resp) == 0);
	while (poll(&fd, 1, -1) == 1 && !(fd.revents & POLLHUP)) {
		if (seccomp_notify_receive(listener, req) != 0) {
			MUST(errno == ENOENT);
			continue;
		}
		resp->id = req->id;
		resp->val = (int64_t)req->data.args[0] + 1;
		if (seccomp_notify_respond(listener, resp) != 0)
			MUST(errno == ENOENT);
	}
	seccomp_notify_free(req, resp);
}

void assert_no_such_notification(int listener, uint64_t id)
{
	struct seccomp_notif_resp resp = { .id = id };

	MUST(seccomp_notify_id_valid(listener, id) == -ENOENT);
	MUST(errno == ENOENT);
	MUST(seccomp_notify_respond(listener, &resp) == -ECANCELED);
	MUST(errno == ENOENT);
}

void assert_no_target_is_left(int listener)
{
	struct pollfd fd = { listener, POLLIN, 0 };
	struct seccomp_notif req;

	MUST(poll(&fd, 1, 0) == 1);
	MUST(fd.revents == POLLHUP);
	if (!receive_ends_with_the_last_target())
		return;
	MUST(seccomp_notify_receive(listener, &req) == -ECANCELED);
	MUST(errno == ENOENT);
}

static unsigned int descriptors_before;
static size_t memory_before;

static unsigned int count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned int count = 0;

	ck_assert_ptr_nonnull(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static size_t count_memory(void)
{
	return mallinfo2().uordblks;
}

void count_before(void)
{
	descriptors_before = count_descriptors();
	memory_before = count_memory();
}

void assert_as_before(void)
{
	ck_assert_uint_eq(count_descriptors(), descriptors_before);
	/* The C library keeps some for threads that have ended. */
	ck_assert_uint_le(count_memory(), memory_before + 16384);
}

static void before(void)
{
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); /* short sleeps are short */
	count_before();
}

TCase *create_fault_case(const char *name)
{
	TCase *tests = tcase_create(name);

	tcase_add_checked_fixture(tests, before, assert_as_before);
	return tests;
}

int main(int argc, char **argv)
{
	const struct test_case cases[] = { CASE(killed_target_tests),
					   CASE(hindered_supervisor_tests),
					   CASE(changing_target_tests) };
	const char *seed_text = getenv("SEED");
	unsigned int seed = seed_text ?
				    (unsigned int)strtoul(seed_text, NULL, 0) :
				    (unsigned int)time(NULL);

	/* With _exit(), no sanitizer makes calls under the filter. */
	if (argc > 1)
		_exit(strcmp(argv[1], CALL_WITH_41) == 0 ? call_with_41(NULL) :
							   2);
	printf("SEED=%u\n", seed);
	srand(seed);
	/* One after the other, because each case keeps all processors busy. */
	return run_cases("faults", cases, COUNT(cases), 1);
}
