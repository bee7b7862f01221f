/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Tests of what seccomp_notify_supervisor(7) says about waiting, about the
 * target's identity and memory, and about resolving paths. Other files
 * test the rest, above all guide_targets.c, guide_acting.c and notes.c.
 */
#define _FILE_OFFSET_BITS 64 /* off_t holds any address, on 32 bits too */
#include <fcntl.h>
#include <linux/types.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "harness.h"

/*
 * "Signal handlers interrupt poll(2)" "and the loop goes on after EINTR."
 * "poll(2) fails with EINTR if a signal handler runs while it waits, even one
 * that was installed with SA_RESTART."
 */
START_TEST(a_handler_with_sa_restart_ends_poll)
{
	struct target target = start_target(idle, NULL);
	struct pollfd fd = { target.listener, POLLIN, 0 };

	alarm_every_10_ms(SA_RESTART);
	ck_assert_int_eq(poll(&fd, 1, -1), -1);
	ck_assert_int_eq(errno, EINTR);
	kill_target(&target);
}
END_TEST

/* "No target is left, or the listener is closed." */
START_TEST(poll_reports_a_closed_listener)
{
	struct target target = start_target(idle, NULL);
	struct pollfd fd = { target.listener, POLLIN, 0 };

	close(target.listener);
	ck_assert_int_eq(poll(&fd, 1, -1), 1);
	ck_assert_int_eq(fd.revents, POLLNVAL);
	kill(target.pid, SIGKILL);
	wait_for_target(&target);
}
END_TEST

/*
 * "If a filter forbids ioctl(2) to the supervisor, errno is the error of that
 * filter."
 * "Any other error would recur at the next receive, so a loop that continued
 * would spin while its targets wait."
 */
START_TEST(a_refused_receive_is_refused_again_while_the_target_waits)
{
	struct target target = start_target(call_forever, NULL);
	struct seccomp_notif req;

	wait_for_notification(target.listener);
	deny_call(SYS_ioctl, 1, (uint32_t)SECCOMP_IOCTL_NOTIF_RECV, EPERM);
	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(seccomp_notify_receive(target.listener, &req),
				 -ECANCELED);
		ck_assert_int_eq(errno, EPERM);
		ck_assert(notification_waits(target.listener));
	}
	kill_target(&target);
}
END_TEST

/*
 * "That error must not be EINTR, after which seccomp_notify_respond() and
 * seccomp_notify_id_valid() repeat the ioctl(2)."
 */
START_TEST(a_filter_that_gives_eintr_is_asked_again_for_ever)
{
	struct target target = start_target(call_then_idle, NULL);
	struct seccomp_notif_resp resp = { .id = receive(target.listener).id };
	pid_t child = fork_bound();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		deny_call(SYS_ioctl, 0, (uint32_t)target.listener, EINTR);
		if (_i)
			seccomp_notify_respond(target.listener, &resp);
		else
			seccomp_notify_id_valid(target.listener, resp.id);
		_exit(0);
	}
	sleep_ms(300);
	ck_assert_int_eq(waitpid(child, NULL, WNOHANG), 0);
	kill(child, SIGKILL);
	ck_assert_int_eq(reap(child), 128 + SIGKILL);
	kill_target(&target);
}
END_TEST

/*
 * "Add a descriptor from pidfd_open(2) (since Linux 5.3) to those that poll(2)
 * watches, and leave the loop when it is readable."
 */
START_TEST(a_pidfd_tells_that_the_command_has_ended)
{
	int *told = shared_memory(sizeof(*told));
	struct pollfd fd = { .events = POLLIN };
	pid_t command = fork_bound();

	ck_assert_int_ge(command, 0);
	if (command == 0) {
		wait_until_told(told);
		_exit(7);
	}
	fd.fd = (int)syscall(SYS_pidfd_open, command, 0);
	if (kernel_version() < KERNEL(5, 3)) {
		ck_assert_int_eq(fd.fd, -1);
		ck_assert_int_eq(errno, ENOSYS);
	} else {
		ck_assert_int_eq(poll(&fd, 1, 100), 0);
	}
	*told = 1;
	if (fd.fd >= 0)
		ck_assert_int_eq(poll(&fd, 1, -1), 1);
	ck_assert_int_eq(reap(command), 7);
}
END_TEST

/*
 * "To avoid that race, block the signal and unblock it in ppoll(2), or read it
 * from signalfd(2)." ppoll(2) is tested in receive.c.
 */
START_TEST(a_signal_before_the_wait_is_read_from_signalfd)
{
	struct target target = start_target(idle, NULL);
	struct pollfd fds[2] = { { target.listener, POLLIN, 0 },
				 { .events = POLLIN } };
	sigset_t usr1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &usr1, NULL), 0);
	fds[1].fd = signalfd(-1, &usr1, SFD_CLOEXEC);
	raise(SIGUSR1);
	ck_assert_int_eq(poll(fds, 2, -1), 1);
	ck_assert_int_eq(fds[0].revents, 0);
	ck_assert_int_eq(fds[1].revents, POLLIN);
	kill_target(&target);
}
END_TEST

/*
 * "A supervisor that dies closes its copies, so its targets do not hang if
 * there is no other copy."
 */
START_TEST(a_killed_supervisor_leaves_no_target_waiting)
{
	long expected = -ENOSYS;
	struct target target = start_target(call_and_check, &expected);
	int *received = shared_memory(sizeof(*received));
	pid_t supervisor = fork_bound();

	ck_assert_int_ge(supervisor, 0);
	if (supervisor == 0) {
		bare_receive(target.listener);
		*received = 1;
		idle(NULL);
	}
	close(target.listener);
	wait_until_told(received);
	kill(supervisor, SIGKILL);
	ck_assert_int_eq(reap(supervisor), 128 + SIGKILL);
	ck_assert_int_eq(wait_for_target(&target), 0);
}
END_TEST

/*
 * "While a supervisor waits in a system call of its own, it does not learn that
 * its target has left."
 */
START_TEST(a_supervisor_in_a_blocking_call_does_not_notice_that_the_target_left)
{
	struct target target = start_target(call_then_idle, NULL);
	struct seccomp_notif *req = shared_memory(sizeof(*req));
	pid_t supervisor;
	int pipes[2];

	ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
	supervisor = fork_bound();
	if (supervisor == 0) {
		char byte;

		if (seccomp_notify_receive(target.listener, req) != 0)
			_exit(1);
		_exit((int)read(pipes[0], &byte, 1));
	}
	while (!sleeps_in_call(supervisor, SYS_read, pipes[0]))
		sleep_ms(1);
	kill(target.pid, SIGKILL);
	wait_for_target(&target);
	assert_fails(seccomp_notify_id_valid(target.listener, req->id), -ENOENT,
		     ENOENT);
	assert_stays_in_call(supervisor, SYS_read, pipes[0]);
	close(target.listener);
}
END_TEST

static int exec_command(void *by_path)
{
	char name[] = "command";
	char *const argv[] = { name, NULL };

	if (!by_path) {
		execv("/second/command", argv);
		return errno;
	}
	setenv("PATH", "/first:/second:/third", 1);
	execvp("command", argv);
	return errno;
}

/*
 * "If a filter traps execve(2), the execve(2) that starts the command causes a
 * notification too, and execvp(3) causes one for each directory of PATH in
 * which it looks."
 */
START_TEST(a_trapped_execve_traps_the_start_of_the_command)
{
	bool by_path = _i;
	const struct rule rule = { SYS_execve, -1, 0, SECCOMP_RET_USER_NOTIF };
	struct target target = try_target(&rule, 1, 0, exec_command,
					  by_path ? &by_path : NULL);
	struct seccomp_notif_resp resp = { .error = -ENOENT };
	struct seccomp_notif req;

	ck_assert_int_gt(target.pid, 0);
	if (by_path) {
		resp.id = receive(target.listener).id;
		ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp),
				 0);
	}
	req = receive(target.listener);
	ck_assert_int_eq(req.data.nr, SYS_execve);
	resp.id = req.id;
	resp.error = -EXDEV;
	ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp), 0);
	ck_assert_int_eq(end_target(&target), EXDEV);
}
END_TEST

static int open_of(uint32_t pid, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	return open(path, flags | O_CLOEXEC);
}

/* Reads a target's memory from /proc/pid/mem, or by process_vm_readv(2). */
static ssize_t read_target(bool by_file, const struct seccomp_notif *req,
			   void *to, size_t size)
{
	struct iovec local = { to, size };
	struct iovec remote = { (void *)(uintptr_t)req->data.args[0], size };
	ssize_t length;
	int memory;

	if (!by_file)
		return process_vm_readv((pid_t)req->pid, &local, 1, &remote, 1,
					0);
	memory = open_of(req->pid, "mem", O_RDONLY);
	if (memory < 0)
		return -1;
	length = pread(memory, to, size, (off_t)req->data.args[0]);
	close(memory);
	return length;
}

static char text[16];

static void change_text(int signal)
{
	(void)signal;
	strcpy(text, "changed");
}

static int call_with_text(void *arg)
{
	const struct sigaction action = { .sa_handler = change_text };

	(void)arg;
	sigaction(SIGUSR1, &action, NULL);
	strcpy(text, "as it was");
	make_trapped_call((long)(intptr_t)text, 0, 0, 0, 0, 0);
	return idle(NULL);
}

/*
 * "Without SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, writing to the target's
 * memory is never safe: the target may have left its call, and may use the
 * memory for something else." "Call seccomp_notify_id_valid() after each read
 * as well: if a signal handler interrupted the call, the target is running
 * again, and its pointers may point to other data by then." "The same applies
 * to process_vm_readv(2), which does not open a file."
 */
START_TEST(only_a_check_after_the_read_notices_that_the_target_has_left)
{
	struct target target = start_target(call_with_text, NULL);
	struct seccomp_notif req = receive(target.listener);
	int memory = open_of(req.pid, "mem", O_RDONLY);
	char copy[sizeof(text)];

	ck_assert_int_ge(memory, 0);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, req.id), 0);
	kill(target.pid, SIGUSR1);
	wait_until_gone(target.listener, req.id);
	do { /* until the handler has run */
		ck_assert_int_eq(pread(memory, copy, sizeof(copy),
				       (off_t)req.data.args[0]),
				 sizeof(copy));
	} while (strcmp(copy, "changed") != 0);
	ck_assert_int_eq(read_target(false, &req, copy, sizeof(copy)),
			 sizeof(copy));
	ck_assert_str_eq(copy, "changed");
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, req.id),
			 -ENOENT);
	close(memory);
	kill_target(&target);
}
END_TEST

/* Calls with memory that nobody will ever fill, or with 0 if that fails. */
static int call_with_unfilled_memory(void *arg)
{
	struct uffdio_api api = { .api = UFFD_API };
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *memory =
		mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register all = {
		.range = { (uintptr_t)memory, size },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	(void)arg;
	if (fd < 0 || bare_ioctl(fd, UFFDIO_API, &api) != 0 ||
	    bare_ioctl(fd, UFFDIO_REGISTER, &all) != 0)
		memory = NULL;
	make_trapped_call((long)(intptr_t)memory, 0, 0, 0, 0, 0);
	return 0;
}

/*
 * "The read may wait for ever if the memory is managed with userfaultfd(2), or
 * belongs to a mapped file whose file system does not answer, such as FUSE." "A
 * signal handler does not end that wait."
 */
START_TEST(a_read_of_memory_that_is_never_filled_waits_for_ever)
{
	struct target target = start_target(call_with_unfilled_memory, NULL);
	struct seccomp_notif req = receive(target.listener);
	pid_t reader;
	char byte = 0;

	if (req.data.args[0] == 0) {
		kill_target(&target);
		SKIP("no userfaultfd(2) here, or no right to it");
	}
	catch_signal(SIGUSR1, 0);
	reader = fork_bound();
	if (reader == 0) {
		read_target(false, &req, &byte, 1);
		_exit(0);
	}
	wait_for_state(reader, 'D');
	for (int i = 0; i < 20; i++) {
		kill(reader, SIGUSR1);
		sleep_ms(5);
	}
	ck_assert_int_eq(waitpid(reader, NULL, WNOHANG), 0);
	wait_for_state(reader, 'D');
	kill(reader, SIGKILL);
	ck_assert_int_eq(reap(reader), 128 + SIGKILL);
	kill_target(&target);
}
END_TEST

static int hide_memory_and_call(void *arg)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return call_with_text(arg);
}

/*
 * "Read /proc/pid/mem or call process_vm_readv(2)." "Both need the rights of
 * ptrace(2), and fail if the supervisor has no right to read the target's
 * memory."
 */
START_TEST(a_target_that_hides_its_memory_is_received_but_not_read)
{
	bool by_file = _i;
	struct target target = start_target(hide_memory_and_call, NULL);
	pid_t supervisor = fork_bound();

	ck_assert_int_ge(supervisor, 0);
	if (supervisor == 0) {
		struct seccomp_notif req;
		char copy[sizeof(text)];

		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(1);
		if (seccomp_notify_receive(target.listener, &req) != 0)
			_exit(2);
		if (read_target(by_file, &req, copy, sizeof(copy)) != -1)
			_exit(3);
		_exit(errno == EPERM || errno == EACCES ? 0 : 4);
	}
	ck_assert_int_eq(reap(supervisor), 0);
	kill_target(&target);
}
END_TEST

/* Passes "path" at the end of a page; if size is 5, with its null byte. */
static int call_at_the_end_of_a_page(void *size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, page * 2, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *end = pages + page;
	char *path = end - *(size_t *)size;

	munmap(end, page);
	memcpy(path, "path", *(size_t *)size);
	make_trapped_call((long)(intptr_t)path, 0, 0, 0, 0, 0);
	return idle(NULL);
}

/*
 * "A string may end just before a page that does not exist, so a read that
 * returns fewer bytes than were asked for is not an error."
 * "The copy may lack a null byte: look for one before you use the copy
 * as a string, and refuse the call if there is none."
 */
START_TEST(a_read_ends_where_the_memory_does)
{
	bool by_file = _i % 2;
	bool whole = _i / 2;
	size_t size = whole ? sizeof("path") : strlen("path");
	struct target target = start_target(call_at_the_end_of_a_page, &size);
	struct seccomp_notif req = receive(target.listener);
	char copy[4096];

	ck_assert_int_eq(read_target(by_file, &req, copy, sizeof(copy)), size);
	ck_assert_int_eq(memcmp(copy, "path", size), 0);
	ck_assert_int_eq(memchr(copy, 0, size) != NULL, whole);
	kill_target(&target);
}
END_TEST

/*
 * Starts a process that has this pid in another pid namespace, and another
 * string in its `text`. Mounts the /proc of that namespace for the caller too.
 * Returns the first process of the namespace, or 0 if it cannot be created.
 */
static pid_t start_namesake(pid_t pid)
{
	int *ready = shared_memory(sizeof(*ready));
	char number[16];
	pid_t first;

	snprintf(number, sizeof(number), "%d", pid - 1);
	if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0)
		return 0;
	first = fork(); /* In fork_bound(), getppid() would return 0. */
	ck_assert_int_ge(first, 0);
	if (first == 0) {
		int last;

		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		    mount("proc", "/proc", "proc", 0, NULL) != 0)
			_exit(1);
		last = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);
		if (last < 0 || write(last, number, strlen(number)) < 0)
			_exit(1);
		strcpy(text, "a namesake");
		if (fork_bound() == pid)
			*ready = 1;
		idle(NULL);
	}
	for (int i = 0; i < 1000 && !*(volatile int *)ready; i++)
		sleep_ms(1);
	return *ready ? first : 0;
}

/*
 * "The /proc has to be that of the supervisor's own pid namespace."
 * "/proc has to be mounted in the supervisor's own pid namespace."
 * "In the /proc of another namespace, the same number belongs to another
 * process, and seccomp_notify_id_valid() still returns 0."
 */
START_TEST(a_proc_of_another_pid_namespace_has_another_process)
{
	struct target target = start_target(call_with_text, NULL);
	struct seccomp_notif req = receive(target.listener);
	char copy[sizeof(text)];
	pid_t first;

	ck_assert_int_eq(read_target(true, &req, copy, sizeof(copy)),
			 sizeof(copy));
	ck_assert_str_eq(copy, "as it was");
	first = start_namesake(target.pid);
	if (first == 0) {
		kill_target(&target);
		SKIP("only root can mount a /proc here");
	}
	ck_assert_int_eq(read_target(true, &req, copy, sizeof(copy)),
			 sizeof(copy));
	ck_assert_str_eq(copy, "a namesake");
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, req.id), 0);
	kill(first, SIGKILL);
	reap(first);
	kill_target(&target);
	/* At exit(3), LeakSanitizer could not start its thread any more. */
	_exit(EXIT_SUCCESS);
}
END_TEST

static int call_in_folder(void *folder)
{
	if (chdir(folder) != 0 || (geteuid() == 0 && chroot(".") != 0))
		return 1;
	return call_then_idle(NULL);
}

/*
 * "A supervisor that executes the call itself executes it with its own root
 * directory, working directory, credentials, umask, limits and controlling
 * terminal."
 * "Use /proc/pid/root, /proc/pid/cwd and /proc/pid/fd/number to resolve a path
 * as the target would, and call seccomp_notify_id_valid() after they were
 * opened."
 * "A symbolic link in a path that the supervisor resolves from its own root can
 * lead out of the target's root."
 * "resolve the result from /proc/pid/root with openat2(2) (since Linux 5.6) and
 * RESOLVE_IN_ROOT."
 */
START_TEST(root_and_cwd_resolve_a_path_as_the_target_would)
{
	const struct open_how_of_5_6 in_root = { O_PATH | O_CLOEXEC, 0,
						 IN_ROOT };
	char folder[] = "/tmp/libseccomp-notify-XXXXXX";
	struct stat expected = { 0 };
	struct stat there = { 0 };
	struct target target;
	struct seccomp_notif req;
	char link[64];
	int root;
	int cwd;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(link, sizeof(link), "%s/link", folder);
	ck_assert_int_eq(symlink("/proc", link), 0);
	ck_assert_int_eq(stat(folder, &expected), 0);
	target = start_target(call_in_folder, folder);
	req = receive(target.listener);
	cwd = open_of(req.pid, "cwd", O_PATH);
	root = open_of(req.pid, "root", O_PATH);
	ck_assert_int_ge(cwd, 0);
	ck_assert_int_ge(root, 0);
	ck_assert_int_eq(seccomp_notify_id_valid(target.listener, req.id), 0);
	ck_assert_int_eq(fstat(cwd, &there), 0);
	ck_assert_uint_eq(there.st_ino, expected.st_ino);
	ck_assert_int_eq(stat(".", &there), 0);
	ck_assert_uint_ne(there.st_ino, expected.st_ino);

	if (geteuid() == 0) {
		ck_assert_int_eq(fstat(root, &there), 0);
		ck_assert_uint_eq(there.st_ino, expected.st_ino);
	}
	/* The link leads out of the folder, into this process's own /proc. */
	ck_assert_int_eq(faccessat(cwd, "link/self", F_OK, 0), 0);
	if (kernel_version() >= KERNEL(5, 6)) {
		ck_assert_int_eq(syscall(SYS_openat2, geteuid() ? cwd : root,
					 "link/self", &in_root,
					 sizeof(in_root)),
				 -1);
		ck_assert_int_eq(errno, ENOENT);
	}
	kill_target(&target);
	unlink(link);
	rmdir(folder);
}
END_TEST

TCase *guide_tests(void)
{
	TCase *tests = tcase_create("guide");

	tcase_add_test(tests, a_handler_with_sa_restart_ends_poll);
	tcase_add_test(tests, poll_reports_a_closed_listener);
	tcase_add_test(
		tests,
		a_refused_receive_is_refused_again_while_the_target_waits);
	tcase_add_loop_test(
		tests, a_filter_that_gives_eintr_is_asked_again_for_ever, 0, 2);
	tcase_add_test(tests, a_pidfd_tells_that_the_command_has_ended);
	tcase_add_test(tests, a_signal_before_the_wait_is_read_from_signalfd);
	tcase_add_test(tests, a_killed_supervisor_leaves_no_target_waiting);
	tcase_add_test(
		tests,
		a_supervisor_in_a_blocking_call_does_not_notice_that_the_target_left);
	tcase_add_loop_test(
		tests, a_trapped_execve_traps_the_start_of_the_command, 0, 2);
	tcase_add_test(
		tests,
		only_a_check_after_the_read_notices_that_the_target_has_left);
	tcase_add_test(tests,
		       a_read_of_memory_that_is_never_filled_waits_for_ever);
	tcase_add_loop_test(
		tests, a_target_that_hides_its_memory_is_received_but_not_read,
		0, 2);
	tcase_add_loop_test(tests, a_read_ends_where_the_memory_does, 0, 4);
	tcase_add_test(tests,
		       a_proc_of_another_pid_namespace_has_another_process);
	tcase_add_test(tests, root_and_cwd_resolve_a_path_as_the_target_would);
	return tests;
}
