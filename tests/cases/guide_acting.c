/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Tests of what seccomp_notify_supervisor(7) says about acting for the target:
 * its descriptors, and paths in its root.
 */
#define _FILE_OFFSET_BITS 64
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "harness.h"

#ifndef SYS_pidfd_getfd /* headers before Linux 5.6 */
#ifdef __alpha__
#define SYS_pidfd_getfd 548
#else
#define SYS_pidfd_getfd 438
#endif
#endif

static int read_from_the_result(void *arg)
{
	char byte = 0;
	int fd = (int)make_trapped_call(0, 0, 0, 0, 0, 0);

	(void)arg;
	return read(fd, &byte, 1) == 1 && byte == 'x' ? 0 : 1;
}

/*
 * "SECCOMP_IOCTL_NOTIF_ADDFD (since Linux 5.9) puts a descriptor of the
 * supervisor into the target."
 * "With SECCOMP_ADDFD_FLAG_SEND (since Linux 5.14) it sends the response as
 * well, with the new descriptor as the result: do not call
 * seccomp_notify_respond() after it, which would fail."
 */
START_TEST(addfd_lends_a_descriptor_and_may_respond)
{
	bool send = _i;
	struct target target = start_target(read_from_the_result, NULL);
	struct addfd addfd = { .flags = send ? ADDFD_SEND : 0 };
	struct seccomp_notif_resp resp = { 0 };
	int pipes[2];
	int result;

	ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
	ck_assert_int_eq(write(pipes[1], "x", 1), 1);
	resp.id = receive(target.listener).id;
	addfd.id = resp.id;
	addfd.srcfd = (__u32)pipes[0];
	result = bare_ioctl(target.listener, ADDFD, &addfd);
	if (kernel_version() < (send ? KERNEL(5, 14) : KERNEL(5, 9))) {
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_int_eq(result, -1);
		kill_target(&target);
		return;
	}
	ck_assert_int_ge(result, 0);
	resp.val = result;
	ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp),
			 send ? -ECANCELED : 0);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/*
 * Between ADDFD and the response: "If the target leaves its call in between, it
 * keeps the descriptor." ENOENT is the error after that.
 */
START_TEST(a_target_that_left_keeps_the_descriptor)
{
	struct target target = start_target(call_under_handler, NULL);
	struct addfd addfd = { .id = receive(target.listener).id,
			       .srcfd = STDIN_FILENO };
	char path[64];
	int result = bare_ioctl(target.listener, ADDFD, &addfd);

	if (result < 0) {
		ck_assert_int_lt(kernel_version(), KERNEL(5, 9));
		kill_target(&target);
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", target.pid, result);
	kill(target.pid, SIGUSR1);
	wait_until_gone(target.listener, addfd.id);
	addfd.flags = ADDFD_SEND;
	ck_assert_int_eq(bare_ioctl(target.listener, ADDFD, &addfd), -1);
	ck_assert_int_eq(errno,
			 kernel_version() < KERNEL(5, 14) ? EINVAL : ENOENT);
	ck_assert_int_eq(faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW),
			 0);
	kill_target(&target);
}
END_TEST

static int call_with_full_table(void *arg)
{
	const struct rlimit none = { 0, 0 };

	(void)arg;
	if (setrlimit(RLIMIT_NOFILE, &none) != 0)
		return 255;
	return (int)-make_trapped_call(0, 0, 0, 0, 0, 0);
}

/*
 * Neither is ADDFD interrupted nor has the target left: "no response was sent:
 * send one with that error, such as EMFILE if the target has as many
 * descriptors as it may have."
 */
START_TEST(addfd_that_fails_sends_no_response)
{
	struct target target = start_target(call_with_full_table, NULL);
	struct addfd addfd = { .id = receive(target.listener).id,
			       .flags = ADDFD_SEND };
	struct seccomp_notif_resp resp = { .id = addfd.id };

	ck_assert_int_eq(bare_ioctl(target.listener, ADDFD, &addfd), -1);
	ck_assert_int_eq(errno,
			 kernel_version() < KERNEL(5, 14) ? EINVAL : EMFILE);
	resp.error = -EMFILE;
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(end_target(&target), EMFILE);
}
END_TEST

/* Copies a descriptor of a process or, with PIDFD_THREAD, of a thread. */
static int copy_descriptor(uint32_t pid, unsigned int flags, int fd)
{
	int process = (int)syscall(SYS_pidfd_open, pid, flags);
	int copy = (int)syscall(SYS_pidfd_getfd, process, fd, 0);

	close(process);
	return copy;
}

static int call_with_socket(void *arg)
{
	int sockets[2];

	(void)arg;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0)
		return 255;
	return make_trapped_call(sockets[0], 0, 0, 0, 0, 0) == 47 &&
			       fcntl(sockets[0], F_GETFL) & O_NONBLOCK ?
		       0 :
		       1;
}

/*
 * "To act on a descriptor of the target, as for connect(2), copy it with
 * pidfd_open(2) and pidfd_getfd(2) (since Linux 5.6), call
 * seccomp_notify_id_valid(), and use the copy."
 * "The copy and the target's descriptor share their file offset and their
 * status flags, such as O_NONBLOCK."
 */
START_TEST(a_copy_of_the_targets_descriptor_shares_its_flags)
{
	struct target target = start_target(call_with_socket, NULL);
	struct seccomp_notif req = receive(target.listener);
	struct seccomp_notif_resp resp = { .id = req.id, .val = 47 };
	int copy = copy_descriptor(req.pid, 0, (int)req.data.args[0]);

	if (kernel_version() < KERNEL(5, 6)) {
		ck_assert_int_eq(copy, -1);
		kill_target(&target);
		return;
	}
	ck_assert_int_ge(copy, 0);
	assert_succeeds(seccomp_notify_id_valid(target.listener, req.id));
	ck_assert_int_eq(fcntl(copy, F_SETFL, O_NONBLOCK), 0);
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

static int call_and_write(void *arg)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)arg;
	if (fd < 0 || make_trapped_call(fd, 0, 0, 0, 0, 0) != 47)
		return 1;
	return write(fd, "t", 1) != 1;
}

/*
 * "A server to which the supervisor connects for its target sees the supervisor
 * in SO_PEERCRED (see unix(7))."
 */
START_TEST(a_server_sees_the_supervisor_not_the_target)
{
	struct target target = start_target(call_and_write, NULL);
	struct seccomp_notif req = receive(target.listener);
	struct seccomp_notif_resp resp = { .id = req.id, .val = 47 };
	int copy = copy_descriptor(req.pid, 0, (int)req.data.args[0]);
	int server = socket(AF_UNIX, SOCK_STREAM, 0);
	/* The kernel chooses a name if there is none. */
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(name.sun_family);
	struct ucred peer = { 0 };
	char byte = 0;

	if (copy < 0) {
		ck_assert_int_lt(kernel_version(), KERNEL(5, 6));
		kill_target(&target);
		return;
	}
	ck_assert_int_eq(bind(server, (void *)&name, size), 0);
	ck_assert_int_eq(listen(server, 1), 0);
	size = sizeof(name);
	ck_assert_int_eq(getsockname(server, (void *)&name, &size), 0);
	ck_assert_int_eq(connect(copy, (void *)&name, size), 0);
	server = accept(server, NULL, NULL);
	size = sizeof(peer);
	ck_assert_int_eq(
		getsockopt(server, SOL_SOCKET, SO_PEERCRED, &peer, &size), 0);
	ck_assert_int_eq(peer.pid, getpid());
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	/* It is the target that is connected now. */
	close(copy);
	ck_assert_int_eq(read(server, &byte, 1), 1);
	ck_assert_int_eq(byte, 't');
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

enum { NUMBER = 200 }; /* a descriptor that each table has */

static void open_file_with(char content)
{
	int fd = (int)syscall(SYS_memfd_create, "file", 0);

	MUST(fd >= 0 && write(fd, &content, 1) == 1);
	MUST(dup2(fd, NUMBER) == NUMBER);
}

static void *call_from_own_table(void *first_ends)
{
	if (!first_ends) {
		MUST(unshare(CLONE_FILES) == 0);
		open_file_with('t');
	}
	make_trapped_call(NUMBER, 0, 0, 0, 0, 0);
	_exit(0);
}

static int start_thread_with_table(void *first_ends)
{
	pthread_t thread;

	open_file_with('p');
	MUST(pthread_create(&thread, NULL, call_from_own_table, first_ends) ==
	     0);
	if (first_ends)
		pthread_exit(NULL);
	pthread_join(thread, NULL);
	return 1;
}

/* Copies a descriptor; returns the byte in its file, or 0 if it fails. */
static char content_of_copy(pid_t pid, unsigned int flags)
{
	int copy = copy_descriptor((uint32_t)pid, flags, NUMBER);
	char content = 0;

	if (copy >= 0)
		ck_assert_int_eq(pread(copy, &content, 1, 0), 1);
	close(copy);
	return content;
}

/*
 * "A thread may have descriptors of its own, and the first thread of its
 * process may have ended, so open the pid of the request with PIDFD_THREAD."
 * "Before Linux 6.9, open the process, and refuse the call if kcmp(2) with
 * KCMP_FILES says that the thread has other descriptors than the process."
 * "Without PIDFD_THREAD (since Linux 6.9; its value is O_EXCL),"
 */
START_TEST(pidfd_thread_copies_the_descriptor_of_a_thread)
{
	bool first_ends = _i;
	struct target target = start_target(start_thread_with_table,
					    first_ends ? &first_ends : NULL);
	struct seccomp_notif req = receive(target.listener);
	long compared =
		syscall(SYS_kcmp, target.pid, req.pid, 2 /* FILES */, 0, 0);

	if (kernel_version() < KERNEL(5, 6)) {
		kill_target(&target);
		SKIP("the kernel has no pidfd_getfd(2)");
	}
	ck_assert_uint_ne(req.pid, (uint32_t)target.pid);
	if (first_ends)
		wait_for_state(target.pid, 'Z');
	ck_assert_int_eq(content_of_copy(target.pid, 0), first_ends ? 0 : 'p');
	if (compared < 0)
		ck_assert(errno == ENOSYS || errno == EOPNOTSUPP);
	else if (!first_ends)
		ck_assert_int_ne(compared, 0);
	ck_assert_int_eq(content_of_copy((pid_t)req.pid, O_EXCL),
			 kernel_version() < KERNEL(6, 9) ? 0 :
			 first_ends			 ? 'p' :
							   't');
	assert_succeeds(seccomp_notify_id_valid(target.listener, req.id));
	kill_target(&target);
}
END_TEST

static int call_with_upper_bit(void *result)
{
	long upper_bit = (long)(1UL << (sizeof(long) * 8 - 1));

	return make_trapped_call(upper_bit, 0, 0, 0, 0, 0) != *(long *)result;
}

/*
 * "On 64-bit architectures, each of the args of a request has 64 bits, but the
 * kernel ignores the upper 32 bits of an argument whose type is int." "Compare
 * such an argument as an int; otherwise, a target can evade the comparison."
 * TRAPPED has such an argument.
 */
START_TEST(the_kernel_ignores_the_upper_bits_of_an_int)
{
	long result = syscall(TRAPPED, 0);
	struct target target;
	struct seccomp_notif req;

	if (sizeof(long) == 4)
		SKIP("long has 32 bits");
	target = start_target(call_with_upper_bit, &result);
	req = receive(target.listener);
	ck_assert_uint_ne(req.data.args[0], 0);
	ck_assert_int_eq((int)req.data.args[0], 0);
	if (continue_call(&target, req.id))
		ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/* Two pipes. When *replaced is 1, a thread replaces before[0], and then sets
 * *replaced to 2.
 */
static int before[2];
static int after[2];
static atomic_int *replaced;

static void *replace_file(void *arg)
{
	while (*replaced == 0)
		sleep_ms(1);
	dup2(after[0], before[0]);
	*replaced = 2;
	return arg;
}

static int read_replaced(void *arg)
{
	pthread_t thread;
	char byte = 0;

	(void)arg;
	if (pthread_create(&thread, NULL, replace_file, NULL) != 0 ||
	    read(before[0], &byte, 1) != 1)
		return 255;
	pthread_join(thread, NULL);
	return byte;
}

/*
 * "The arguments themselves, which are in args of the request, are not read
 * again, but what they refer to may change: another thread can replace the file
 * that a descriptor refers to."
 */
START_TEST(a_continued_call_uses_a_file_that_a_thread_has_replaced)
{
	struct rule rule = { SYS_read, 0, 0, SECCOMP_RET_USER_NOTIF };
	struct target target;
	uint64_t id;

	replaced = shared_memory(sizeof(*replaced));
	ck_assert_int_eq(pipe2(before, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(after, O_CLOEXEC), 0);
	ck_assert_int_eq(write(before[1], "b", 1), 1);
	ck_assert_int_eq(write(after[1], "a", 1), 1);
	rule.value = (uint32_t)before[0];
	target = try_target(&rule, 1, 0, read_replaced, NULL);
	id = receive(target.listener).id;
	*replaced = 1;
	while (*replaced != 2)
		sleep_ms(1);
	if (continue_call(&target, id))
		ck_assert_int_eq(end_target(&target), 'a');
}
END_TEST

/*
 * "It fails with EINVAL for flags and mode bits that openat(2) ignores, so
 * remove these before you pass on what the target gave."
 */
START_TEST(openat2_refuses_what_openat_ignores)
{
	const struct {
		int flags;
		int mode;
	} tries[] = { { O_RDONLY, 0 },
		      { O_RDONLY | 1 << 30, 0 },
		      { O_RDONLY | O_CREAT, S_IFREG | 0644 } };
	struct open_how_of_5_6 how = { .flags = (__u64)tries[_i].flags,
				       .mode = (__u64)tries[_i].mode };
	long result;

	if (kernel_version() < KERNEL(5, 6))
		SKIP("the kernel has no openat2(2)");
	ck_assert_int_ge(syscall(SYS_openat, AT_FDCWD, "/proc/self/stat",
				 tries[_i].flags, tries[_i].mode),
			 0);
	result = syscall(SYS_openat2, AT_FDCWD, "/proc/self/stat", &how,
			 sizeof(how));
	if (_i == 0) {
		ck_assert_int_ge(result, 0);
	} else {
		ck_assert_int_eq(result, -1);
		ck_assert_int_eq(errno, EINVAL);
	}
}
END_TEST

#if __has_include(<linux/openat2.h>)
#include "../examples/target.h"

/* A target's root and working directory, whether the latter is removed after
 * the target has entered it, what make_absolute() has to return, and what it
 * has to store as the absolute form of the path "file".
 */
static struct place {
	const char *root, *cwd;
	bool removed;
	int error;
	const char *whole;
} places[] = {
	{ NULL, "a", true, -ESTALE, NULL }, { "b", "b/c", false, 0, "/c/file" },
	{ "b", "b", false, 0, "/file" },    { "b", "b/c", true, -ESTALE, NULL },
	{ "b", "bc", false, -EXDEV, NULL }, { "b", ".", false, -EXDEV, NULL },
};

static int call_from_place(void *arg)
{
	const struct place *place = arg;
	int cwd = open(place->cwd, O_PATH);

	if (place->root && chroot(place->root) != 0)
		return 1;
	return cwd < 0 || fchdir(cwd) != 0 ? 2 : call_then_idle(NULL);
}

/*
 * "With readlink(2), read the name of /proc/pid/root, and the name of the
 * directory that the path is relative to." "If a name is only a slash, replace
 * it by an empty one."
 * "If a path is empty, the call fails with ENOENT, unless it has the flag
 * AT_EMPTY_PATH."
 * "If the directory's name is not the root's name, and does not begin with the
 * root's name and a slash, the directory is outside of the target's root:
 * refuse the call." "The rest of the directory's name is its name in the
 * target's root." "If this name leads to another file than that directory (see
 * fstat(2)), the directory was removed, or is covered by a mount: refuse the
 * call." "Put that name and a slash before a relative path, and resolve the
 * result from /proc/pid/root with openat2(2) (since Linux 5.6) and
 * RESOLVE_IN_ROOT." "The functions in tests/examples/target.h of the library's
 * source resolve paths in this way." In /proc, the name of a removed directory
 * ends in " (deleted)", and another directory has that name here.
 */
START_TEST(a_relative_path_is_made_absolute_or_refused)
{
	struct place *place = &places[_i];
	static const char *const folders[] = { "a",   "a (deleted)",  "b", "bc",
					       "b/c", "b/c (deleted)" };
	char folder[] = "/tmp/libseccomp-notify-XXXXXX";
	char whole[2 * PATH_MAX];
	struct target target;
	struct seccomp_notif req;
	int root;

	if (kernel_version() < KERNEL(5, 6))
		SKIP("the kernel has no openat2(2)");
	if (place->root && geteuid() != 0)
		SKIP("chroot(2) needs root");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	for (size_t i = 0; i < COUNT(folders); i++)
		ck_assert_int_eq(mkdir(folders[i], 0700), 0);
	target = start_target(call_from_place, place);
	req = receive(target.listener);
	if (place->removed)
		ck_assert_int_eq(rmdir(place->cwd), 0);
	root = open_proc(target.listener, &req, "root", O_PATH);
	ck_assert_int_ge(root, 0);
	ck_assert_int_eq(make_absolute(target.listener, &req, root, AT_FDCWD,
				       "file", whole),
			 place->error);
	if (place->whole)
		ck_assert_str_eq(whole, place->whole);
	ck_assert_int_eq(
		make_absolute(target.listener, &req, root, AT_FDCWD, "", whole),
		-ENOENT);
	kill_target(&target);
	for (size_t i = COUNT(folders); i > 0; i--)
		rmdir(folders[i - 1]);
	rmdir(folder);
}
END_TEST
#define PLACES COUNT(places)
#else
START_TEST(a_relative_path_is_made_absolute_or_refused)
{
	SKIP("the headers have no openat2(2)");
}
END_TEST
#define PLACES 1
#endif

TCase *guide_acting_tests(void)
{
	TCase *tests = tcase_create("guide_acting");

	tcase_add_loop_test(tests, addfd_lends_a_descriptor_and_may_respond, 0,
			    2);
	tcase_add_test(tests, a_target_that_left_keeps_the_descriptor);
	tcase_add_test(tests, addfd_that_fails_sends_no_response);
	tcase_add_test(tests,
		       a_copy_of_the_targets_descriptor_shares_its_flags);
	tcase_add_test(tests, a_server_sees_the_supervisor_not_the_target);
	tcase_add_loop_test(
		tests, pidfd_thread_copies_the_descriptor_of_a_thread, 0, 2);
	tcase_add_test(tests,
		       a_continued_call_uses_a_file_that_a_thread_has_replaced);
	tcase_add_test(tests, the_kernel_ignores_the_upper_bits_of_an_int);
	tcase_add_loop_test(tests, openat2_refuses_what_openat_ignores, 0, 3);
	tcase_add_loop_test(tests, a_relative_path_is_made_absolute_or_refused,
			    0, PLACES);
	return tests;
}
