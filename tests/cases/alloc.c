/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* seccomp_notify_alloc() and seccomp_notify_free() */
#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

/*
 * The library calls the two functions below instead of the C library's. A test
 * can make calloc() fail, and free() change errno, as glibc's did before 2.33.
 */
static unsigned int calloc_fails_at; /* 1: the next call; 0: none */
static unsigned int calloc_calls;
static size_t calloc_bytes;
static bool free_changes_errno;
static unsigned int free_calls; /* without those of free(NULL) */

/* The first calls come before a sanitizer's runtime is initialized. */
#define NO_SANITIZER \
	__attribute__((no_sanitize("address", "thread", "undefined")))
#define NOT_INSTRUMENTED NO_SANITIZER
#ifdef __has_attribute
#if __has_attribute(disable_sanitizer_instrumentation) /* clang 14 */
#undef NOT_INSTRUMENTED
#define NOT_INSTRUMENTED \
	NO_SANITIZER __attribute__((disable_sanitizer_instrumentation))
#endif
#endif

/* The sanitizer's free(); NULL if there is no sanitizer. */
extern void __interceptor_free(void *memory) __attribute__((weak));

NOT_INSTRUMENTED void *calloc(size_t count, size_t size)
{
	size_t bytes;
	void *memory;

	calloc_calls++;
	if ((calloc_fails_at && --calloc_fails_at == 0) ||
	    __builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	calloc_bytes += bytes;
	memory = malloc(bytes);
	/* If not volatile, the compiler would replace this by calloc(). */
	for (size_t i = 0; memory && i < bytes; i++)
		((volatile unsigned char *)memory)[i] = 0;
	return memory;
}

NOT_INSTRUMENTED void free(void *memory)
{
	static void (*next_free)(void *);
	static bool looking;

	if (!next_free && __interceptor_free)
		next_free = __interceptor_free;
	if (!next_free) {
		void *symbol;

		if (looking)
			return; /* dlsym() calls free(): leak that memory */
		looking = true;
		symbol = dlsym(RTLD_NEXT, "free");
		memcpy(&next_free, &symbol, sizeof(symbol));
	}
	next_free(memory);
	free_calls += memory != NULL;
	if (free_changes_errno)
		errno = ENOSPC;
}

/* A pointer that seccomp_notify_alloc() never stores. */
#define UNTOUCHED ((void *)0x10)

struct outcome {
	int result;
	int error;
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
};

static struct outcome alloc_both(void)
{
	struct outcome got = { .req = UNTOUCHED, .resp = UNTOUCHED };

	errno = 0;
	got.result = seccomp_notify_alloc(&got.req, &got.resp);
	got.error = errno;
	return got;
}

/* Asserts what all failures have in common. */
static void assert_failed(struct outcome got, int result)
{
	ck_assert_msg(got.result == result, "alloc gives %s, not %s",
		      describe_result(got.result, got.error),
		      describe_result(result, got.error));
	ck_assert_ptr_null(got.req);
	ck_assert_ptr_null(got.resp);
	seccomp_notify_free(got.req, got.resp);
}

static bool all_zero(const void *memory, size_t size)
{
	const unsigned char *byte = memory;

	while (size && !byte[size - 1])
		size--;
	return size == 0;
}

/*
 * "The seccomp_notify_alloc() function asks the kernel for the sizes of a
 * request and a response, and allocates one of each, filled with zeros."
 * "Always use this function instead of the structure sizes in headers, because
 * the sizes can differ between kernel versions."
 */
START_TEST(alloc_gives_zeroed_memory_of_the_kernels_size)
{
	struct outcome got;

	simulate_sizes(4096, 8000);
	/* Leaves memory that is not zero for the allocator to reuse. */
	for (int i = 0; i < 8; i++) {
		void *volatile dirty = malloc(8000);

		memset(dirty, 0xff, 8000);
		free(dirty);
	}
	calloc_bytes = 0;
	got = alloc_both();
	ck_assert_int_eq(got.result, 0);
	ck_assert_uint_ge(malloc_usable_size(got.req), 4096);
	ck_assert_uint_ge(malloc_usable_size(got.resp), 8000);
	ck_assert(all_zero(got.req, 4096));
	ck_assert(all_zero(got.resp, 8000));
	ck_assert_uint_eq(calloc_bytes, 4096 + 8000);
	seccomp_notify_free(got.req, got.resp);
}
END_TEST

/*
 * "Each buffer has the larger of the kernel's size and the size in the
 * <linux/seccomp.h> that the library was built with."
 */
START_TEST(alloc_gives_the_headers_sizes_if_the_kernels_are_smaller)
{
	struct outcome got;

	simulate_sizes(1, 1);
	calloc_bytes = 0;
	got = alloc_both();
	ck_assert_int_eq(got.result, 0);
	ck_assert_uint_eq(calloc_bytes, sizeof(*got.req) + sizeof(*got.resp));
	ck_assert_uint_ge(malloc_usable_size(got.req), sizeof(*got.req));
	ck_assert_uint_ge(malloc_usable_size(got.resp), sizeof(*got.resp));
	ck_assert(all_zero(got.req, sizeof(*got.req)));
	ck_assert(all_zero(got.resp, sizeof(*got.resp)));
	seccomp_notify_free(got.req, got.resp);
}
END_TEST

START_TEST(alloc_gives_the_running_kernels_sizes)
{
	struct seccomp_notif_sizes sizes = { 0 };
	struct outcome got = alloc_both();

	ck_assert_int_eq(got.result, 0);
	ck_assert_int_eq(
		syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes), 0);
	ck_assert_uint_ge(malloc_usable_size(got.req), sizes.seccomp_notif);
	ck_assert_uint_ge(malloc_usable_size(got.resp),
			  sizes.seccomp_notif_resp);
	seccomp_notify_free(got.req, got.resp);
}
END_TEST

START_TEST(alloc_asks_the_kernel_for_the_sizes_each_time)
{
	struct seccomp_notif_sizes *sizes = simulate_sizes(4096, 8000);
	struct outcome got = alloc_both();

	seccomp_notify_free(got.req, got.resp);
	sizes->seccomp_notif = 9000;
	sizes->seccomp_notif_resp = 16000;
	calloc_bytes = 0;
	got = alloc_both();
	ck_assert_int_eq(got.result, 0);
	ck_assert_uint_eq(calloc_bytes, 9000 + 16000);
	seccomp_notify_free(got.req, got.resp);
}
END_TEST

/* "If req or resp is NULL, that buffer is not allocated." */
START_TEST(either_pointer_may_be_null)
{
	struct seccomp_notif *req = UNTOUCHED;
	struct seccomp_notif_resp *resp = UNTOUCHED;

	calloc_calls = 0;
	assert_succeeds(seccomp_notify_alloc(&req, NULL));
	ck_assert_ptr_ne(req, UNTOUCHED);
	ck_assert_ptr_nonnull(req);
	assert_succeeds(seccomp_notify_alloc(NULL, &resp));
	ck_assert_ptr_ne(resp, UNTOUCHED);
	ck_assert_ptr_nonnull(resp);
	assert_succeeds(seccomp_notify_alloc(NULL, NULL));
	ck_assert_uint_eq(calloc_calls, 2);
	seccomp_notify_free(req, resp);
}
END_TEST

/* Counts the call, but does not write the sizes. */
static void answer_without_sizes(const struct seccomp_notif *req,
				 struct seccomp_notif_resp *resp, void *arg)
{
	(void)req;
	(void)resp;
	++*(int *)arg;
}

/* Makes it likely that an uninitialized variable is not 0. */
__attribute__((noinline)) static void fill_the_stack_with_garbage(void)
{
	volatile unsigned char garbage[16384];

	for (size_t i = 0; i < sizeof(garbage); i++)
		garbage[i] = 0xa5;
}

START_TEST(alloc_makes_one_call_of_seccomp)
{
	int *calls = shared_memory(sizeof(*calls));
	const struct rule rule = { SYS_seccomp, -1, 0, SECCOMP_RET_USER_NOTIF };
	struct outcome got = alloc_both();

	/* The next call must not use the sizes of this one. */
	seccomp_notify_free(got.req, got.resp);
	simulate_kernel(&rule, 1, answer_without_sizes, calls);
	fill_the_stack_with_garbage();
	got = alloc_both();
	assert_failed(got, -EFAULT);
	ck_assert_int_eq(*calls, 1);
}
END_TEST

static _Noreturn void alloc_where_other_calls_kill(void)
{
	const struct rule allowed[] = {
		{ SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES, SECCOMP_RET_ALLOW },
		{ SYS_exit_group, -1, 0, SECCOMP_RET_ALLOW },
	};
	struct seccomp_notif *req = NULL;
	struct seccomp_notif_resp *resp = NULL;
	/* The allocator makes its system calls before the filter exists. */
	void *volatile memory[] = { malloc(sizeof(*req)),
				    malloc(sizeof(*resp)) };

	free(memory[0]);
	free(memory[1]);
	MUST(install_filter(allowed, COUNT(allowed), SECCOMP_RET_KILL_PROCESS,
			    0) == 0);
	syscall(SYS_exit_group, seccomp_notify_alloc(&req, &resp));
	abort();
}

/* Even the first call in a process does not probe for features. */
START_TEST(alloc_makes_no_system_call_but_get_notif_sizes)
{
	pid_t child = fork_bound();

	if (child == 0)
		alloc_where_other_calls_kill();
	ck_assert_int_eq(reap(child), 0);
}
END_TEST

/*
 * "-EOPNOTSUPP The kernel does not support notifications, or a filter makes
 * seccomp(2) fail with EINVAL or ENOSYS."
 * SECCOMP_GET_NOTIF_SIZES fails
 * with EINVAL before Linux 5.0, and with ENOSYS before Linux 3.17 and without
 * CONFIG_SECCOMP.
 */
START_TEST(no_notifications_is_eopnotsupp)
{
	static const int errors[] = { EINVAL, ENOSYS };

	deny_call(SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES, errors[_i]);
	assert_failed(alloc_both(), -EOPNOTSUPP);
}
END_TEST

/*
 * "-ECANCELED The system call failed, and errno tells why."
 */
START_TEST(any_other_error_is_ecanceled_with_errno)
{
	const struct rule rule = { SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES,
				   SECCOMP_RET_USER_NOTIF };
	struct simulation *kernel = shared_memory(sizeof(*kernel));

	simulate_kernel(&rule, 1, answer_simulated, kernel);
	kernel->failing = ALL;
	for (int error = 1; error <= LAST_ERROR; error++) {
		struct outcome got;

		if (error == EINVAL || error == ENOSYS)
			continue;
		kernel->error = error;
		got = alloc_both();
		ck_assert_int_eq(got.error, error);
		assert_failed(got, -ECANCELED);
	}
}
END_TEST

/*
 * "If seccomp_notify_alloc() returns -ECANCELED, errno is the error of
 * seccomp(2), such as EPERM if a filter forbids that call."
 */
START_TEST(a_forbidden_call_is_ecanceled_with_eperm)
{
	struct outcome got;

	deny_call(SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES, EPERM);
	got = alloc_both();
	ck_assert_int_eq(got.error, EPERM);
	assert_failed(got, -ECANCELED);
}
END_TEST

START_TEST(a_failing_alloc_accepts_null_pointers)
{
	struct seccomp_notif *req = UNTOUCHED;
	struct seccomp_notif_resp *resp = UNTOUCHED;

	deny_call(SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES, EPERM);
	assert_fails(seccomp_notify_alloc(&req, NULL), -ECANCELED, EPERM);
	ck_assert_ptr_null(req);
	assert_fails(seccomp_notify_alloc(NULL, &resp), -ECANCELED, EPERM);
	ck_assert_ptr_null(resp);
	assert_fails(seccomp_notify_alloc(NULL, NULL), -ECANCELED, EPERM);
}
END_TEST

/*
 * "-EFAULT The kernel reports a size of zero." This is so even for a buffer
 * that is not to be allocated.
 */
START_TEST(a_size_of_zero_is_efault)
{
	static const uint16_t sizes[][2] = { { 0, 24 }, { 80, 0 }, { 0, 0 } };
	struct seccomp_notif *req = UNTOUCHED;
	struct seccomp_notif_resp *resp = UNTOUCHED;

	simulate_sizes(sizes[_i][0], sizes[_i][1]);
	assert_failed(alloc_both(), -EFAULT);
	ck_assert_int_eq(seccomp_notify_alloc(&req, NULL), -EFAULT);
	ck_assert_ptr_null(req);
	ck_assert_int_eq(seccomp_notify_alloc(NULL, &resp), -EFAULT);
	ck_assert_ptr_null(resp);
	ck_assert_int_eq(seccomp_notify_alloc(NULL, NULL), -EFAULT);
}
END_TEST

/*
 * "-ENOMEM There is not enough memory." "If seccomp_notify_alloc() fails, it
 * sets *req and *resp to NULL, so that it is safe to call
 * seccomp_notify_free()."
 */
START_TEST(either_allocation_failing_is_enomem_with_null)
{
	struct outcome got;
	unsigned int freed;

	calloc_fails_at = (unsigned int)_i;
	free_changes_errno = true;
	free_calls = 0;
	got = alloc_both();
	freed = free_calls;
	ck_assert_uint_eq(calloc_fails_at, 0);
	/* If the second call fails, the first buffer is freed. */
	ck_assert_uint_eq(freed, _i == 2 ? 1 : 0);
	ck_assert_int_eq(got.error, ENOMEM);
	assert_failed(got, -ENOMEM);
}
END_TEST

START_TEST(alloc_of_the_response_alone_frees_nothing_on_failure)
{
	struct seccomp_notif_resp *resp = UNTOUCHED;
	unsigned int freed;
	int result;

	calloc_fails_at = 1;
	free_calls = 0;
	result = seccomp_notify_alloc(NULL, &resp);
	freed = free_calls;
	ck_assert_int_eq(result, -ENOMEM);
	ck_assert_ptr_null(resp);
	ck_assert_uint_eq(freed, 0);
}
END_TEST

/*
 * "The seccomp_notify_free() function frees a request and a response that
 * seccomp_notify_alloc() allocated." "Either pointer may be NULL."
 */
START_TEST(free_frees_both_or_either)
{
	struct outcome got;
	unsigned int freed[4] = { 0 };

	calloc_calls = 0;
	got = alloc_both();
	ck_assert_uint_eq(calloc_calls, 2);
	free_calls = 0;
	seccomp_notify_free(got.req, got.resp);
	freed[0] = free_calls;

	got = alloc_both();
	free_calls = 0;
	seccomp_notify_free(got.req, NULL);
	freed[1] = free_calls;
	seccomp_notify_free(NULL, got.resp);
	freed[2] = free_calls;
	seccomp_notify_free(NULL, NULL);
	freed[3] = free_calls;
	ck_assert_uint_eq(freed[0], 2);
	ck_assert_uint_eq(freed[1], 1);
	ck_assert_uint_eq(freed[2], 2);
	ck_assert_uint_eq(freed[3], 2);
}
END_TEST

/* "The function does not change errno." */
START_TEST(free_leaves_errno_alone)
{
	struct outcome got = alloc_both();

	free_changes_errno = true;
	errno = EXDEV;
	seccomp_notify_free(_i & 1 ? got.req : NULL, _i & 2 ? got.resp : NULL);
	ck_assert_int_eq(errno, EXDEV);
	seccomp_notify_free(_i & 1 ? NULL : got.req, _i & 2 ? NULL : got.resp);
}
END_TEST

TCase *alloc_tests(void)
{
	TCase *tests = tcase_create("alloc");

	tcase_add_test(tests, alloc_gives_zeroed_memory_of_the_kernels_size);
	tcase_add_test(
		tests,
		alloc_gives_the_headers_sizes_if_the_kernels_are_smaller);
	tcase_add_test(tests, alloc_gives_the_running_kernels_sizes);
	tcase_add_test(tests, alloc_asks_the_kernel_for_the_sizes_each_time);
	tcase_add_test(tests, either_pointer_may_be_null);
	tcase_add_test(tests, alloc_makes_one_call_of_seccomp);
	tcase_add_test(tests, alloc_makes_no_system_call_but_get_notif_sizes);
	tcase_add_loop_test(tests, no_notifications_is_eopnotsupp, 0, 2);
	tcase_add_test(tests, any_other_error_is_ecanceled_with_errno);
	tcase_add_test(tests, a_forbidden_call_is_ecanceled_with_eperm);
	tcase_add_test(tests, a_failing_alloc_accepts_null_pointers);
	tcase_add_loop_test(tests, a_size_of_zero_is_efault, 0, 3);
	tcase_add_loop_test(
		tests, either_allocation_failing_is_enomem_with_null, 1, 3);
	tcase_add_test(tests,
		       alloc_of_the_response_alone_frees_nothing_on_failure);
	tcase_add_test(tests, free_frees_both_or_either);
	tcase_add_loop_test(tests, free_leaves_errno_alone, 0, 4);
	return tests;
}
