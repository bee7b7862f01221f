/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * What a program can see of the difference between libseccomp and this library.
 * Linked with libseccomp; this library is preloaded, or not. Prints a line
 * "CASE|RESULT" for each case, which check-dropin.sh compares with the tables
 * in the documentation.
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

__attribute__((format(printf, 1, 2))) static void gave(const char *format, ...)
{
	size_t length = strlen(result);
	va_list args;

	va_start(args, format);
	vsnprintf(result + length, RESULT_SIZE - length, format, args);
	va_end(args);
}

/* What a function returned, and errno where that says to look there. */
static void gave_code(int code)
{
	int error = errno;

	if (code >= -1)
		gave("%d", code);
	else
		gave("-%s", strerrorname_np(-code));
	if (code == -ECANCELED)
		gave(", errno %s", strerrorname_np(error));
}

struct pair {
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;
};

/* A pair, and behind it whatever a library does at its first call. */
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
	return output == before ? "as before" : "set";
}

static struct pair alloc_gave(void)
{
	struct pair pair = { (void *)(uintptr_t)before,
			     (void *)(uintptr_t)before };
	const char *req;
	const char *resp;

	gave_code(seccomp_notify_alloc(&pair.req, &pair.resp));
	req = state(pair.req);
	resp = state(pair.resp);
	if (strcmp(req, resp) == 0)
		gave("; outputs %s", req);
	else
		gave("; req %s, resp %s", req, resp);
	return pair;
}

static struct target calling_target(void)
{
	return start_target(call_forever, NULL);
}

static void receive_first(void)
{
	struct target target = calling_target();
	struct seccomp_notif req = { 0 };

	gave_code(seccomp_notify_receive(target.listener, &req));
}

static void respond_first(void)
{
	struct target target = calling_target();
	struct seccomp_notif_resp resp = { 0 };

	resp.id = bare_receive(target.listener);
	gave_code(seccomp_notify_respond(target.listener, &resp));
}

static void receive_twice(void)
{
	struct target target = calling_target();
	struct pair pair = alloc();

	ck_assert_int_eq(seccomp_notify_receive(target.listener, pair.req), 0);
	pair.resp->id = pair.req->id;
	ck_assert_int_eq(seccomp_notify_respond(target.listener, pair.resp), 0);
	gave_code(seccomp_notify_receive(target.listener, pair.req));
}

static void interrupt_twice(uint32_t request)
{
	const struct rule rule = { SYS_ioctl, 1, request,
				   SECCOMP_RET_USER_NOTIF };

	simulate_kernel(&rule, 1, part_eintr_twice, shared_memory(sizeof(int)));
}

static void respond_interrupted(void)
{
	struct target target = calling_target();
	struct pair pair = alloc();

	pair.resp->id = bare_receive(target.listener);
	interrupt_twice((uint32_t)SECCOMP_IOCTL_NOTIF_SEND);
	gave_code(seccomp_notify_respond(target.listener, pair.resp));
}

static void id_valid_interrupted(void)
{
	struct target target = calling_target();
	uint64_t id = bare_receive(target.listener);

	alloc();
	interrupt_twice((uint32_t)ID_VALID);
	gave_code(seccomp_notify_id_valid(target.listener, id));
}

static scmp_filter_ctx context(uint32_t action)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	ck_assert_int_eq(seccomp_rule_add(ctx, action, SYS_getsid, 0), 0);
	return ctx;
}

static void fd_before_load(void)
{
	gave_code(seccomp_notify_fd(context(SCMP_ACT_NOTIFY)));
}

static void fd_without_notifications(void)
{
	scmp_filter_ctx ctx = context(SCMP_ACT_ERRNO(EPERM));

	ck_assert_int_eq(seccomp_load(ctx), 0);
	gave_code(seccomp_notify_fd(ctx));
}

static void query_einval(void)
{
	deny_call(SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES, EINVAL);
	alloc_gave();
}

static void seccomp_enosys(void)
{
	deny_call(SYS_seccomp, -1, 0, ENOSYS);
	alloc_gave();
}

static void query_eperm(void)
{
	deny_call(SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES, EPERM);
	alloc_gave();
}

static void seccomp_eperm(void)
{
	deny_call(SYS_seccomp, -1, 0, EPERM);
	alloc_gave();
}

static void sizes_zero(void)
{
	simulate_sizes(0, 0);
	alloc_gave();
}

static void sizes_small(void)
{
	struct pair pair;

	simulate_sizes(1, 1);
	pair = alloc();
	gave(malloc_usable_size(pair.req) < sizeof(*pair.req) ?
		     "smaller than the header's struct" :
		     "the header's struct");
}

/* NOLINTBEGIN(clang-analyzer-unix.Malloc): to use memory up is the purpose. */

/* Too large for malloc's thread cache, out of which calloc(3) takes nothing. */
enum { REQ_SIZE = 2048 };

static const void *alloc_gave_with_room(bool for_req)
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
	return alloc_gave().req;
}

static void no_memory(void)
{
	alloc_gave_with_room(false);
}

static void no_memory_half_way(void)
{
	const void *req = alloc_gave_with_room(true);

	/* There is room for another only if that one was freed. */
	if (req && req == malloc(REQ_SIZE))
		gave("; req is freed memory");
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

static void free_errno(void)
{
	struct pair pair = alloc();

	free_changes_errno = true;
	errno = EXDEV;
	seccomp_notify_free(pair.req, pair.resp);
	gave(errno == EXDEV ? "as before" : "changed");
}

static void wake_up(void)
{
	const struct rule rule = { SYS_ioctl, 1,
				   (uint32_t)SECCOMP_IOCTL_NOTIF_SET_FLAGS,
				   SECCOMP_RET_USER_NOTIF };
	int *calls = shared_memory(sizeof(*calls));
	struct target target = calling_target();
	struct pair pair = alloc();

	simulate_kernel(&rule, 1, part_count, calls);
	setenv("SECCOMP_NOTIFY_SYNC_WAKE_UP", "1", 1);
	ck_assert_int_eq(seccomp_notify_receive(target.listener, pair.req), 0);
	gave(*calls ? "set" : "not set");
}

static void api_level(void)
{
	ck_assert_int_eq(seccomp_api_set(1), 0);
	alloc_gave();
}

/* Those between two calls of getppid(2), with memory at hand. */
static void first_alloc(void)
{
	struct __ptrace_syscall_info info;
	struct pair pair;
	int calls = 0;
	int marks = 0;
	int status;
	pid_t traced = fork();

	ck_assert_int_ge(traced, 0);
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
	gave("%d", calls);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "receive as the first call of a process", receive_first },
	{ "respond as the first call of a process", respond_first },
	{ "receive twice into one buffer", receive_twice },
	{ "respond interrupted by a signal", respond_interrupted },
	{ "id_valid interrupted by a signal", id_valid_interrupted },
	{ "fd before the filter is loaded", fd_before_load },
	{ "fd of a filter without notifications", fd_without_notifications },
	{ "alloc on a kernel without notifications", query_einval },
	{ "alloc on a kernel without seccomp(2)", seccomp_enosys },
	{ "alloc where a filter forbids the question", query_eperm },
	{ "alloc where a filter forbids seccomp(2)", seccomp_eperm },
	{ "alloc on a kernel with sizes of zero", sizes_zero },
	{ "buffers on a kernel with smaller sizes", sizes_small },
	{ "alloc without memory", no_memory },
	{ "alloc without memory for the response", no_memory_half_way },
	{ "alloc after seccomp_api_set(1)", api_level },
	{ "errno after free, where free(3) changes it", free_errno },
	{ "synchronous wake-up, if asked for", wake_up },
	{ "system calls of the first alloc", first_alloc },
};

/* In a process of its own within that of Check: a crash is a result too. */
START_TEST(differs)
{
	int status;
	pid_t pid;

	result = shared_memory(RESULT_SIZE);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		cases[_i].run();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		gave("SIG%s", sigabbrev_np(WTERMSIG(status)));
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
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	if (failed)
		srunner_print(runner, CK_NORMAL);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
