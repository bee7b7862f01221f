/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * seccomp_notify_fd(), with the libseccomp of the machine, loaded while the
 * test runs. That it works for programs which are linked with libseccomp,
 * tests/compat/check-dropin.sh shows.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "harness.h"

#define LIBSECCOMP "libseccomp.so.2"
#define NO_LIBSECCOMP "no libseccomp.so.2 here (package libseccomp2)"

static void *(*init)(uint32_t otherwise);
static int (*rule_add)(void *ctx, uint32_t action, int nr, unsigned int, ...);
static int (*load)(const void *ctx);
static void (*release)(void *ctx);

static void find(void *library, const char *name, void *function)
{
	void *symbol = dlsym(library, name);

	ck_assert_msg(symbol, "no %s in libseccomp", name);
	memcpy(function, &symbol, sizeof(symbol));
}

/* The library that has the function, as a copy in which its name is changed. */
static void *load_renamed(void *function, const char *name, const char *other)
{
	static char file[1 << 22];
	int to = (int)syscall(SYS_memfd_create, "renamed", 0);
	Dl_info original;
	ssize_t size;
	char path[32];
	char *at = file;
	void *library;
	int from;

	ck_assert(dladdr(function, &original));
	from = open(original.dli_fname, O_RDONLY | O_CLOEXEC);
	size = read(from, file, sizeof(file));
	ck_assert_int_gt(size, 0);
	ck_assert_int_lt(size, sizeof(file));
	while ((at = memmem(at, (size_t)(file + size - at), name,
			    strlen(name) + 1)))
		memcpy(at, other, strlen(other) + 1);
	ck_assert_int_eq(write(to, file, (size_t)size), size);
	close(from);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", to);
	library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
	ck_assert_msg(library, "%s", dlerror());
	return library;
}

#define RENAMED (-1)
static const int modes[] = { RTLD_LOCAL, RTLD_GLOBAL, RENAMED };

/*
 * RENAMED: under another name, as a program or a plugin may bring it along. The
 * original is there too, and knows nothing of the copy's contexts.
 */
static bool load_libseccomp(int mode)
{
	void *library = dlopen(
		LIBSECCOMP, RTLD_NOW | (mode == RENAMED ? RTLD_LOCAL : mode));

	if (!library)
		return false;
	if (mode == RENAMED)
		library = load_renamed(dlsym(library, "seccomp_init"),
				       LIBSECCOMP, "another");
	find(library, "seccomp_init", &init);
	find(library, "seccomp_rule_add", &rule_add);
	find(library, "seccomp_load", &load);
	find(library, "seccomp_release", &release);
	return true;
}

static bool libseccomp_is_loaded(void)
{
	void *library = dlopen(LIBSECCOMP, RTLD_LAZY | RTLD_NOLOAD);

	if (library)
		dlclose(library);
	return library != NULL;
}

/* Memory that libseccomp did not make. */
static uint64_t junk[64] = { 0x1234567812345678 };

static void assert_no_contexts(void)
{
	ck_assert_int_eq(seccomp_notify_fd(NULL), -EINVAL);
	ck_assert_int_eq(seccomp_notify_fd(junk), -EINVAL);
}

/*
 * "If there is no libseccomp in the process, no filter context can exist, and
 * the result is -EINVAL." Nor does a copy of this library under that name have
 * one.
 */
START_TEST(without_libseccomp_there_is_no_context)
{
	int (*copys_fd)(const void *ctx);
	void *ours;

	if (libseccomp_is_loaded())
		SKIP("this suite has libseccomp in it");
	assert_no_contexts();
	/* Nobody looks inside, so that nothing can crash. */
	ck_assert_int_eq(seccomp_notify_fd((void *)0x10), -EINVAL);

	ours = dlsym(RTLD_DEFAULT, "seccomp_notify_fd");
	find(load_renamed(ours, "libseccomp-notify.so.1", LIBSECCOMP),
	     "seccomp_notify_fd", &copys_fd);
#ifdef __GLIBC__ /* musl knows a library by its file's name */
	ck_assert(libseccomp_is_loaded());
#endif
	assert_no_contexts();
	ck_assert_int_eq(copys_fd(junk), -EINVAL);
}
END_TEST

/* "It asks the libseccomp that is in the process, and never loads one." */
START_TEST(fd_never_loads_libseccomp)
{
	if (libseccomp_is_loaded())
		SKIP("this suite has libseccomp in it");
	assert_no_contexts();
	ck_assert(!libseccomp_is_loaded());
}
END_TEST

/* Holds no reference: a program can still unload libseccomp. */
START_TEST(fd_leaves_libseccomp_as_it_was)
{
	void *library = dlopen(LIBSECCOMP, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		SKIP(NO_LIBSECCOMP);
	assert_no_contexts();
	dlclose(library);
#ifdef __GLIBC__
	ck_assert(!libseccomp_is_loaded());
#else
	SKIP("musl unloads no library");
#endif
}
END_TEST

/* "or -EINVAL if ctx is not a filter context." */
START_TEST(null_and_junk_are_einval)
{
	if (!load_libseccomp(modes[_i]))
		SKIP(NO_LIBSECCOMP);
	assert_no_contexts();
}
END_TEST

/* "-1 if the filter is not loaded or cannot notify," */
START_TEST(before_the_filter_is_loaded_the_result_is_minus_one)
{
	void *ctx;

	if (!load_libseccomp(modes[_i]))
		SKIP(NO_LIBSECCOMP);
	ctx = init(SECCOMP_RET_ALLOW);
	ck_assert_int_eq(rule_add(ctx, SECCOMP_RET_USER_NOTIF, TRAPPED_HERE, 0),
			 0);
	ck_assert_int_eq(seccomp_notify_fd(ctx), -1);
	release(ctx);
}
END_TEST

START_TEST(a_filter_without_notifications_gives_minus_one)
{
	void *ctx;

	if (!load_libseccomp(modes[_i]))
		SKIP(NO_LIBSECCOMP);
	ctx = init(SECCOMP_RET_ALLOW);
	ck_assert_int_eq(
		rule_add(ctx, SECCOMP_RET_ERRNO | ENOSYS, TRAPPED_HERE, 0), 0);
	ck_assert_int_eq(load(ctx), 0);
	ck_assert_int_eq(seccomp_notify_fd(ctx), -1);
	release(ctx);
}
END_TEST

/*
 * "seccomp_notify_fd() returns the listener,"
 * "The seccomp_notify_fd() function returns the listener of the filter that
 * seccomp_load(3) loaded from the filter context ctx of libseccomp."
 */
START_TEST(after_load_it_is_the_listener)
{
	struct seccomp_notif_resp resp = { .val = 77 };
	struct seccomp_notif req;
	int listener;
	int status;
	pid_t target;
	void *ctx;

	if (!load_libseccomp(modes[_i]))
		SKIP(NO_LIBSECCOMP);
	ctx = init(SECCOMP_RET_ALLOW);
	ck_assert_int_eq(rule_add(ctx, SECCOMP_RET_USER_NOTIF, TRAPPED_HERE, 0),
			 0);
	ck_assert_int_eq(load(ctx), 0);
	listener = seccomp_notify_fd(ctx);
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(seccomp_notify_fd(ctx), listener);

	target = fork();
	if (target == 0)
		_exit(syscall(TRAPPED_HERE, 0) == 77 ? 0 : 1);
	req = receive(listener);
	ck_assert_uint_eq(req.pid, (uint32_t)target);
	resp.id = req.id;
	ck_assert_int_eq(seccomp_notify_respond(listener, &resp), 0);
	ck_assert_int_eq(waitpid(target, &status, 0), target);
	ck_assert_int_eq(status, 0);
	release(ctx);
}
END_TEST

TCase *fd_tests(void)
{
	const int count = COUNT(modes);
	TCase *tests = tcase_create("fd");

	tcase_add_test(tests, without_libseccomp_there_is_no_context);
	tcase_add_test(tests, fd_never_loads_libseccomp);
	tcase_add_test(tests, fd_leaves_libseccomp_as_it_was);
	tcase_add_loop_test(tests, null_and_junk_are_einval, 0, count);
	tcase_add_loop_test(tests,
			    before_the_filter_is_loaded_the_result_is_minus_one,
			    0, count);
	tcase_add_loop_test(tests,
			    a_filter_without_notifications_gives_minus_one, 0,
			    count);
	tcase_add_loop_test(tests, after_load_it_is_the_listener, 0, count);
	return tests;
}
