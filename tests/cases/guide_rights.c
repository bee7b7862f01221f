/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Tests of what seccomp_notify_supervisor(7) says about the rights and the
 * terminal that a supervisor acts with.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness.h"

enum { OTHER = 65534 }; /* a user who is not root */

/* A file that only its owner, OTHER, may read, unless by a capability. */
static char file[] = "/tmp/libseccomp-notify-XXXXXX";

/* Errors of open(2) are returned as an exit status. */
static int open_file(const char *name, int flags)
{
	int fd = open(name, flags | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* Does something to its rights, makes a trapped call, and opens the file. */
static int open_without(int (*drop)(void))
{
	if (drop() != 0)
		return 255;
	make_trapped_call(0, 0, 0, 0, 0, 0);
	return open_file(file, O_RDONLY);
}

struct capabilities {
	struct __user_cap_header_struct head;
	struct __user_cap_data_struct data[2];
};

static struct capabilities capabilities_of(uint32_t pid)
{
	struct capabilities of = { .head = { _LINUX_CAPABILITY_VERSION_3,
					     (int)pid } };

	MUST(syscall(SYS_capget, &of.head, of.data) == 0);
	return of;
}

/* Those that this process has as well, because nobody can get others. */
static int use_capabilities(struct capabilities of)
{
	const struct capabilities own = capabilities_of(0);

	of.head.pid = 0;
	for (int i = 0; i < 2; i++) {
		of.data[i].effective &= own.data[i].permitted;
		of.data[i].permitted &= own.data[i].permitted;
		of.data[i].inheritable &= own.data[i].permitted;
	}
	return (int)syscall(SYS_capset, &of.head, of.data);
}

static int drop_capabilities(void)
{
	struct capabilities none = capabilities_of(0);

	memset(none.data, 0, sizeof(none.data));
	return use_capabilities(none);
}

static int enter_user_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static int be_root_without_capabilities(void *arg)
{
	(void)arg;
	return open_without(drop_capabilities);
}

static int be_root_of_a_namespace(void *arg)
{
	(void)arg;
	return open_without(enter_user_namespace);
}

/* Opens the file in a child that has the target's user id, and `of`. */
static int act_with(const struct capabilities *of)
{
	pid_t child = fork_bound();

	if (child == 0) {
		MUST(setresuid(0, 0, 0) == 0);
		MUST(!of || use_capabilities(*of) == 0);
		_exit(open_file(file, O_RDONLY));
	}
	return reap(child);
}

static void make_file(void)
{
	int fd = mkstemp(file);

	MUST(fd >= 0 && fchown(fd, OTHER, OTHER) == 0);
	close(fd);
}

/* The target goes on, and may not open the file itself. */
static void assert_refused(struct target *target, uint64_t id)
{
	struct seccomp_notif_resp resp = { .id = id };

	assert_succeeds(seccomp_notify_respond(target->listener, &resp));
	ck_assert_int_eq(end_target(target), EACCES);
	unlink(file);
}

/*
 * "Use the credentials of the target for the action, including its
 * capabilities, or the target gets the supervisor's rights."
 */
START_TEST(a_target_without_capabilities_gets_the_supervisors)
{
	struct target target;
	struct seccomp_notif req;
	struct capabilities of;

	if (geteuid() != 0)
		SKIP("only root has capabilities to drop");
	make_file();
	target = start_target(be_root_without_capabilities, NULL);
	req = receive(target.listener);
	of = capabilities_of(req.pid);
	ck_assert_int_eq(act_with(NULL), 0);
	ck_assert_int_eq(act_with(&of), EACCES);
	assert_refused(&target, req.id);
}
END_TEST

static struct stat user_namespace_of(uint32_t pid)
{
	struct stat of = { 0 };
	char name[32];

	snprintf(name, sizeof(name), "/proc/%u/ns/user", pid);
	MUST(stat(name, &of) == 0);
	return of;
}

/*
 * "If /proc/pid/ns/user is another namespace than that of the supervisor, use
 * no capabilities: those of the target are valid in its own namespace only."
 */
START_TEST(capabilities_are_valid_in_the_targets_user_namespace_only)
{
	struct target target;
	struct seccomp_notif req;
	struct capabilities of;
	pid_t child;

	if (geteuid() != 0)
		SKIP("only root has capabilities to drop");
	child = fork_bound();
	if (child == 0)
		_exit(enter_user_namespace() != 0);
	if (reap(child) != 0)
		SKIP("no user namespace can be made here");
	make_file();
	target = start_target(be_root_of_a_namespace, NULL);
	req = receive(target.listener);
	of = capabilities_of(req.pid);
	ck_assert_uint_ne(user_namespace_of(req.pid).st_ino,
			  user_namespace_of((uint32_t)getpid()).st_ino);
	/* The target seems to have the capability, but has not. */
	ck_assert_uint_ne(of.data[0].effective & (1U << CAP_DAC_OVERRIDE), 0);
	ck_assert_int_eq(act_with(&of), 0);
	memset(of.data, 0, sizeof(of.data));
	ck_assert_int_eq(act_with(&of), EACCES);
	assert_refused(&target, req.id);
}
END_TEST

/* Tries to kill the process whose pid is the result of a call, twice. */
static int kill_the_result(void *arg)
{
	int *errors = arg;

	if (setresuid(OTHER, OTHER, OTHER) != 0)
		return 255;
	for (int i = 0; i < 2; i++) {
		pid_t child = (pid_t)make_trapped_call(0, 0, 0, 0, 0, 0);

		errors[i] = kill(child, SIGKILL) == 0 ? 0 : errno;
	}
	return 0;
}

/*
 * "With the target's credentials, that child may be stopped or killed by the
 * target, so send the response from the supervisor, even if the child ends
 * without a result."
 */
START_TEST(a_target_may_kill_the_child_with_its_user_id)
{
	int *errors = shared_memory(2 * sizeof(*errors));
	int *told = shared_memory(sizeof(*told));
	struct target target;
	struct seccomp_notif_resp resp = { 0 };
	pid_t child;

	if (geteuid() != 0)
		SKIP("only root can take another user's id");
	target = start_target(kill_the_result, errors);
	child = fork_bound();
	if (child == 0) {
		wait_until_told(told);
		MUST(setresuid(OTHER, OTHER, OTHER) == 0);
		*told = 0;
		pause();
	}
	for (int i = 0; i < 2; i++) {
		resp.id = receive(target.listener).id;
		resp.val = child;
		if (i == 1) {
			*told = 1;
			while (*(volatile int *)told)
				sleep_ms(1);
		}
		assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	}
	ck_assert_int_eq(reap(child), 128 + SIGKILL);
	ck_assert_int_eq(end_target(&target), 0);
	ck_assert_int_eq(errors[0], EPERM);
	ck_assert_int_eq(errors[1], 0);
}
END_TEST

static int leave_the_terminal(void *arg)
{
	(void)arg;
	if (setsid() < 0)
		return 255;
	make_trapped_call(0, 0, 0, 0, 0, 0);
	return open_file("/dev/tty", O_RDWR);
}

/*
 * A supervisor without a terminal opens one with these flags, and then /dev/tty
 * in the root of a target that has no terminal.
 */
static int open_terminals(const char *name, int flags)
{
	struct target target;
	struct seccomp_notif req;
	struct seccomp_notif_resp resp = { 0 };
	char path[32];
	int error;

	MUST(setsid() > 0);
	MUST(open_file("/dev/tty", O_RDWR) == ENXIO);
	MUST(open(name, O_RDWR | flags) >= 0);
	target = start_target(leave_the_terminal, NULL);
	req = receive(target.listener);
	snprintf(path, sizeof(path), "/proc/%u/root/dev/tty", req.pid);
	error = open_file(path, O_RDWR);
	resp.id = req.id;
	MUST(seccomp_notify_respond(target.listener, &resp) == 0);
	MUST(end_target(&target) == ENXIO);
	return error;
}

/*
 * "/dev/tty is the supervisor's terminal: refuse it, too." "Open other files
 * with O_NOCTTY, or a terminal may become the controlling terminal of the
 * supervisor."
 */
START_TEST(dev_tty_is_the_supervisors_terminal)
{
	int flags = _i ? O_NOCTTY : 0;
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	pid_t supervisor;

	if (terminal < 0 || access("/dev/tty", F_OK) != 0)
		SKIP("no pseudo-terminals here");
	ck_assert_int_eq(grantpt(terminal), 0);
	ck_assert_int_eq(unlockpt(terminal), 0);
	supervisor = fork_bound();
	if (supervisor == 0)
		_exit(open_terminals(ptsname(terminal), flags));
	ck_assert_int_eq(reap(supervisor), flags ? ENXIO : 0);
}
END_TEST

TCase *guide_rights_tests(void)
{
	TCase *tests = tcase_create("guide_rights");

	tcase_add_test(tests,
		       a_target_without_capabilities_gets_the_supervisors);
	tcase_add_test(
		tests,
		capabilities_are_valid_in_the_targets_user_namespace_only);
	tcase_add_test(tests, a_target_may_kill_the_child_with_its_user_id);
	tcase_add_loop_test(tests, dev_tty_is_the_supervisors_terminal, 0, 2);
	return tests;
}
