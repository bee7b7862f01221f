/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Tests of what seccomp_notify_supervisor(7) says about signals, filters,
 * threads and copies of the listener.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "harness.h"

/* Does the kernel restart interrupted calls? (See also GIVES_EINTR.) */
#if defined(__arm__) || defined(__mips__)
#define RESTARTS_CALLS false
#else
#define RESTARTS_CALLS true
#endif

#define TO_CLOSE 200 /* a descriptor that nothing else uses */

static int close_under_signals(void *arg)
{
	(void)arg;
	catch_signal(SIGUSR1, 0);
	if (dup2(STDERR_FILENO, TO_CLOSE) != TO_CLOSE)
		return 1;
	if (syscall(SYS_close, TO_CLOSE) != -1 || errno != EINTR)
		return 2;
	return fcntl(TO_CLOSE, F_GETFD) == -1 ? 3 : 0;
}

/*
 * "A handler that was installed without SA_RESTART makes the target's call fail
 * with EINTR, although the call was never executed."
 * "This is so even for calls that programs do not repeat after EINTR, such as
 * close(2) and connect(2)."
 */
START_TEST(a_handler_makes_a_close_fail_that_was_not_executed)
{
	const struct rule rule = { SYS_close, 0, TO_CLOSE,
				   SECCOMP_RET_USER_NOTIF };
	struct target target;
	uint64_t id;

	if (!GIVES_EINTR)
		SKIP("interrupted calls do not fail with EINTR on MIPS");
	target = try_target(&rule, 1, 0, close_under_signals, NULL);
	ck_assert_int_gt(target.pid, 0);
	id = receive(target.listener).id;
	kill(target.pid, SIGUSR1);
	wait_until_gone(target.listener, id);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

static int wait_with_restart(void *arg)
{
	(void)arg;
	catch_signal(SIGUSR1, SA_RESTART);
	return (int)syscall(SYS_epoll_pwait, -1, NULL, 0, 0, NULL, 0);
}

/*
 * "After a handler with SA_RESTART," "the call is restarted, which causes
 * another notification, even if it is a call that the kernel otherwise never
 * restarts."
 */
START_TEST(a_handler_with_sa_restart_restarts_even_epoll_wait)
{
	const struct rule rule = { SYS_epoll_pwait, -1, 0,
				   SECCOMP_RET_USER_NOTIF };
	struct seccomp_notif_resp resp = { .val = 5 };
	struct target target;
	uint64_t first;

	if (!RESTARTS_CALLS)
		SKIP("interrupted calls are not restarted on ARM and MIPS");
	target = try_target(&rule, 1, 0, wait_with_restart, NULL);
	ck_assert_int_gt(target.pid, 0);
	first = receive(target.listener).id;
	kill(target.pid, SIGUSR1);
	wait_until_gone(target.listener, first);
	resp.id = receive(target.listener).id;
	ck_assert_uint_ne(resp.id, first);
	ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp), 0);
	ck_assert_int_eq(end_target(&target), 5);
}
END_TEST

/*
 * "A debugger that interrupts the target, or a freezer of its cgroup, has the
 * same effect." The call is restarted.
 */
START_TEST(a_debugger_restarts_the_call)
{
	struct target target;
	uint64_t first;
	int status;

	if (!RESTARTS_CALLS)
		SKIP("interrupted calls are not restarted on ARM and MIPS");
	target = start_target(call_then_idle, NULL);
	first = receive(target.listener).id;
	ck_assert_int_eq(ptrace(PTRACE_SEIZE, target.pid, 0, 0), 0);
	ck_assert_int_eq(ptrace(PTRACE_INTERRUPT, target.pid, 0, 0), 0);
	wait_until_gone(target.listener, first);
	ck_assert_int_eq(waitpid(target.pid, &status, 0), target.pid);
	ck_assert_int_eq(ptrace(PTRACE_DETACH, target.pid, 0, 0), 0);
	ck_assert_uint_ne(receive(target.listener).id, first);
	kill_target(&target);
}
END_TEST

/*
 * "The kernel does not check the sign: on most architectures, a positive error
 * makes the call succeed and return that number."
 */
START_TEST(a_positive_error_is_the_result_of_the_call)
{
	long expected = EPERM;
	struct target target;
	struct seccomp_notif_resp resp = { .error = EPERM };

#if defined(__alpha__) || defined(__mips__) || defined(__powerpc__) || \
	defined(__sparc__)
	SKIP("this architecture has a flag for errors");
#endif
	target = start_target(call_and_check, &expected);
	resp.id = receive(target.listener).id;
	ck_assert_int_eq(seccomp_notify_respond(target.listener, &resp), 0);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

static int call_under_later_filter(void *arg)
{
	const struct rule rule = { TRAPPED, -1, 0, *(const uint32_t *)arg };

	if (install_filter(&rule, 1, SECCOMP_RET_ALLOW, 0) != 0)
		return 255;
	return (int)-make_trapped_call(0, 0, 0, 0, 0, 0);
}

/*
 * "A supervisor may miss calls, because the target can install another
 * filter later."
 * "If that filter returns an action of higher precedence, such as
 * SECCOMP_RET_ERRNO, the supervisor does not see the call."
 * "If it returns SECCOMP_RET_USER_NOTIF, the call fails with ENOSYS, because
 * the later filter is asked first and has no listener."
 */
START_TEST(a_later_filter_hides_the_call)
{
	static const uint32_t actions[] = { SECCOMP_RET_ERRNO | EXDEV,
					    SECCOMP_RET_USER_NOTIF };
	uint32_t action = actions[_i];
	struct target target = start_target(call_under_later_filter, &action);

	ck_assert_int_eq(wait_for_target(&target), _i ? ENOSYS : EXDEV);
	ck_assert(!notification_waits(target.listener));
	close(target.listener);
}
END_TEST

/*
 * "A process without CAP_SYS_ADMIN in its user namespace has to set
 * PR_SET_NO_NEW_PRIVS with prctl(2) before it installs a filter, or seccomp(2)
 * fails with EACCES."
 */
START_TEST(an_unprivileged_filter_needs_no_new_privs)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog filter = { 1, &allow };
	pid_t child;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0)
		SKIP("this process already has no_new_privs");
	child = fork_bound();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(1);
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) !=
			    -1 ||
		    errno != EACCES)
			_exit(2);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		_exit(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
			      &filter) == 0 ?
			      0 :
			      3);
	}
	ck_assert_int_eq(reap(child), 0);
}
END_TEST

#if defined(__x86_64__) && !defined(__ILP32__)
static int call_as_x32(void *arg)
{
	(void)arg;
	return (int)syscall(TRAPPED | 0x40000000);
}
#endif

/*
 * "On x86-64, the calls of x32 have the same arch, and their numbers contain
 * 0x40000000." "So does the number -1, by which a tracer skips a call: allow
 * it." The tracer is strace(1), for instance: see also the option -m of
 * victim.c.
 */
START_TEST(a_call_of_x32_differs_in_its_number_alone)
{
#if defined(__x86_64__) && !defined(__ILP32__)
	const struct rule rule = { TRAPPED | 0x40000000, -1, 0,
				   SECCOMP_RET_USER_NOTIF };
	struct target target = try_target(&rule, 1, 0, call_as_x32, NULL);
	struct seccomp_notif req = receive(target.listener);
	struct seccomp_notif_resp resp = { .id = req.id, .val = 46 };

	ck_assert_uint_eq(req.data.arch, AUDIT_ARCH_X86_64);
	ck_assert_int_eq(req.data.nr, TRAPPED | 0x40000000);
	ck_assert_int_ne(-1 & 0x40000000, 0);
	assert_succeeds(seccomp_notify_respond(target.listener, &resp));
	ck_assert_int_eq(end_target(&target), 46);
#else
	SKIP("x32 is an architecture of x86-64");
#endif
}
END_TEST

/*
 * "A target must not trap what it needs to hand its listener over, such as
 * sendmsg(2) or write(2)."
 */
START_TEST(a_target_that_traps_write_cannot_hand_its_listener_over)
{
	const struct rule rule = { SYS_write, -1, 0, SECCOMP_RET_USER_NOTIF };
	int pipes[2];
	pid_t target;

	ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
	target = fork_bound();
	ck_assert_int_ge(target, 0);
	if (target == 0) {
		int listener = install_filter(&rule, 1, SECCOMP_RET_ALLOW,
					      SECCOMP_FILTER_FLAG_NEW_LISTENER);

		_exit(write(pipes[1], &listener, sizeof(listener)) < 0);
	}
	assert_stays_in_call(target, SYS_write, pipes[1]);
}
END_TEST

static int get_descriptor_flags(int socket, int flags)
{
	char byte;
	struct iovec data = { &byte, 1 };
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = sizeof(control.space) };
	struct cmsghdr *part;
	int fd;

	ck_assert_int_eq(recvmsg(socket, &message, flags), 1);
	part = CMSG_FIRSTHDR(&message);
	MUST(part != NULL);
	memcpy(&fd, CMSG_DATA(part), sizeof(fd));
	return fcntl(fd, F_GETFD);
}

/*
 * "Receive the message with MSG_CMSG_CLOEXEC: the kernel sets close-on-exec on
 * the listener that seccomp(2) returns, but not on one that recvmsg(2)
 * returns."
 */
START_TEST(a_listener_from_recvmsg_is_inherited_unless_asked_otherwise)
{
	const struct rule rule = { TRAPPED, -1, 0, SECCOMP_RET_USER_NOTIF };
	int listener = install_filter(&rule, 1, SECCOMP_RET_ALLOW,
				      SECCOMP_FILTER_FLAG_NEW_LISTENER);
	int sockets[2];

	ck_assert_int_eq(fcntl(listener, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(send_fd(sockets[0], listener), 0);
		ck_assert_int_eq(get_descriptor_flags(sockets[1],
						      i ? MSG_CMSG_CLOEXEC : 0),
				 i ? FD_CLOEXEC : 0);
	}
}
END_TEST

/*
 * "If another copy is open, the targets wait for a response that nobody sends."
 * "or a program that the supervisor started, may have such a copy."
 */
START_TEST(a_copy_in_another_process_keeps_the_target_waiting)
{
	struct target target = start_target(call_forever, NULL);
	pid_t helper = fork_bound();

	ck_assert_int_ge(helper, 0);
	if (helper == 0)
		idle(NULL);
	receive(target.listener);
	close(target.listener);
	assert_stays_in_call(target.pid, TRAPPED, 0);
	kill(helper, SIGKILL);
	reap(helper);
}
END_TEST

static atomic_int waiter; /* the thread's id */

static void *receive_once(void *arg)
{
	struct seccomp_notif *req = arg;

	waiter = (int)syscall(SYS_gettid);
	seccomp_notify_receive((int)req->id, req);
	return NULL;
}

static void *poll_once(void *arg)
{
	struct seccomp_notif *req = arg;
	struct pollfd wait_for = { .fd = (int)req->id, .events = POLLIN };

	waiter = (int)syscall(SYS_gettid);
	poll(&wait_for, 1, -1);
	return NULL;
}

static int call_in_two_processes(void *told)
{
	long expected = -ENOSYS;

	if (fork() == 0) {
		wait_until_told(told);
		make_trapped_call(0, 0, 0, 0, 0, 0);
		_exit(0);
	}
	return call_and_check(&expected);
}

/*
 * "A thread that waits in a receive or in poll(2) keeps the listener open as
 * well: after another thread has closed the listener, the received calls wait
 * until the receive or poll(2) has ended." "A receive may still return a
 * notification then."
 */
START_TEST(a_thread_that_waits_keeps_a_closed_listener)
{
	int *told = shared_memory(sizeof(*told));
	struct target target = start_target(call_in_two_processes, told);
	struct seccomp_notif first = receive(target.listener);
	struct seccomp_notif second = { .id = (uint64_t)target.listener };
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL,
					_i ? poll_once : receive_once, &second),
			 0);
	while (!waiter)
		sleep_ms(1);
	if (_i)
		wait_for_state(waiter, 'S');
	else
		wait_for_ioctl(waiter, target.listener);
	close(target.listener);
	sleep_ms(100);
	ck_assert_int_eq(waitpid(target.pid, NULL, WNOHANG), 0);
	*told = 1;
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	if (!_i)
		ck_assert_uint_eq(second.id, first.id + 1);
	/* Now the last copy is gone. */
	ck_assert_int_eq(wait_for_target(&target), 0);
}
END_TEST

/* Makes calls in two processes. The second waits for the first one's call. */
static int call_twice_at_once(void *arg)
{
	pid_t *first = arg;

	*first = getpid();
	/* Yama would not let a child see its parent's call. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	if (fork() == 0) {
		while (!sleeps_in_call(*first, TRAPPED, 0))
			sleep_ms(1);
		first[1] = getpid();
	}
	return call_forever(NULL);
}

static struct target start_two_callers(pid_t pids[2])
{
	struct target target = start_target(call_twice_at_once, pids);

	while (!*(volatile pid_t *)&pids[1])
		sleep_ms(1);
	while (!sleeps_in_call(pids[1], TRAPPED, 0))
		sleep_ms(1);
	return target;
}

/*
 * "Before Linux 5.19, the kernel delivers the newest notification first, so
 * that older ones starve while new ones keep coming."
 * "Since Linux 5.19, the kernel delivers notifications in the order in which
 * they were queued."
 */
START_TEST(since_5_19_notifications_come_in_order)
{
	pid_t *pids = shared_memory(2 * sizeof(*pids));
	struct target target = start_two_callers(pids);
	bool in_order = kernel_version() >= KERNEL(5, 19);

	ck_assert_uint_eq(receive(target.listener).pid,
			  (uint32_t)pids[in_order ? 0 : 1]);
	ck_assert_uint_eq(receive(target.listener).pid,
			  (uint32_t)pids[in_order ? 1 : 0]);
	kill(pids[1], SIGKILL);
	kill_target(&target);
}
END_TEST

/*
 * "ENOENT The target died, or left its call because of a signal, before its
 * notification was received."
 * "Such a notification can also make a later receive fail with this error at
 * once, instead of waiting." Here, another target's notification is received
 * first.
 */
START_TEST(a_target_that_left_ends_a_later_receive)
{
	pid_t *pids = shared_memory(2 * sizeof(*pids));
	struct target target = start_two_callers(pids);
	struct seccomp_notif req;

	kill(target.pid, SIGKILL);
	ck_assert_int_eq(wait_for_target(&target), 128 + SIGKILL);
	ck_assert_uint_eq(receive(target.listener).pid, (uint32_t)pids[1]);
	ck_assert(!notification_waits(target.listener));
	assert_fails(seccomp_notify_receive(target.listener, &req), -ECANCELED,
		     ENOENT);
	kill(pids[1], SIGKILL);
	close(target.listener);
}
END_TEST

/*
 * "With EPOLLET, two calls may cause one event: receive until poll(2) with a
 * timeout of 0 returns 0 or reports POLLHUP."
 * "Level-triggered epoll(7) reports the listener until all notifications are
 * received."
 */
START_TEST(edge_triggered_epoll_reports_two_calls_once)
{
	bool edge = _i;
	pid_t *pids = shared_memory(2 * sizeof(*pids));
	struct target target = start_two_callers(pids);
	int epoll =
		epoll_of(target.listener, edge ? EPOLLIN | EPOLLET : EPOLLIN);
	struct epoll_event event;

	ck_assert_int_eq(epoll_wait(epoll, &event, 1, -1), 1);
	receive(target.listener);
	ck_assert(notification_waits(target.listener));
	ck_assert_int_eq(epoll_wait(epoll, &event, 1, 100), edge ? 0 : 1);
	receive(target.listener);
	ck_assert_int_eq(epoll_wait(epoll, &event, 1, 100), 0);
	kill(pids[1], SIGKILL);
	kill_target(&target);
}
END_TEST

/*
 * "Remove a listener from epoll(7) before you close it, because it stays there
 * while any process has a copy."
 */
START_TEST(a_closed_listener_stays_in_epoll_while_there_is_a_copy)
{
	bool removes = _i;
	struct target target = start_target(call_forever, NULL);
	int epoll = epoll_of(target.listener, EPOLLIN);
	int copy = dup(target.listener);
	struct epoll_event event;

	if (removes)
		ck_assert_int_eq(
			epoll_ctl(epoll, EPOLL_CTL_DEL, target.listener, NULL),
			0);
	close(target.listener);
	ck_assert_int_eq(epoll_wait(epoll, &event, 1, removes ? 100 : -1),
			 removes ? 0 : 1);
	target.listener = copy;
	kill_target(&target);
}
END_TEST

/*
 * "Check what you received: call seccomp_notify_id_valid() with the id 0." "If
 * errno is not ENOENT, the received descriptor is not a listener, and a loop
 * might spin, because poll(2) may always report POLLERR."
 */
START_TEST(id_valid_tells_a_listener_from_another_descriptor)
{
	struct target target = start_target(idle, NULL);
	int pipes[2];
	struct pollfd wait_for = { .events = POLLIN };

	assert_fails(seccomp_notify_id_valid(target.listener, 0), -ENOENT,
		     ENOENT);
	ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
	close(pipes[0]);
	wait_for.fd = pipes[1];
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(poll(&wait_for, 1, -1), 1);
		ck_assert_int_eq(wait_for.revents, POLLERR);
	}
	assert_fails(seccomp_notify_id_valid(pipes[1], 0), -ENOENT, ENOTTY);
	kill_target(&target);
}
END_TEST

static void *call_from_thread(void *arg)
{
	make_trapped_call(0, 0, 0, 0, 0, 0);
	return arg;
}

static int call_from_second_thread(void *arg)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, call_from_thread, arg) ||
	       pthread_join(thread, NULL);
}

/*
 * "pidfd_open(2) fails with ENOENT or EINVAL for a thread that is not the first
 * one of its process, but /proc/pid works for it, and Tgid in /proc/pid/status
 * names the process."
 */
START_TEST(proc_knows_a_thread_and_pidfd_open_does_not)
{
	struct target target = start_target(call_from_second_thread, NULL);
	struct seccomp_notif req = receive(target.listener);
	char line[256];
	int process = 0;
	FILE *status;

	ck_assert_int_eq((int)syscall(SYS_pidfd_open, req.pid, 0), -1);
	if (kernel_version() >= KERNEL(5, 3))
		ck_assert(errno == ENOENT || errno == EINVAL);
	if (kernel_version() >= KERNEL(6, 9))
		ck_assert_int_ge((int)syscall(SYS_pidfd_open, req.pid, O_EXCL),
				 0); /* PIDFD_THREAD */
	snprintf(line, sizeof(line), "/proc/%u/status", req.pid);
	status = fopen(line, "re");
	ck_assert_ptr_nonnull(status);
	while (!process && fgets(line, sizeof(line), status))
		sscanf(line, "Tgid: %d", &process);
	fclose(status);
	ck_assert_int_eq(process, target.pid);
	ck_assert_int_ne((int)req.pid, target.pid);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

static void *install_in_thread(void *listener)
{
	*(int *)listener = install_trap();
	return NULL;
}

static int install_in_two_threads(void *arg)
{
	pthread_t thread;
	int listener = -1;

	(void)arg;
	MUST(pthread_create(&thread, NULL, install_in_thread, &listener) == 0);
	pthread_join(thread, NULL);
	if (listener < 0)
		return 1;
	if (install_trap() < 0)
		return 2;
	return install_trap() >= 0 || errno != EBUSY;
}

/* "Of the filters that a thread carries, only one can have a listener." */
START_TEST(each_thread_of_a_process_may_have_a_listener)
{
	pid_t child = fork_bound();

	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(install_in_two_threads(NULL));
	ck_assert_int_eq(reap(child), 0);
}
END_TEST

/*
 * "A filter that kills the supervisor for an unknown ioctl(2) has to allow
 * SECCOMP_IOCTL_NOTIF_SET_FLAGS."
 */
START_TEST(a_filter_that_kills_has_to_allow_set_flags)
{
	const struct rule rule = { SYS_ioctl, 1,
				   (uint32_t)SECCOMP_IOCTL_NOTIF_SET_FLAGS,
				   SECCOMP_RET_KILL_PROCESS };
	struct target target = start_target(call_forever, NULL);
	pid_t supervisor;

	setenv("SECCOMP_NOTIFY_SYNC_WAKE_UP", _i ? "1" : "0", 1);
	supervisor = fork_bound();
	ck_assert_int_ge(supervisor, 0);
	if (supervisor == 0) {
		struct seccomp_notif req;

		if (install_filter(&rule, 1, SECCOMP_RET_ALLOW, 0) != 0)
			_exit(2);
		_exit(seccomp_notify_receive(target.listener, &req) != 0);
	}
	ck_assert_int_eq(reap(supervisor), _i ? 128 + SIGSYS : 0);
	kill_target(&target);
}
END_TEST

TCase *guide_target_tests(void)
{
	TCase *tests = tcase_create("guide_targets");

	tcase_add_test(tests,
		       a_handler_makes_a_close_fail_that_was_not_executed);
	tcase_add_test(tests,
		       a_handler_with_sa_restart_restarts_even_epoll_wait);
	tcase_add_test(tests, a_positive_error_is_the_result_of_the_call);
	tcase_add_loop_test(tests, a_later_filter_hides_the_call, 0, 2);
	tcase_add_test(tests, an_unprivileged_filter_needs_no_new_privs);
	tcase_add_test(tests, a_debugger_restarts_the_call);
	tcase_add_test(tests, a_call_of_x32_differs_in_its_number_alone);
	tcase_add_test(tests,
		       a_target_that_traps_write_cannot_hand_its_listener_over);
	tcase_add_test(
		tests,
		a_listener_from_recvmsg_is_inherited_unless_asked_otherwise);
	tcase_add_test(tests,
		       a_copy_in_another_process_keeps_the_target_waiting);
	tcase_add_loop_test(tests, a_thread_that_waits_keeps_a_closed_listener,
			    0, 2);
	tcase_add_test(tests, since_5_19_notifications_come_in_order);
	tcase_add_test(tests, a_target_that_left_ends_a_later_receive);
	tcase_add_loop_test(tests, edge_triggered_epoll_reports_two_calls_once,
			    0, 2);
	tcase_add_loop_test(
		tests, a_closed_listener_stays_in_epoll_while_there_is_a_copy,
		0, 2);
	tcase_add_test(tests,
		       id_valid_tells_a_listener_from_another_descriptor);
	tcase_add_test(tests, proc_knows_a_thread_and_pidfd_open_does_not);
	tcase_add_test(tests, each_thread_of_a_process_may_have_a_listener);
	tcase_add_loop_test(tests, a_filter_that_kills_has_to_allow_set_flags,
			    0, 2);
	return tests;
}
