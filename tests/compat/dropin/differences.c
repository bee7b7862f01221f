/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Shows the differences between libseccomp and this library. The program is
 * linked with libseccomp, and runs with and without this library preloaded. It
 * prints a line "CASE|RESULT" for each case, which differences.sh compares with
 * the tables in the documentation.
 */
#include <malloc.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "harness.h"

enum { RESULT_SIZE = 256 };
static char *result; /* shared with the process of the case */

__attribute__((format(printf, 1, 2))) static void add(const char *format, ...)
{
	size_t length = strlen(result);
	va_list args;

	va_start(args, format);
	vsnprintf(result + length, RESULT_SIZE - length, format, args);
	va_end(args);
}

/* What a function returned, and errno if it returned -ECANCELED. */
static void add_code(int code)
{
	int error = errno;

	if (code >= -1)
		add("%d", code);
	else
		add("-%s", error_name(-code));
	if (code == -ECANCELED)
		add(", errno %s", error_name(error));
}

struct pair {
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
};

/* Allocates a pair, so that later calls are not the first ones of a library. */
static struct pair alloc(void)
{
	struct pair pair;

	ck_assert_int_eq(seccomp_notify_alloc(&pair.req, &pair.resp), 0);
	return pair;
}

static const char before[1];

static const char *state(const void *output)
{
	if (!output)
		return "NULL";
	return output == before ? "unchanged" : "set";
}

static struct pair add_alloc(void)
{
	struct pair pair = { (void *)(uintptr_t)before,
			     (void *)(uintptr_t)before };
	const char *req;
	const char *resp;

	add_code(seccomp_notify_alloc(&pair.req, &pair.resp));
	req = state(pair.req);
	resp = state(pair.resp);
	if (strcmp(req, resp) == 0)
		add("; outputs %s", req);
	else
		add("; req %s, resp %s", req, resp);
	return pair;
}

static struct target start_calling_target(void)
{
	return start_target(call_forever, NULL);
}

static void receive_first(void)
{
	struct target target = start_calling_target();
	struct seccomp_notif req = { 0 };

	add_code(seccomp_notify_receive(target.listener, &req));
}

static void respond_first(void)
{
	struct target target = start_calling_target();
	struct seccomp_notif_resp resp = { 0 };

	resp.id = bare_receive(target.listener);
	add_code(seccomp_notify_respond(target.listener, &resp));
}

static void receive_twice(void)
{
	struct target target = start_calling_target();
	struct pair pair = alloc();

	ck_assert_int_eq(seccomp_notify_receive(target.listener, pair.req), 0);
	pair.resp->id = pair.req->id;
	ck_assert_int_eq(seccomp_notify_respond(target.listener, pair.resp), 0);
	add_code(seccomp_notify_receive(target.listener, pair.req));
}

static void interrupt_twice(uint32_t request)
{
	struct simulation *kernel = simulate_ioctl(request);

	kernel->failing = 2;
	kernel->error = EINTR;
}

static void respond_interrupted(void)
{
	struct target target = start_calling_target();
	struct pair pair = alloc();

	pair.resp->id = bare_receive(target.listener);
	interrupt_twice((uint32_t)SECCOMP_IOCTL_NOTIF_SEND);
	add_code(seccomp_notify_respond(target.listener, pair.resp));
}

static void ask_id_valid_interrupted(void)
{
	struct target target = start_calling_target();
	uint64_t id = bare_receive(target.listener);

	alloc();
	interrupt_twice((uint32_t)ID_VALID);
	add_code(seccomp_notify_id_valid(target.listener, id));
}

static scmp_filter_ctx context(uint32_t action)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	ck_assert_int_eq(seccomp_rule_add(ctx, action, SYS_getsid, 0), 0);
	return ctx;
}

static void ask_fd_before_load(void)
{
	add_code(seccomp_notify_fd(context(SCMP_ACT_NOTIFY)));
}

static void ask_fd_without_notifications(void)
{
	scmp_filter_ctx ctx = context(SCMP_ACT_ERRNO(EPERM));

	ck_assert_int_eq(seccomp_load(ctx), 0);
	add_code(seccomp_notify_fd(ctx));
}

static void alloc_with_einval(void)
{
	deny_call(SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES, EINVAL);
	add_alloc();
}

static void alloc_with_enosys(void)
{
	deny_call(SYS_seccomp, -1, 0, ENOSYS);
	add_alloc();
}

static void alloc_with_eperm(void)
{
	deny_call(SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES, EPERM);
	add_alloc();
}

static void alloc_without_seccomp(void)
{
	deny_call(SYS_seccomp, -1, 0, EPERM);
	add_alloc();
}

static void alloc_with_sizes_of_zero(void)
{
	simulate_sizes(0, 0);
	add_alloc();
}

static void alloc_with_small_sizes(void)
{
	struct pair pair;

	simulate_sizes(1, 1);
	pair = alloc();
	add(malloc_usable_size(pair.req) < sizeof(*pair.req) ?
		    "smaller than the header's struct" :
		    "the header's struct");
}

/* NOLINTBEGIN(clang-analyzer-unix.Malloc): to use memory up is the purpose. */

/* Too large for malloc's thread cache, which calloc(3) of glibc before 2.41
 * does not use.
 */
enum { REQ_SIZE = 2048 };

static const void *add_alloc_with_room(bool for_req)
{
	const struct rlimit no_more = { 1, 1 };
	void *room = malloc(REQ_SIZE);
	void *wall = malloc(1);

	ck_assert(room && wall);
	simulate_sizes(REQ_SIZE, UINT16_MAX);
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &no_more), 0);
	while (malloc(REQ_SIZE))
		;
	if (for_req)
		free(room);
	return add_alloc().req;
}

static void alloc_without_memory(void)
{
	add_alloc_with_room(false);
}

static void alloc_without_memory_half_way(void)
{
	const void *req = add_alloc_with_room(true);

	/* malloc(3) returns the same memory only if it was freed. */
	if (req && req == malloc(REQ_SIZE))
		add("; req points to freed memory");
}

/* NOLINTEND(clang-analyzer-unix.Malloc) */

static bool free_changes_errno;

extern void __libc_free(void *memory);

void free(void *memory)
{
	__libc_free(memory);
	if (free_changes_errno)
		errno = ENOSPC;
}

static void free_and_look_at_errno(void)
{
	struct pair pair = alloc();

	free_changes_errno = true;
	errno = EXDEV;
	seccomp_notify_free(pair.req, pair.resp);
	add(errno == EXDEV ? "unchanged" : "changed");
}

static void receive_with_wake_up(void)
{
	struct simulation *kernel;
	struct target target = start_calling_target();
	struct pair pair = alloc();

	kernel = simulate_ioctl((uint32_t)SECCOMP_IOCTL_NOTIF_SET_FLAGS);
	setenv("SECCOMP_NOTIFY_SYNC_WAKE_UP", "1", 1);
	ck_assert_int_eq(seccomp_notify_receive(target.listener, pair.req), 0);
	add(kernel->calls ? "on" : "off");
}

static void alloc_at_api_level_1(void)
{
	ck_assert_int_eq(seccomp_api_set(1), 0);
	add_alloc();
}

/* Counts the system calls between two calls of getppid(2), after the first use
 * of malloc(3).
 */
static void count_calls_of_first_alloc(void)
{
	struct __ptrace_syscall_info info;
	struct pair pair;
	int calls = 0;
	int marks = 0;
	int status;
	pid_t traced = fork_bound();

	if (traced == 0) {
		free(malloc(1));
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		syscall(SYS_getppid);
		seccomp_notify_alloc(&pair.req, &pair.resp);
		syscall(SYS_getppid);
		_exit(0);
	}
	while (waitpid(traced, &status, 0) == traced && WIFSTOPPED(status)) {
		ptrace(PTRACE_SETOPTIONS, traced, 0, PTRACE_O_TRACESYSGOOD);
		if (ptrace(PTRACE_GET_SYSCALL_INFO, traced, sizeof(info),
			   &info) > 0 &&
		    info.op == PTRACE_SYSCALL_INFO_ENTRY) {
			marks += info.entry.nr == SYS_getppid;
			calls += info.entry.nr != SYS_getppid && marks == 1;
		}
		ptrace(PTRACE_SYSCALL, traced, 0, 0);
	}
	ck_assert_int_eq(marks, 2);
	add("%d", calls);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "receive before any other function", receive_first },
	{ "respond before any other function", respond_first },
	{ "receive twice into one buffer", receive_twice },
	{ "respond interrupted by a signal", respond_interrupted },
	{ "id_valid interrupted by a signal", ask_id_valid_interrupted },
	{ "fd before the filter is loaded", ask_fd_before_load },
	{ "fd of a filter without notifications",
	  ask_fd_without_notifications },
	{ "alloc on a kernel without notifications", alloc_with_einval },
	{ "alloc on a kernel without seccomp(2)", alloc_with_enosys },
	{ "alloc where a filter forbids GET_NOTIF_SIZES", alloc_with_eperm },
	{ "alloc where a filter forbids seccomp(2)", alloc_without_seccomp },
	{ "alloc on a kernel that reports sizes of zero",
	  alloc_with_sizes_of_zero },
	{ "buffers on a kernel with smaller sizes", alloc_with_small_sizes },
	{ "alloc without memory", alloc_without_memory },
	{ "alloc without memory for the response",
	  alloc_without_memory_half_way },
	{ "alloc after seccomp_api_set(3) to level 1", alloc_at_api_level_1 },
	{ "errno after free, where free(3) changes it",
	  free_and_look_at_errno },
	{ "synchronous wake-up, if the variable is 1", receive_with_wake_up },
	{ "system calls of the first alloc", count_calls_of_first_alloc },
};

/* Runs the case in another process, because a crash is a result too. */
START_TEST(differs)
{
	int status;
	pid_t child;

	result = shared_memory(RESULT_SIZE);
	child = fork_bound();
	if (child == 0) {
		cases[_i].run();
		_exit(0);
	}
	status = reap(child);
	if (status > 128)
		add("SIG%s", sigabbrev_np(status - 128));
	printf("%s|%s\n", cases[_i].name, result);
	fflush(stdout);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("differences");
	Suite *suite = suite_create("differences");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tests, differs, 0, COUNT(cases));
	tcase_set_timeout(tests, 120);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	if (failed)
		srunner_print(runner, CK_NORMAL);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
