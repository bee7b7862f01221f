/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Tests of what seccomp_notify_supervisor(7) says about several copies of a
 * listener, several threads that wait for it, and several descriptors in a
 * message.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

/*
 * "Whoever has a copy of a listener can receive its notifications." "A client
 * that kept a copy, or that sent its listener twice, can therefore make a
 * receive wait although poll(2) reported POLLIN." Both copies are reported
 * before one of them receives.
 */
START_TEST(a_copy_makes_the_receive_from_the_other_one_wait)
{
	struct target target = start_target(call_then_idle, NULL);
	int copy = dup(target.listener);
	int epoll = epoll_of(target.listener, EPOLLIN);
	struct epoll_event events[2] = { { .events = EPOLLIN } };
	struct seccomp_notif req;
	pid_t waiter;

	ck_assert_int_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, copy, events), 0);
	wait_for_notification(target.listener);
	ck_assert_int_eq(epoll_wait(epoll, events, 2, -1), 2);
	receive(target.listener);
	waiter = fork_bound();
	if (waiter == 0)
		_exit(seccomp_notify_receive(copy, &req));
	assert_stays_in_call(waiter, SYS_ioctl, copy);
	kill_target(&target);
}
END_TEST

/*
 * "If several threads wait for one epoll(7) instance, use EPOLLONESHOT, and
 * rearm a listener after each receive." "Otherwise, one notification may wake
 * two threads, and one of them waits in its receive while targets of other
 * listeners wait." Here, one thread asks twice.
 */
START_TEST(epolloneshot_reports_a_notification_once)
{
	struct target target = start_target(call_forever, NULL);
	uint32_t once = _i ? EPOLLONESHOT : 0;
	int epoll = epoll_of(target.listener, EPOLLIN | once);
	struct epoll_event event;

	ck_assert_int_eq(epoll_wait(epoll, &event, 1, -1), 1);
	wait_for_notification(target.listener);
	ck_assert_int_eq(epoll_wait(epoll, &event, 1, 100), once ? 0 : 1);
	if (once) {
		event.events = EPOLLIN | once;
		ck_assert_int_eq(epoll_ctl(epoll, EPOLL_CTL_MOD,
					   target.listener, &event),
				 0);
		ck_assert_int_eq(epoll_wait(epoll, &event, 1, -1), 1);
	}
	kill_target(&target);
}
END_TEST

/*
 * "That child must close all listeners: otherwise, they stay open if the
 * supervisor dies, and the targets wait until the child has ended." This
 * process closes its copy, as if it died.
 */
START_TEST(a_child_that_acts_keeps_the_listener_open)
{
	struct target target = start_target(call_and_check, &(long){ -ENOSYS });
	bool closes = _i;
	int *told = shared_memory(sizeof(*told));
	pid_t child;

	receive(target.listener);
	child = fork_bound();
	if (child == 0) {
		if (closes)
			close(target.listener);
		*told = 1;
		pause();
	}
	wait_until_told(told);
	close(target.listener);
	if (!closes) {
		sleep_ms(100);
		ck_assert(sleeps_in_call(target.pid, TRAPPED, 0));
		kill(child, SIGKILL);
	}
	ck_assert_int_eq(wait_for_target(&target), 0);
	kill(child, SIGKILL);
	ck_assert_int_eq(reap(child), 128 + SIGKILL);
}
END_TEST

/*
 * "A process that has this copy does not receive their notifications again, but
 * it can answer them if it knows their ids."
 */
START_TEST(another_process_can_answer_what_this_one_received)
{
	struct target target = start_target(call_and_check, &(long){ 48 });
	struct seccomp_notif_resp resp = { .val = 48 };
	pid_t successor;

	resp.id = receive(target.listener).id;
	successor = fork_bound();
	if (successor == 0)
		_exit(notification_waits(target.listener) ||
		      seccomp_notify_respond(target.listener, &resp) != 0);
	ck_assert_int_eq(reap(successor), 0);
	ck_assert_int_eq(end_target(&target), 0);
}
END_TEST

/*
 * "A buffer for one descriptor may have room for two, so close all descriptors
 * but the listener." "If recvmsg(2) sets MSG_CTRUNC, it has dropped
 * descriptors."
 */
START_TEST(a_buffer_for_one_descriptor_may_take_two)
{
	const int fds[3] = { 0, 1, 2 };
	char from[CMSG_SPACE(sizeof(fds))] = { 0 };
	char to[CMSG_SPACE(sizeof(int))] = { 0 };
	char byte = 'x';
	struct iovec data = { &byte, 1 };
	struct msghdr sent = { .msg_iov = &data,
			       .msg_iovlen = 1,
			       .msg_control = from,
			       .msg_controllen = sizeof(from) };
	struct msghdr received = { .msg_iov = &data,
				   .msg_iovlen = 1,
				   .msg_control = to,
				   .msg_controllen = sizeof(to) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&sent);
	int sockets[2];
	size_t room = (sizeof(to) - CMSG_LEN(0)) / sizeof(int);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(header), fds, sizeof(fds));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	ck_assert_int_eq(sendmsg(sockets[0], &sent, 0), 1);
	ck_assert_int_eq(recvmsg(sockets[1], &received, MSG_CMSG_CLOEXEC), 1);
	ck_assert_int_ne(received.msg_flags & MSG_CTRUNC, 0);
	header = CMSG_FIRSTHDR(&received);
	ck_assert_ptr_nonnull(header);
	ck_assert_uint_eq(header->cmsg_len, CMSG_LEN(room * sizeof(int)));
	if (sizeof(long) == 8)
		ck_assert_uint_eq(room, 2);
}
END_TEST

/*
 * "If you do not trust the sender, check first that readlink(2) of
 * /proc/self/fd/number returns anon_inode:seccomp notify."
 */
START_TEST(proc_names_a_listener)
{
	struct target target = start_target(idle, NULL);
	char path[32];
	char name[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", target.listener);
	ck_assert_int_gt(readlink(path, name, sizeof(name) - 1), 0);
	ck_assert_str_eq(name, "anon_inode:seccomp notify");
	kill_target(&target);
}
END_TEST

TCase *guide_copy_tests(void)
{
	TCase *tests = tcase_create("guide_copies");

	tcase_add_test(tests, a_copy_makes_the_receive_from_the_other_one_wait);
	tcase_add_loop_test(tests, epolloneshot_reports_a_notification_once, 0,
			    2);
	tcase_add_loop_test(tests, a_child_that_acts_keeps_the_listener_open, 0,
			    2);
	tcase_add_test(tests,
		       another_process_can_answer_what_this_one_received);
	tcase_add_test(tests, a_buffer_for_one_descriptor_may_take_two);
	tcase_add_test(tests, proc_names_a_listener);
	return tests;
}
