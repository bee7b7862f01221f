/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* seccomp_notify_alloc() and seccomp_notify_free() */
#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

/*
 * The library's calloc() and free() come to these two, which the tests can
 * make fail and meddle: as memory runs out, and as in glibc before 2.33.
 */
static unsigned int calloc_fails_at; /* this many calls from now; 0: never */
static bool free_changes_errno;
static unsigned int calloc_calls;
static size_t calloc_bytes;
static unsigned int free_calls;

#ifdef __has_feature /* clang */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define __SANITIZE_ADDRESS__
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALLOCATOR_IS_OURS false
#else
#define ALLOCATOR_IS_OURS true

void *calloc(size_t count, size_t size)
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
	/* Through a volatile pointer, or this becomes a call of calloc(). */
	if (memory) {
		void *(*volatile clear)(void *, int, size_t) = memset;

		clear(memory, 0, bytes);
	}
	return memory;
}

void free(void *memory)
{
	static void (*libc_free)(void *);
	static bool looking;

	if (!libc_free) {
		void *symbol;

		if (looking)
			return; /* what the dynamic loader gives back is lost */
		looking = true;
		symbol = dlsym(RTLD_NEXT, "free");
		memcpy(&libc_free, &symbol, sizeof(symbol));
	}
	libc_free(memory);
	free_calls += memory != NULL;
	if (free_changes_errno)
		errno = ENOSPC;
}
#endif

/* Not the outputs' value on any path. */
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

/* What all failures have in common. */
static void assert_failed(struct outcome got, int result)
{
	ck_assert_int_eq(got.result, result);
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
 * "Always use these functions and do not depend on the structure sizes in
 * headers, because the sizes can differ between kernel versions."
 */
START_TEST(gives_zeroed_memory_of_the_kernels_size)
{
	struct outcome got;

	simulate_sizes(4096, 8000);
	/* Dirty memory for the allocator to find. */
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
	if (ALLOCATOR_IS_OURS)
		ck_assert_uint_eq(calloc_bytes, 4096 + 8000);
	seccomp_notify_free(got.req, got.resp);
}
END_TEST

/*
 * "Each buffer has the larger of the kernel's size and the size in the
 * <linux/seccomp.h> that the library was built with."
 */
START_TEST(a_kernel_of_smaller_sizes_gets_the_headers)
{
	struct outcome got;

	simulate_sizes(1, 1);
	calloc_bytes = 0;
	got = alloc_both();
	ck_assert_int_eq(got.result, 0);
	if (ALLOCATOR_IS_OURS)
		ck_assert_uint_eq(calloc_bytes,
				  sizeof(*got.req) + sizeof(*got.resp));
	ck_assert_uint_ge(malloc_usable_size(got.req), sizeof(*got.req));
	ck_assert_uint_ge(malloc_usable_size(got.resp), sizeof(*got.resp));
	ck_assert(all_zero(got.req, sizeof(*got.req)));
	ck_assert(all_zero(got.resp, sizeof(*got.resp)));
	seccomp_notify_free(got.req, got.resp);
}
END_TEST

START_TEST(the_running_kernel_gives_its_own_sizes)
{
	struct seccomp_notif_sizes sizes;
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

/* "If req or resp is NULL, that buffer is not allocated." */
START_TEST(either_pointer_may_be_null)
{
	struct seccomp_notif *req = UNTOUCHED;
	struct seccomp_notif_resp *resp = UNTOUCHED;

	calloc_calls = 0;
	ck_assert_int_eq(seccomp_notify_alloc(&req, NULL), 0);
	ck_assert_ptr_ne(req, UNTOUCHED);
	ck_assert_ptr_nonnull(req);
	ck_assert_int_eq(seccomp_notify_alloc(NULL, &resp), 0);
	ck_assert_ptr_ne(resp, UNTOUCHED);
	ck_assert_ptr_nonnull(resp);
	ck_assert_int_eq(seccomp_notify_alloc(NULL, NULL), 0);
	ck_assert_uint_eq(calloc_calls, ALLOCATOR_IS_OURS ? 2 : 0);
	seccomp_notify_free(req, resp);
}
END_TEST

static void no_call_part(const struct seccomp_notif *req,
			 struct seccomp_notif_resp *resp, void *arg)
{
	(void)req;
	(void)resp;
	++*(int *)arg;
}

/* What a variable without a value would have. */
__attribute__((noinline)) static void fill_the_stack_with_garbage(void)
{
	volatile unsigned char garbage[16384];

	for (size_t i = 0; i < sizeof(garbage); i++)
		garbage[i] = 0xa5;
}

START_TEST(one_system_call_is_made)
{
	int *calls = shared_memory(sizeof(*calls));
	const struct rule rule = { SYS_seccomp, -1, 0, SECCOMP_RET_USER_NOTIF };
	struct outcome got;

	simulate_kernel(&rule, 1, no_call_part, calls);
	fill_the_stack_with_garbage();
	got = alloc_both();
	/* The player answers 0 and writes no sizes. */
	assert_failed(got, -EFAULT);
	ck_assert_int_eq(*calls, 1);
}
END_TEST

/*
 * "-EOPNOTSUPP The kernel has no notifications." Linux before 4.17 has no such
 * question: EINVAL; before 3.17, or built without seccomp, no such call:
 * ENOSYS.
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
 * "seccomp_notify_alloc() returns -ECANCELED for any other error of seccomp(2),
 * such as EPERM if a filter forbids that call."
 */
START_TEST(another_failure_of_the_question_is_ecanceled_with_errno)
{
	struct outcome got;

	deny_call(SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES, EPERM);
	got = alloc_both();
	ck_assert_int_eq(got.error, EPERM);
	assert_failed(got, -ECANCELED);
}
END_TEST

START_TEST(a_failure_leaves_pointers_that_are_null_alone)
{
	struct seccomp_notif *req = UNTOUCHED;
	struct seccomp_notif_resp *resp = UNTOUCHED;

	deny_call(SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES, EPERM);
	ck_assert_int_eq(seccomp_notify_alloc(&req, NULL), -ECANCELED);
	ck_assert_ptr_null(req);
	ck_assert_int_eq(seccomp_notify_alloc(NULL, &resp), -ECANCELED);
	ck_assert_ptr_null(resp);
	ck_assert_int_eq(seccomp_notify_alloc(NULL, NULL), -ECANCELED);
}
END_TEST

/* "-EFAULT The kernel reports a size of zero." */
START_TEST(a_size_of_zero_is_efault)
{
	simulate_sizes(_i == 0 ? 0 : sizeof(struct seccomp_notif),
		       _i == 1 ? 0 : sizeof(struct seccomp_notif_resp));
	if (_i < 2)
		assert_failed(alloc_both(), -EFAULT);
	else
		ck_assert_int_eq(seccomp_notify_alloc(NULL, NULL), 0);
}
END_TEST

/*
 * "-ENOMEM There is not enough memory." "If seccomp_notify_alloc() fails, it
 * sets each pointer that it was to set to NULL, so that seccomp_notify_free()
 * is safe."
 */
START_TEST(either_allocation_failing_is_enomem_with_null)
{
	struct outcome got;
	unsigned int freed;

	if (!ALLOCATOR_IS_OURS)
		SKIP("the sanitizer has the allocator");
	calloc_fails_at = (unsigned int)_i;
	free_changes_errno = true;
	free_calls = 0;
	got = alloc_both();
	freed = free_calls;
	ck_assert_uint_eq(calloc_fails_at, 0);
	/* The first of two is given back. */
	ck_assert_uint_eq(freed, _i == 2 ? 1 : 0);
	ck_assert_int_eq(got.error, ENOMEM);
	assert_failed(got, -ENOMEM);
}
END_TEST

START_TEST(enomem_of_the_response_alone_frees_nothing)
{
	struct seccomp_notif_resp *resp = UNTOUCHED;
	unsigned int freed;
	int result;

	if (!ALLOCATOR_IS_OURS)
		SKIP("the sanitizer has the allocator");
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
START_TEST(free_takes_null)
{
	struct outcome got = alloc_both();

	ck_assert_int_eq(got.result, 0);
	seccomp_notify_free(NULL, got.resp);
	seccomp_notify_free(got.req, NULL);
	seccomp_notify_free(NULL, NULL);
}
END_TEST

START_TEST(free_gives_all_memory_back)
{
	struct outcome got;

	if (!ALLOCATOR_IS_OURS)
		SKIP("the sanitizer has the allocator, and looks for leaks");
	calloc_calls = 0;
	got = alloc_both();
	ck_assert_uint_eq(calloc_calls, 2);
	free_calls = 0;
	seccomp_notify_free(got.req, got.resp);
	ck_assert_uint_eq(free_calls, 2);
}
END_TEST

/* "The function does not change errno." */
START_TEST(free_leaves_errno_alone)
{
	struct outcome got;

	if (!ALLOCATOR_IS_OURS)
		SKIP("the sanitizer has the allocator");
	got = alloc_both();
	free_changes_errno = true;
	errno = EXDEV;
	seccomp_notify_free(got.req, got.resp);
	ck_assert_int_eq(errno, EXDEV);
}
END_TEST

TCase *alloc_tests(void)
{
	TCase *tests = tcase_create("alloc");

	tcase_add_test(tests, gives_zeroed_memory_of_the_kernels_size);
	tcase_add_test(tests, a_kernel_of_smaller_sizes_gets_the_headers);
	tcase_add_test(tests, the_running_kernel_gives_its_own_sizes);
	tcase_add_test(tests, either_pointer_may_be_null);
	tcase_add_test(tests, one_system_call_is_made);
	tcase_add_loop_test(tests, no_notifications_is_eopnotsupp, 0, 2);
	tcase_add_test(tests,
		       another_failure_of_the_question_is_ecanceled_with_errno);
	tcase_add_test(tests, a_failure_leaves_pointers_that_are_null_alone);
	tcase_add_loop_test(tests, a_size_of_zero_is_efault, 0, 3);
	tcase_add_loop_test(
		tests, either_allocation_failing_is_enomem_with_null, 1, 3);
	tcase_add_test(tests, enomem_of_the_response_alone_frees_nothing);
	tcase_add_test(tests, free_takes_null);
	tcase_add_test(tests, free_gives_all_memory_back);
	tcase_add_test(tests, free_leaves_errno_alone);
	return tests;
}
