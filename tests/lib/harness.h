/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * One harness for all tests: it traps a child, hands over its listener, and
 * puts a filter or a second supervisor where a test needs another kernel.
 *
 * A failure in here fails the test. Processes made here die with the test.
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

/*
 * The system call that filters trap. Neither the helpers nor a sanitizer make
 * it, and it does no harm when the kernel runs it. It takes one argument, but
 * the kernel reports all six registers.
 */
#define TRAPPED SYS_getsid

/* install_filter() for one rule in an otherwise open filter; must succeed. */
void deny_call(int nr, int arg, uint32_t value, int error);

/* Seccomp filters and the kernel give the errno values from 1 to this one. */
enum { LAST_ERROR = 133 };

struct target {
	pid_t pid;
	int listener;
};

/*
 * A child that gets a filter with these rules, hands its listener over and
 * goes on with body(arg), whose result is its exit status. flags are added to
 * SECCOMP_FILTER_FLAG_NEW_LISTENER. try_target() gives pid -1 with errno where
 * the kernel refuses the filter.
 */
typedef int (*target_body)(void *arg);
struct target try_target(const struct rule *rules, size_t count,
			 unsigned int flags, target_body body, void *arg);

/* The same for TRAPPED alone; must succeed. */
struct target start_target(target_body body, void *arg);

/* Closes the listener, reaps the target: exit status, or 128 + signal. */
int end_target(struct target *target);

/* Reaps it only. */
int wait_for_target(const struct target *target);

/* Kills it, reaps it, closes the listener. */
void kill_target(struct target *target);

/* Bodies: one TRAPPED call; exit status 0 if it gave the (long) *arg. */
int call_and_check(void *arg);
/* Calls until it is killed. */
int call_forever(void *arg);
/* Calls once, then does nothing until it is killed. */
int call_then_idle(void *arg);
int idle(void *arg);

/* For a body that goes on when the test sets *told, in shared memory. */
void wait_until_told(const int *told);

/* TRAPPED with arguments; the result, or -errno. */
long make_trapped_call(long a, long b, long c, long d, long e, long f);

/* What a simulated kernel does with a call; it fills resp. */
typedef void (*kernel_answer)(const struct seccomp_notif *req,
			      struct seccomp_notif_resp *resp, void *arg);

/*
 * Simulates an older, newer or failing kernel for the calling thread: a second
 * supervisor, which is a process of its own, answers the calls that the rules
 * trap. What it keeps in *arg stays there, unless *arg is shared memory.
 */
void simulate_kernel(const struct rule *rules, size_t count,
		     kernel_answer answer, void *arg);

/* What a simulated kernel counts and fails; it is in shared memory. */
struct simulation {
	int calls;	  /* that came */
	int failing;	  /* this many of the next ones fail */
	int error;	  /* with this errno; the kernel runs the others */
	uint64_t args[6]; /* of the last one */
};
enum { ALL = 0x7fffffff };

/* A kernel_answer whose arg is a struct simulation. */
void answer_simulated(const struct seccomp_notif *req,
		      struct seccomp_notif_resp *resp, void *arg);

/* Simulates a kernel for one request of ioctl(2). */
struct simulation *simulate_ioctl(uint32_t request);

/*
 * Simulates a kernel that reports these sizes of a request and a response. The
 * test may change them.
 */
struct seccomp_notif_sizes *simulate_sizes(uint16_t notif, uint16_t resp);

/* Another process's memory; false where that fails. */
bool read_memory(pid_t pid, uint64_t address, void *to, size_t size);
bool write_memory(pid_t pid, uint64_t address, const void *from, size_t size);

/* Without the library; musl and glibc do not agree on ioctl(3)'s request. */
int bare_ioctl(int fd, unsigned int request, void *arg);

/* Is there a notification to receive? */
bool notification_waits(int listener);

/*
 * Does the thread, of any process, sleep in system call nr with this first
 * argument?
 */
bool sleeps_in_call(pid_t thread, int nr, int arg);

/* Waits until it sleeps in ioctl(2) on this descriptor. */
void wait_for_ioctl(pid_t thread, int fd);

/* The child gets into the call and stays there; it is killed and reaped. */
void assert_stays_in_call(pid_t child, int nr, int arg);

/* "-ECANCELED with errno ENOENT" for instance. */
const char *describe_result(int result, int error);

/* The call of the library gives 0. */
#define assert_succeeds(call)                                            \
	do {                                                             \
		int result_ = (call);                                    \
		ck_assert_msg(result_ == 0, "%s gives %s, not 0", #call, \
			      describe_result(result_, errno));          \
	} while (0)

/* It gives this negative value, and leaves this error in errno. */
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

/* Until a notification that was received, and not answered, is gone. */
void wait_until_gone(int listener, uint64_t id);

/* SIGALRM every 10 ms, with a handler. */
void alarm_every_10_ms(int sigaction_flags);

/* One request received from the listener; must succeed. */
struct seccomp_notif receive(int listener);

/* The id of one, received without the library. */
uint64_t bare_receive(int listener);

/* Linux version of the running kernel, as KERNEL(6, 1). */
#define KERNEL(major, minor) ((major)*1000 + (minor))
int kernel_version(void);

/* Path of a program that was built beside the suite; NULL if it was not. */
const char *find_built(const char *name);

/* The program, which takes no argument, prints this line and succeeds. */
void assert_prints(const char *program, const char *line);

/* One case for each file of the suite. */
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

#endif
