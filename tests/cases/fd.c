/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * seccomp_notify_fd() with the machine's libseccomp, which each test loads at
 * run time. tests/compat/check-dropin.sh tests programs that are linked with
 * libseccomp.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "harness.h"

#define LIBSECCOMP "libseccomp.so.2"
#define NO_LIBSECCOMP "no libseccomp.so.2 here (package libseccomp2)"
#define FAKE_LIBSECCOMP "fake_libseccomp.so"
#define FAKE_LIBSECCOMP_DEFAULT "fake_libseccomp_default.so"
#define NOT_BUILT(name) "the module `" name "` was not built"

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

/*
 * Loads a copy of the library that has the function. In the copy, the library's
 * name is replaced by another one, which must not be longer.
 */
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

/* Loads a module that the Makefile builds; NULL if it was not built. */
static void *load_built(const char *name)
{
	const char *path = find_built(name);
	void *library;

	if (!path)
		return NULL;
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(library, "%s", dlerror());
	return library;
}

#define RENAMED (-1)
static const int modes[] = { RTLD_LOCAL, RTLD_GLOBAL, RENAMED };

/*
 * RENAMED loads a copy of libseccomp under another name, since a program or a
 * plugin may have a copy of its own. The original is loaded too, and does not
 * know the contexts of the copy.
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
 * the result is -EINVAL." A copy of this library that has the name of
 * libseccomp does not change that.
 */
START_TEST(without_libseccomp_there_is_no_context)
{
	int (*copys_fd)(const void *ctx);
	void *ours;

	if (libseccomp_is_loaded())
		SKIP("libseccomp is loaded already");
	assert_no_contexts();
	/* No library reads the context's memory, so nothing can crash. */
	ck_assert_int_eq(seccomp_notify_fd((void *)0x10), -EINVAL);

	/* RTLD_DEFAULT could return an address in the program itself. */
	ours = dlsym(RTLD_NEXT, "seccomp_notify_fd");
	find(load_renamed(ours, "libseccomp-notify.so.1", LIBSECCOMP),
	     "seccomp_notify_fd", &copys_fd);
#ifdef __GLIBC__ /* musl compares files, not sonames */
	ck_assert(libseccomp_is_loaded());
#endif
	assert_no_contexts();
	ck_assert_int_eq(copys_fd(junk), -EINVAL);
}
END_TEST

/*
 * "The function calls the libseccomp that is in the process, and never loads
 * one."
 */
START_TEST(fd_never_loads_libseccomp)
{
	if (libseccomp_is_loaded())
		SKIP("libseccomp is loaded already");
	assert_no_contexts();
	ck_assert(!libseccomp_is_loaded());
}
END_TEST

/* The function holds no reference, so a program can unload libseccomp. */
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

/* "-1 if there is none," */
START_TEST(before_the_filter_is_loaded_the_result_is_minus_one)
{
	void *ctx;

	if (!load_libseccomp(modes[_i]))
		SKIP(NO_LIBSECCOMP);
	ctx = init(SECCOMP_RET_ALLOW);
	ck_assert_int_eq(rule_add(ctx, SECCOMP_RET_USER_NOTIF, TRAPPED, 0), 0);
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
	ck_assert_int_eq(rule_add(ctx, SECCOMP_RET_ERRNO | ENOSYS, TRAPPED, 0),
			 0);
	ck_assert_int_eq(load(ctx), 0);
	ck_assert_int_eq(seccomp_notify_fd(ctx), -1);
	release(ctx);
}
END_TEST

/*
 * "seccomp_notify_fd() returns the listener,"
 * "The seccomp_notify_fd() function returns the listener of the filter that
 * seccomp_load(3) loaded from the filter context ctx of libseccomp."
 * "seccomp_notify_fd() passes its filter context to the libseccomp that is in
 * the process: linked, preloaded, or loaded with a module."
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
	ck_assert_int_eq(rule_add(ctx, SECCOMP_RET_USER_NOTIF, TRAPPED, 0), 0);
	ck_assert_int_eq(load(ctx), 0);
	dlerror();
	listener = seccomp_notify_fd(ctx);
	/* A dlsym(3) that fails would allocate memory for a message. */
	ck_assert_ptr_null(dlerror());
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(seccomp_notify_fd(ctx), listener);

	target = fork();
	if (target == 0)
		_exit(syscall(TRAPPED, 0) == 77 ? 0 : 1);
	req = receive(listener);
	ck_assert_uint_eq(req.pid, (uint32_t)target);
	resp.id = req.id;
	ck_assert_int_eq(seccomp_notify_respond(listener, &resp), 0);
	ck_assert_int_eq(waitpid(target, &status, 0), target);
	ck_assert_int_eq(status, 0);
	release(ctx);
}
END_TEST

static void add_notification(void *ctx, int trapped)
{
	ck_assert_int_eq(rule_add(ctx, SECCOMP_RET_USER_NOTIF, trapped, 0), 0);
}

static void *load_filter(int trapped)
{
	void *ctx = init(SECCOMP_RET_ALLOW);

	add_notification(ctx, trapped);
	ck_assert_int_eq(load(ctx), 0);
	return ctx;
}

/* clang's ThreadSanitizer makes system calls of its own. */
#define CALLS_OF_SANITIZER "the sanitizer makes system calls"
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define SANITIZER_MAKES_CALLS true
#endif
#endif
#ifndef SANITIZER_MAKES_CALLS
#define SANITIZER_MAKES_CALLS false
#endif

/*
 * Checks the result of seccomp_notify_fd() in a process that is killed if it
 * makes a system call other than exit_group(2).
 */
static void assert_no_system_call(void *ctx, int expected)
{
	const struct rule rule = { SYS_exit_group, -1, 0, SECCOMP_RET_ALLOW };
	pid_t child = fork_bound();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (install_filter(&rule, 1, SECCOMP_RET_KILL_PROCESS, 0) != 0)
			_exit(2);
		syscall(SYS_exit_group, seccomp_notify_fd(ctx) != expected);
	}
	ck_assert_int_eq(reap(child), 0);
}

/*
 * "The function itself makes no system call and reads no file." Neither does
 * libseccomp after it has created a context.
 */
START_TEST(fd_makes_no_system_call)
{
	void *ctx;

	if (SANITIZER_MAKES_CALLS)
		SKIP(CALLS_OF_SANITIZER);
	if (!load_libseccomp(modes[_i]))
		SKIP(NO_LIBSECCOMP);
	assert_no_system_call(NULL, -EINVAL);
	ctx = load_filter(TRAPPED);
	assert_no_system_call(ctx, seccomp_notify_fd(ctx));
	assert_no_system_call(junk, -EINVAL);
	release(ctx);
}
END_TEST

START_TEST(fd_makes_no_system_call_without_libseccomp)
{
	if (SANITIZER_MAKES_CALLS)
		SKIP(CALLS_OF_SANITIZER);
	if (libseccomp_is_loaded())
		SKIP("libseccomp is loaded already");
	assert_no_system_call(NULL, -EINVAL);
	assert_no_system_call(junk, -EINVAL);
}
END_TEST

/*
 * "-1 if there is none," Other errors of libseccomp
 * become -1 too.
 * "seccomp_notify_fd() returns the listener," which may have the number 0.
 */
START_TEST(only_einval_and_descriptors_are_passed_on)
{
	static const struct {
		int theirs;
		int ours;
	} answers[] = {
		{ 0, 0 },
		{ 7, 7 },
		{ -1, -1 },
		{ -EFAULT, -1 },
		{ -EINVAL, -EINVAL },
		{ -ENOMEM, -1 },
		{ -ECANCELED, -1 },
	};
	void *library =
		load_built(_i ? FAKE_LIBSECCOMP_DEFAULT : FAKE_LIBSECCOMP);

	if (!library)
		SKIP(_i ? NOT_BUILT(FAKE_LIBSECCOMP_DEFAULT) :
			  NOT_BUILT(FAKE_LIBSECCOMP));
	find(library, "seccomp_init", &init);
	for (size_t i = 0; i < COUNT(answers); i++)
		ck_assert_int_eq(
			seccomp_notify_fd(init((uint32_t)answers[i].theirs)),
			answers[i].ours);
}
END_TEST

/*
 * "If the process has several copies of libseccomp, the function calls the copy
 * that its caller is bound to, or the copy that its caller contains." If no
 * copy is global, it first asks the caller and the libraries that were loaded
 * after it, because a module's libraries are usually loaded after the module.
 * "The caller is the object to which the function returns." "If a module makes
 * the call as a tail call, it is not the caller."
 * "It needs libseccomp 2.5 or later." The calling module looks like an older
 * libseccomp, and is not asked.
 */
START_TEST(a_module_gets_the_libseccomp_loaded_after_it)
{
	void *(*make_context)(uint32_t value);
	int (*call)(int (*function)(void *ctx), void *ctx);
	void *caller;
	void *library = load_built(FAKE_LIBSECCOMP);

	if (!library)
		SKIP(NOT_BUILT(FAKE_LIBSECCOMP));
	find(library, "seccomp_init", &make_context);
	caller = load_built("caller.so");
	ck_assert_msg(caller, NOT_BUILT("caller.so"));
	find(caller, "call", &call);
	/* The only libseccomp was loaded before the caller. */
	ck_assert_int_eq(call(seccomp_notify_fd, make_context(42)), 42);
	if (!load_libseccomp(RTLD_LOCAL))
		SKIP(NO_LIBSECCOMP);
	release(init(SECCOMP_RET_ALLOW));
	ck_assert_int_eq(call(seccomp_notify_fd, make_context(42)), -EINVAL);
	/* The suite itself was loaded before both. */
	ck_assert_int_eq(seccomp_notify_fd(make_context(42)), 42);
#ifdef __x86_64__
	find(caller, "tail_call", &call);
	ck_assert_int_eq(call(seccomp_notify_fd, make_context(42)), 42);
#endif
}
END_TEST

/*
 * "The function calls the libseccomp that is in the process," and counts the
 * loaded copies again at each call. "If the process has several copies of
 * libseccomp, the function calls the copy that its caller is bound to," even if
 * another copy was loaded after the caller.
 */
START_TEST(a_global_libseccomp_comes_before_a_modules_own)
{
	void *(*make_context)(uint32_t value);
	int (*call)(int (*function)(void *ctx), void *ctx);
	const char *path = find_built(FAKE_LIBSECCOMP);
	void *library;
	void *caller;

	if (!path)
		SKIP(NOT_BUILT(FAKE_LIBSECCOMP));
	library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
	ck_assert_msg(library, "%s", dlerror());
	find(library, "seccomp_init", &make_context);
	/* This is the only libseccomp so far. */
	ck_assert_int_eq(seccomp_notify_fd(make_context(42)), 42);
	caller = load_built("caller.so");
	ck_assert_msg(caller, NOT_BUILT("caller.so"));
	find(caller, "call", &call);
	if (!load_libseccomp(RTLD_LOCAL))
		SKIP(NO_LIBSECCOMP);
	ck_assert_int_eq(call(seccomp_notify_fd, make_context(42)), 42);
}
END_TEST

/*
 * "The function calls the libseccomp that is in the process, and never loads
 * one." The caller may be in none of the loaded objects, for example in the
 * code of a just-in-time compiler.
 */
START_TEST(code_in_no_object_gets_libseccomp)
{
#ifdef __x86_64__
	/* Calls its first argument with the second one. */
	static const unsigned char code[] = {
		0x48, 0x83, 0xec, 0x08, /* sub $8, %rsp */
		0x48, 0x89, 0xf8,	/* mov %rdi, %rax */
		0x48, 0x89, 0xf7,	/* mov %rsi, %rdi */
		0xff, 0xd0,		/* call *%rax */
		0x48, 0x83, 0xc4, 0x08, /* add $8, %rsp */
		0xc3,			/* ret */
	};
	int (*call)(int (*function)(void *ctx), void *ctx);
	void *library = load_built(FAKE_LIBSECCOMP);
	void *memory;

	if (!library)
		SKIP(NOT_BUILT(FAKE_LIBSECCOMP));
	find(library, "seccomp_init", &init);
	memory = mmap(NULL, sizeof(code), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(memory, MAP_FAILED);
	memcpy(memory, code, sizeof(code));
	ck_assert_int_eq(mprotect(memory, sizeof(code), PROT_READ | PROT_EXEC),
			 0);
	memcpy(&call, &memory, sizeof(call));
	ck_assert_int_eq(call(seccomp_notify_fd, init(42)), 42);
#else
	SKIP("the code is for x86-64");
#endif
}
END_TEST

/* The first module defines no function, and the second has no hash table. */
START_TEST(modules_without_symbols_are_no_libseccomp)
{
	static char file[1 << 20];
	const char *module;
	const ElfW(Ehdr) *header = (const void *)file;
	const ElfW(Phdr) * part;
	int memory = (int)syscall(SYS_memfd_create, "no hash table", 0);
	char path[32];
	ssize_t size;
	int from;

	if (!load_built("empty.so"))
		SKIP(NOT_BUILT("empty.so"));
	assert_no_contexts();
	module = find_built(FAKE_LIBSECCOMP);
	ck_assert_msg(module, NOT_BUILT(FAKE_LIBSECCOMP));
#ifdef __GLIBC__ /* musl needs a hash table */
	from = open(module, O_RDONLY | O_CLOEXEC);
	size = read(from, file, sizeof(file));
	close(from);
	ck_assert_int_gt(size, 0);
	ck_assert_int_lt(size, sizeof(file));
	part = (const void *)(file + header->e_phoff);
	while (part->p_type != PT_DYNAMIC)
		part++;
	for (ElfW(Dyn) *entry = (void *)(file + part->p_offset);
	     entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == DT_HASH)
			entry->d_tag = DT_DEBUG; /* is ignored */
	ck_assert_int_eq(write(memory, file, (size_t)size), size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
	ck_assert_msg(dlopen(path, RTLD_NOW | RTLD_LOCAL), "%s", dlerror());
	assert_no_contexts();
#else
	(void)header, (void)module, (void)part, (void)memory, (void)path,
		(void)size, (void)from;
#endif
}
END_TEST

/*
 * "The function calls the libseccomp that is in the process," which it looks up
 * at each call.
 */
START_TEST(fd_remembers_no_libseccomp)
{
	void *library = load_built(FAKE_LIBSECCOMP);
	void *ctx;

	if (!library)
		SKIP(NOT_BUILT(FAKE_LIBSECCOMP));
	find(library, "seccomp_init", &init);
	ck_assert_int_eq(seccomp_notify_fd(init(42)), 42);
#ifdef __GLIBC__
	dlclose(library);
	assert_no_contexts();
	if (!load_libseccomp(RTLD_LOCAL))
		SKIP(NO_LIBSECCOMP);
	ctx = load_filter(TRAPPED);
	ck_assert_int_ge(seccomp_notify_fd(ctx), 0);
	ck_assert_int_ne(seccomp_notify_fd(ctx), 42);
	release(ctx);
#else
	(void)ctx;
	SKIP("musl unloads no library");
#endif
}
END_TEST

/*
 * "libseccomp remembers one listener for the whole process: see
 * libseccomp-notify(7)."
 * "libseccomp remembers one listener for the whole process, that of the first
 * filter with notifications that it loaded, and returns it for every context,
 * even for one that is not loaded."
 */
START_TEST(libseccomp_has_one_listener_for_all_contexts)
{
	void *first;
	void *second;
	void *other;
	int listener;

	if (!load_libseccomp(RTLD_LOCAL))
		SKIP(NO_LIBSECCOMP);
	first = load_filter(TRAPPED);
	other = init(SECCOMP_RET_ALLOW);
	listener = seccomp_notify_fd(first);
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(seccomp_notify_fd(other), listener);
	second = load_filter(SYS_getpgid);
	ck_assert_int_eq(seccomp_notify_fd(second), listener);
	ck_assert_int_eq(seccomp_notify_fd(first), listener);
	release(other);
	release(second);
	release(first);
}
END_TEST

/* Waits for one call of SYS_getpgid by a child, and answers it. */
static void assert_serves(int listener)
{
	struct seccomp_notif_resp resp = { .val = 77 };
	pid_t target = fork_bound();

	if (target == 0)
		_exit(syscall(SYS_getpgid, 0) != 77);
	resp.id = receive(listener).id;
	ck_assert_int_eq(seccomp_notify_respond(listener, &resp), 0);
	ck_assert_int_eq(reap(target), 0);
}

/*
 * "The calls that a later filter traps fail with ENOSYS, because that filter
 * has no listener." "To get the listener of a later filter, call
 * seccomp_reset(3) with a NULL context before you add the notification rules of
 * that filter." "This closes the first listener." If the rules are older than
 * the reset, the filter gets no listener.
 */
enum { NEVER, BEFORE_RULES, AFTER_RULES, MOMENTS };

START_TEST(libseccomp_gives_later_filters_no_listener)
{
	int (*reset)(void *ctx, uint32_t otherwise);
	int first;
	void *ctx;

	if (!load_libseccomp(RTLD_LOCAL))
		SKIP(NO_LIBSECCOMP);
	find(dlopen(LIBSECCOMP, RTLD_NOW), "seccomp_reset", &reset);
	ctx = load_filter(TRAPPED);
	first = seccomp_notify_fd(ctx);
	release(ctx);
	ctx = init(SECCOMP_RET_ALLOW);
	if (_i == AFTER_RULES)
		add_notification(ctx, SYS_getpgid);
	if (_i != NEVER) {
		ck_assert_int_eq(reset(NULL, 0), 0);
		ck_assert_int_lt(fcntl(first, F_GETFD), 0);
	}
	if (_i != AFTER_RULES)
		add_notification(ctx, SYS_getpgid);
	ck_assert_int_eq(load(ctx), 0);
	if (_i == BEFORE_RULES) {
		assert_serves(seccomp_notify_fd(ctx));
	} else {
		ck_assert_int_eq(syscall(SYS_getpgid, 0), -1);
		ck_assert_int_eq(errno, ENOSYS);
	}
	release(ctx);
}
END_TEST

static bool libseccomp_is_at_least_2_6_1(void)
{
	const struct {
		unsigned int major, minor, micro;
	} * (*version)(void);

	find(dlopen(LIBSECCOMP, RTLD_NOW), "seccomp_version", &version);
	return version()->major * 10000 + version()->minor * 100 +
		       version()->micro >=
	       20601;
}

/*
 * "libseccomp up to 2.6.1 treats descriptor 0 as no listener, so a program that
 * closed its standard input before it loaded the filter gets -1."
 */
START_TEST(libseccomp_takes_listener_0_for_none)
{
	int result;
	void *ctx;

	if (!load_libseccomp(RTLD_LOCAL))
		SKIP(NO_LIBSECCOMP);
	close(STDIN_FILENO);
	ctx = load_filter(TRAPPED);
	result = seccomp_notify_fd(ctx);
	if (libseccomp_is_at_least_2_6_1() && result == 0)
		SKIP("libseccomp after 2.6.1 accepts listener 0");
	ck_assert_int_eq(result, -1);
	release(ctx);
}
END_TEST

/*
 * "Before libseccomp 2.6.1, a filter whose notification rules come from
 * seccomp_merge(3) alone has no listener."
 */
START_TEST(libseccomp_before_2_6_1_forgets_merged_notifications)
{
	int (*merge)(void *into, void *from);
	int (*arch_add)(void *ctx, uint32_t arch);
	int (*arch_remove)(void *ctx, uint32_t arch);
	void *into;
	void *from;
	void *library = dlopen(LIBSECCOMP, RTLD_NOW | RTLD_LOCAL);
	/* libseccomp merges only contexts of different architectures. */
#ifdef __x86_64__
	const uint32_t other_arch = AUDIT_ARCH_I386;
#else
	const uint32_t other_arch = AUDIT_ARCH_X86_64;
#endif

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		SKIP("the other architecture has another byte order");
	if (!load_libseccomp(RTLD_LOCAL))
		SKIP(NO_LIBSECCOMP);
	find(library, "seccomp_merge", &merge);
	find(library, "seccomp_arch_add", &arch_add);
	find(library, "seccomp_arch_remove", &arch_remove);
	into = init(SECCOMP_RET_ALLOW);
	ck_assert_int_eq(arch_add(into, other_arch), 0);
	ck_assert_int_eq(arch_remove(into, 0), 0);
	from = init(SECCOMP_RET_ALLOW);
	ck_assert_int_eq(rule_add(from, SECCOMP_RET_USER_NOTIF, TRAPPED, 0), 0);
	ck_assert_int_eq(merge(into, from), 0);
	ck_assert_int_eq(load(into), 0);
	if (libseccomp_is_at_least_2_6_1())
		ck_assert_int_ge(seccomp_notify_fd(into), 0);
	else
		ck_assert_int_eq(seccomp_notify_fd(into), -1);
	release(into);
}
END_TEST

/*
 * "libseccomp keeps the descriptor's number after the program has closed the
 * listener, and seccomp_reset(3) with a NULL context closes that descriptor
 * again, even if the number belongs to another file by then."
 */
START_TEST(libseccomp_keeps_the_number_of_a_closed_listener)
{
	int (*reset)(void *ctx, uint32_t otherwise);
	int listener;
	void *ctx;

	if (!load_libseccomp(RTLD_LOCAL))
		SKIP(NO_LIBSECCOMP);
	find(dlopen(LIBSECCOMP, RTLD_NOW), "seccomp_reset", &reset);
	ctx = load_filter(TRAPPED);
	listener = seccomp_notify_fd(ctx);
	ck_assert_int_ge(listener, 0);
	close(listener);
	ck_assert_int_eq(seccomp_notify_fd(ctx), listener);
	ck_assert_int_eq(dup(STDOUT_FILENO), listener);
	ck_assert_int_eq(reset(NULL, 0), 0);
	ck_assert_int_lt(fcntl(listener, F_GETFD), 0);
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
	tcase_add_loop_test(tests, fd_makes_no_system_call, 0, count);
	tcase_add_test(tests, fd_makes_no_system_call_without_libseccomp);
	tcase_add_loop_test(tests, only_einval_and_descriptors_are_passed_on, 0,
			    2);
	tcase_add_test(tests, a_module_gets_the_libseccomp_loaded_after_it);
	tcase_add_test(tests, a_global_libseccomp_comes_before_a_modules_own);
	tcase_add_test(tests, code_in_no_object_gets_libseccomp);
	tcase_add_test(tests, modules_without_symbols_are_no_libseccomp);
	tcase_add_test(tests, fd_remembers_no_libseccomp);
	tcase_add_test(tests, libseccomp_has_one_listener_for_all_contexts);
	tcase_add_loop_test(tests, libseccomp_gives_later_filters_no_listener,
			    0, MOMENTS);
	tcase_add_test(tests, libseccomp_takes_listener_0_for_none);
	tcase_add_test(tests,
		       libseccomp_before_2_6_1_forgets_merged_notifications);
	tcase_add_test(tests, libseccomp_keeps_the_number_of_a_closed_listener);
	return tests;
}
