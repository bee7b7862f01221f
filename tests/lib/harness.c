/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "harness.h"

int install_trap(void)
{
	const struct rule rule = { TRAPPED, -1, 0, SECCOMP_RET_USER_NOTIF };

	return install_filter(&rule, 1, SECCOMP_RET_ALLOW,
			      SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

void deny_call(int nr, int arg, uint32_t value, int error)
{
	const struct rule rule = { nr, arg, value,
				   SECCOMP_RET_ERRNO | (uint32_t)error };

	ck_assert_int_eq(install_filter(&rule, 1, SECCOMP_RET_ALLOW, 0), 0);
}

struct target try_target(const struct rule *rules, size_t count,
			 unsigned int flags, target_body body, void *arg)
{
	struct target target = { -1, -1 };
	int *error = shared_memory(sizeof(*error));
	int sockets[2];

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	target.pid = fork_bound();
	if (target.pid == 0) {
		int listener;

		close(sockets[0]);
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
		listener =
			install_filter(rules, count, SECCOMP_RET_ALLOW, flags);
		if (listener < 0) {
			*error = errno;
			_exit(127);
		}
		if (send_fd(sockets[1], listener) < 0)
			_exit(127);
		close(listener);
		close(sockets[1]);
		_exit(body(arg));
	}
	close(sockets[1]);
	target.listener = receive_fd(sockets[0]);
	close(sockets[0]);
	if (target.listener < 0) {
		waitpid(target.pid, NULL, 0);
		target.pid = -1;
		errno = *error;
	}
	munmap(error, sizeof(*error));
	return target;
}

struct target start_target(target_body body, void *arg)
{
	const struct rule rule = { TRAPPED, -1, 0, SECCOMP_RET_USER_NOTIF };
	struct target target = try_target(&rule, 1, 0, body, arg);

	ck_assert_msg(target.pid > 0, "no target: %s", strerror(errno));
	return target;
}

int wait_for_target(const struct target *target)
{
	return reap(target->pid);
}

int end_target(struct target *target)
{
	close(target->listener);
	target->listener = -1;
	return wait_for_target(target);
}

void kill_target(struct target *target)
{
	kill(target->pid, SIGKILL);
	wait_for_target(target);
	close(target->listener);
	target->listener = -1;
}

bool continue_call(struct target *target, uint64_t id)
{
	struct seccomp_notif_resp resp = {
		.id = id,
		.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
	};

	if (kernel_version() < KERNEL(5, 5)) {
		assert_fails(seccomp_notify_respond(target->listener, &resp),
			     -ECANCELED, EINVAL);
		kill_target(target);
		return false;
	}
	assert_succeeds(seccomp_notify_respond(target->listener, &resp));
	return true;
}

long make_trapped_call(long a, long b, long c, long d, long e, long f)
{
	long result = syscall(TRAPPED, a, b, c, d, e, f);

	return result == -1 ? -errno : result;
}

int call_and_check(void *arg)
{
	return make_trapped_call(0, 0, 0, 0, 0, 0) == *(long *)arg ? 0 : 1;
}

void wait_until_told(const int *told)
{
	while (!*(const volatile int *)told)
		sleep_ms(1);
}

int call_forever(void *arg)
{
	(void)arg;
	for (;;)
		make_trapped_call(0, 0, 0, 0, 0, 0);
}

int idle(void *arg)
{
	(void)arg;
	for (;;)
		pause();
}

int call_then_idle(void *arg)
{
	make_trapped_call(0, 0, 0, 0, 0, 0);
	return idle(arg);
}

int call_under_handler(void *arg)
{
	catch_signal(SIGUSR1, 0);
	return call_then_idle(arg);
}

void answer_simulated(const struct seccomp_notif *req,
		      struct seccomp_notif_resp *resp, void *arg)
{
	struct simulation *simulation = arg;

	simulation->calls++;
	memcpy(simulation->args, req->data.args, sizeof(simulation->args));
	if (simulation->failing > 0) {
		simulation->failing--;
		resp->error = -simulation->error;
	} else {
		resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	}
}

static _Noreturn void answer_forever(int listener, kernel_answer answer,
				     void *arg)
{
	for (;;) {
		struct seccomp_notif req = { 0 };
		struct seccomp_notif_resp resp = { 0 };

		if (bare_ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0) {
			if (errno == EINTR || errno == ENOENT)
				continue;
			_exit(1);
		}
		resp.id = req.id;
		answer(&req, &resp, arg);
		bare_ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
	}
}

void simulate_kernel(const struct rule *rules, size_t count,
		     kernel_answer answer, void *arg)
{
	int sockets[2];
	int listener;
	pid_t simulator;

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	simulator = fork_bound();
	if (simulator == 0) {
		close(sockets[0]);
		listener = receive_fd(sockets[1]);
		if (listener < 0)
			_exit(1);
		answer_forever(listener, answer, arg);
	}
	close(sockets[1]);
	/* Yama allows only ancestors to write to a process's memory. */
	prctl(PR_SET_PTRACER, simulator, 0, 0, 0);
	listener = install_filter(rules, count, SECCOMP_RET_ALLOW,
				  SECCOMP_FILTER_FLAG_NEW_LISTENER);
	ck_assert_msg(listener >= 0, "no filter: %s", strerror(errno));
	ck_assert_int_eq(send_fd(sockets[0], listener), 0);
	close(listener);
	close(sockets[0]);
}

struct simulation *simulate_ioctl(uint32_t request)
{
	const struct rule rule = { SYS_ioctl, 1, request,
				   SECCOMP_RET_USER_NOTIF };
	struct simulation *simulation = shared_memory(sizeof(*simulation));

	simulate_kernel(&rule, 1, answer_simulated, simulation);
	return simulation;
}

static void answer_sizes(const struct seccomp_notif *req,
			 struct seccomp_notif_resp *resp, void *arg)
{
	if (!write_memory((pid_t)req->pid, req->data.args[2], arg,
			  sizeof(struct seccomp_notif_sizes)))
		resp->error = -EIO;
}

struct seccomp_notif_sizes *simulate_sizes(uint16_t notif, uint16_t resp)
{
	const struct rule rule = { SYS_seccomp, 0, SECCOMP_GET_NOTIF_SIZES,
				   SECCOMP_RET_USER_NOTIF };
	struct seccomp_notif_sizes *sizes = shared_memory(sizeof(*sizes));

	*sizes = (struct seccomp_notif_sizes){ notif, resp,
					       sizeof(struct seccomp_data) };
	simulate_kernel(&rule, 1, answer_sizes, sizes);
	return sizes;
}

bool read_memory(pid_t pid, uint64_t address, void *to, size_t size)
{
	struct iovec local = { to, size };
	struct iovec remote = { (void *)(uintptr_t)address, size };

	return process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

bool write_memory(pid_t pid, uint64_t address, const void *from, size_t size)
{
	struct iovec local = { (void *)(uintptr_t)from, size };
	struct iovec remote = { (void *)(uintptr_t)address, size };

	return process_vm_writev(pid, &local, 1, &remote, 1, 0) ==
	       (ssize_t)size;
}

int bare_ioctl(int fd, unsigned int request, void *arg)
{
	return (int)syscall(SYS_ioctl, fd, request, arg);
}

bool notification_waits(int listener)
{
	struct pollfd fd = { listener, POLLIN, 0 };

	return poll(&fd, 1, 0) == 1 && (fd.revents & POLLIN);
}

void wait_for_notification(int listener)
{
	while (!notification_waits(listener))
		sleep_ms(1);
}

int epoll_of(int listener, uint32_t events)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = events };

	ck_assert_int_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event), 0);
	return epoll;
}

void wait_for_state(pid_t thread, char state)
{
	char path[64];
	char now = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", thread);
	while (now != state) {
		FILE *file = fopen(path, "re");

		ck_assert_ptr_nonnull(file);
		ck_assert_int_eq(fscanf(file, "%*d (%*[^)]) %c", &now), 1);
		fclose(file);
		sleep_ms(1);
	}
}

bool sleeps_in_call(pid_t thread, int nr, int arg)
{
	char path[64];
	char text[64] = "";
	char expected[64];
	int file;

	snprintf(path, sizeof(path), "/proc/%d/syscall", thread);
	snprintf(expected, sizeof(expected), "%d 0x%x ", nr, arg);
	file = open(path, O_RDONLY | O_CLOEXEC);
	MUST(file >= 0);
	MUST(read(file, text, sizeof(text) - 1) >= 0);
	close(file);
	return strncmp(text, expected, strlen(expected)) == 0;
}

void wait_for_ioctl(pid_t thread, int fd)
{
	while (!sleeps_in_call(thread, SYS_ioctl, fd))
		sleep_ms(1);
}

void assert_stays_in_call(pid_t child, int nr, int arg)
{
	while (!sleeps_in_call(child, nr, arg))
		sleep_ms(1);
	sleep_ms(100);
	ck_assert_int_eq(waitpid(child, NULL, WNOHANG), 0);
	ck_assert(sleeps_in_call(child, nr, arg));
	kill(child, SIGKILL);
	ck_assert_int_eq(reap(child), 128 + SIGKILL);
}

const char *describe_result(int result, int error)
{
	static char texts[2][64];
	static unsigned int calls;
	char *text = texts[calls++ % 2]; /* a message may have two */

	if (result >= -1)
		snprintf(text, sizeof(*texts), "%d", result);
	else
		snprintf(text, sizeof(*texts), "-%s with errno %s",
			 error_name(-result), error_name(error));
	return text;
}

void wait_until_gone(int listener, uint64_t id)
{
	/* ENOENT: the notification is gone. EINVAL: try the other request. */
	while (bare_ioctl(listener, ID_VALID, &id) == 0 ||
	       (errno != ENOENT &&
		bare_ioctl(listener, ID_VALID_BEFORE_5_9, &id) == 0))
		sleep_ms(1);
}

void alarm_every_10_ms(int sigaction_flags)
{
	const struct itimerval every = { { 0, 10000 }, { 0, 10000 } };

	catch_signal(SIGALRM, sigaction_flags);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &every, NULL), 0);
}

struct seccomp_notif receive(int listener)
{
	struct seccomp_notif req;

	ck_assert_int_eq(seccomp_notify_receive(listener, &req), 0);
	return req;
}

uint64_t bare_receive(int listener)
{
	struct seccomp_notif req = { 0 };

	ck_assert_int_eq(bare_ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req),
			 0);
	return req.id;
}

int kernel_version(void)
{
	struct utsname name;
	int major = 0;
	int minor = 0;

	uname(&name);
	ck_assert_int_eq(sscanf(name.release, "%d.%d", &major, &minor), 2);
	return KERNEL(major, minor);
}

const char *find_built(const char *name)
{
	static char path[4096];
	/* The path with which this program was started. */
	const char *suite = (const char *)getauxval(AT_EXECFN);
	const char *slash = strrchr(suite, '/');

	snprintf(path, sizeof(path), "%.*s/%s",
		 slash ? (int)(slash - suite) : 1, slash ? suite : ".", name);
	return access(path, X_OK) == 0 ? path : NULL;
}

void assert_prints(const char *program, const char *line)
{
	char command[4200];
	char printed[64];
	FILE *output;

	/* LeakSanitizer would make trapped calls, and wait for ever. */
	snprintf(command, sizeof(command), "ASAN_OPTIONS=detect_leaks=0 '%s'",
		 program);
	output = popen(command, "re");
	ck_assert_ptr_nonnull(output);
	ck_assert_ptr_nonnull(fgets(printed, sizeof(printed), output));
	ck_assert_str_eq(printed, line);
	ck_assert_int_eq(pclose(output), 0);
}
