/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * The harness of the suite and of the fault tests. It starts targets, gets
 * their listeners, and simulates other kernels by a filter or a second
 * supervisor.
 *
 * If a helper fails, the test fails. When a test ends, the processes that the
 * harness started for it are killed.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <seccomp.h>

#include "process.h"
#include "runner.h"
#include "trap.h"

/* For headers before Linux 5.3, 5.5, 5.9, 5.19 and 6.6. */
#ifndef SYS_pidfd_open
#ifdef __alpha__
#define SYS_pidfd_open 544
#else
#define SYS_pidfd_open 434
#endif
#endif
#ifndef SECCOMP_USER_NOTIF_FLAG_CONTINUE
#define SECCOMP_USER_NOTIF_FLAG_CONTINUE (1UL << 0)
#endif
#define ID_VALID SECCOMP_IOW(2, __u64)
#define ID_VALID_BEFORE_5_9 SECCOMP_IOR(2, __u64)
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

/* For headers before Linux 5.6. */
struct open_how_of_5_6 {
	__u64 flags;
	__u64 mode;
	__u64 resolve;
};
#define IN_ROOT 0x10 /* RESOLVE_IN_ROOT */
#ifndef SYS_openat2
#ifdef __alpha__
#define SYS_openat2 547
#else
#define SYS_openat2 437
#endif
#endif

/* For headers before Linux 5.9 and 5.14. */
struct addfd {
	__u64 id;
	__u32 flags;
	__u32 srcfd;
	__u32 newfd;
	__u32 newfd_flags;
};
#define ADDFD SECCOMP_IOW(3, struct addfd)
#define ADDFD_SEND (1UL << 1)

/*
 * The system call that the filters trap. Neither the helpers nor a sanitizer
 * make it, and it is harmless if the kernel executes it. It has one argument,
 * but the kernel reports the registers of all six.
 */
#define TRAPPED SYS_getsid

/*
 * What becomes of a trapped call that a signal interrupts depends on the
 * architecture: see seccomp_notify_supervisor(7).
 */
#ifdef __mips__
#define GIVES_EINTR false
#else
#define GIVES_EINTR true
#endif

/* Installs a filter on this thread that traps TRAPPED; its listener, or -1. */
int install_trap(void);

/* Installs a filter that makes one call fail and allows the others. */
void deny_call(int nr, int arg, uint32_t value, int error);

/* Tests try each errno value up to this one, EHWPOISON on most machines. */
enum { LAST_ERROR = 133 };

struct target {
	pid_t pid;
	int listener;
};

/*
 * Starts a child that installs a filter with these rules, passes its listener
 * to the test and calls body(arg), whose result is its exit status. flags are
 * added to SECCOMP_FILTER_FLAG_NEW_LISTENER. If the kernel refuses the filter,
 * try_target() returns the pid -1 and sets errno.
 */
typedef int (*target_body)(void *arg);
struct target try_target(const struct rule *rules, size_t count,
			 unsigned int flags, target_body body, void *arg);

/* Starts a target whose filter traps TRAPPED alone; must succeed. */
struct target start_target(target_body body, void *arg);

/* Closes the listener, and returns what wait_for_target() returns. */
int end_target(struct target *target);

/* Reaps the target, and returns its exit status, or 128 + its signal. */
int wait_for_target(const struct target *target);

/* Kills and reaps the target, and closes the listener. */
void kill_target(struct target *target);

/*
 * Lets the kernel execute the received call. Before Linux 5.5, checks that the
 * kernel refuses that, kills the target and returns false.
 */
bool continue_call(struct target *target, uint64_t id);

/* A body that makes one call; exit status 0 if it returns *(long *)arg. */
int call_and_check(void *arg);
/* A body that makes calls until it is killed. */
int call_forever(void *arg);
/* A body that makes one call, and then waits until it is killed. */
int call_then_idle(void *arg);
/* The same; SIGUSR1 interrupts that call. */
int call_under_handler(void *arg);
/* A body that only waits until it is killed. */
int idle(void *arg);

/* Waits until the test sets *told, which has to be in shared memory. */
void wait_until_told(const int *told);

/* Makes the call TRAPPED; returns its result, or -errno. */
long make_trapped_call(long a, long b, long c, long d, long e, long f);

/* Decides what a simulated kernel does with a call, by filling resp. */
typedef void (*kernel_answer)(const struct seccomp_notif *req,
			      struct seccomp_notif_resp *resp, void *arg);

/*
 * Simulates an older, newer or failing kernel for the calling thread. A second
 * supervisor, which is another process, answers the calls that match the rules.
 * The test sees what `answer` writes to *arg only if *arg is shared memory.
 */
void simulate_kernel(const struct rule *rules, size_t count,
		     kernel_answer answer, void *arg);

/* A simulated kernel that counts calls and lets some fail; in shared memory. */
struct simulation {
	int calls;	  /* the number of calls so far */
	int failing;	  /* that many of the next calls fail */
	int error;	  /* with this error; the others are executed */
	uint64_t args[6]; /* of the last call */
};
enum { ALL = 0x7fffffff };

/* A kernel_answer whose arg is a struct simulation. */
void answer_simulated(const struct seccomp_notif *req,
		      struct seccomp_notif_resp *resp, void *arg);

/* Simulates a kernel for one request of ioctl(2), with answer_simulated(). */
struct simulation *simulate_ioctl(uint32_t request);

/*
 * Simulates a kernel that reports these sizes of a request and a response. The
 * test may change them in the result.
 */
struct seccomp_notif_sizes *simulate_sizes(uint16_t notif, uint16_t resp);

/* Copies from or to the memory of another process; false if that fails. */
bool read_memory(pid_t pid, uint64_t address, void *to, size_t size);
bool write_memory(pid_t pid, uint64_t address, const void *from, size_t size);

/* Calls ioctl(2), which musl and glibc declare differently, by syscall(2). */
int bare_ioctl(int fd, unsigned int request, void *arg);

/* Whether poll(2) reports a notification to receive. */
bool notification_waits(int listener);
void wait_for_notification(int listener);

/* An epoll(7) instance that watches the listener for these events. */
int epoll_of(int listener, uint32_t events);

/*
 * Whether the thread, which may belong to another process, sleeps in this
 * system call with this first argument.
 */
bool sleeps_in_call(pid_t thread, int nr, int arg);

/* Waits until the thread has this state: see proc_pid_stat(5). */
void wait_for_state(pid_t thread, char state);

/* Waits until the thread sleeps in ioctl(2) on this descriptor. */
void wait_for_ioctl(pid_t thread, int fd);

/* Waits until the child is in the call, checks that it stays, and kills it. */
void assert_stays_in_call(pid_t child, int nr, int arg);

/* For example "-ECANCELED with errno ENOENT". */
const char *describe_result(int result, int error);

/* Asserts that a call of the library returns 0. */
#define assert_succeeds(call)                                            \
	do {                                                             \
		int result_ = (call);                                    \
		ck_assert_msg(result_ == 0, "%s gives %s, not 0", #call, \
			      describe_result(result_, errno));          \
	} while (0)

/* Asserts that it returns this negative value and sets errno to this error. */
#define assert_fails(call, result, error)                               \
	do {                                                            \
		int result_;                                            \
		int error_;                                             \
		errno = 0;                                              \
		result_ = (call);                                       \
		error_ = errno;                                         \
		ck_assert_msg(result_ == (result) && error_ == (error), \
			      "%s gives %s, not %s", #call,             \
			      describe_result(result_, error_),         \
			      describe_result(result, error));          \
	} while (0)

/* Waits until the target of a received notification has left its call. */
void wait_until_gone(int listener, uint64_t id);

/* Sends SIGALRM to this process every 10 ms; its handler does nothing. */
void alarm_every_10_ms(int sigaction_flags);

/* Receives one request with the library; must succeed. */
struct seccomp_notif receive(int listener);

/* Receives one request without the library, and returns its id. */
uint64_t bare_receive(int listener);

/* The version of the running kernel, to compare with KERNEL(6, 1). */
#define KERNEL(major, minor) ((major)*1000 + (minor))
int kernel_version(void);

/* The path of a program in the suite's folder; NULL if it was not built. */
const char *find_built(const char *name);

/* Runs a program without arguments; it must print this line and succeed. */
void assert_prints(const char *program, const char *line);

/* Each file of the suite has one case. */
TCase *alloc_tests(void);
TCase *receive_tests(void);
TCase *respond_tests(void);
TCase *id_valid_tests(void);
TCase *fd_tests(void);
TCase *thread_tests(void);
TCase *confined_tests(void);
TCase *wake_up_tests(void);
TCase *notes_tests(void);
TCase *interface_tests(void);
TCase *guide_tests(void);
TCase *guide_target_tests(void);
TCase *guide_acting_tests(void);
TCase *guide_rights_tests(void);
TCase *guide_copy_tests(void);

#endif
