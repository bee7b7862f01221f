/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * libseccomp-notify: receive and answer seccomp notifications.
 *
 * If a seccomp(2) filter returns SECCOMP_RET_USER_NOTIF, the kernel suspends
 * the thread that made the system call (the target) and queues a notification
 * on the filter's listener (a file descriptor). A supervisor receives the
 * notification as a request and answers it with a response, which decides what
 * the target's call returns:
 *
 *	struct pollfd wait_for = { .fd = listener, .events = POLLIN };
 *	struct seccomp_notif *req;
 *	struct seccomp_notif_resp *resp;
 *
 *	if (seccomp_notify_alloc(&req, &resp) != 0) {
 *		perror("seccomp_notify_alloc");
 *		close(listener);
 *		return -1;
 *	}
 *	for (;;) {
 *		if (poll(&wait_for, 1, -1) < 0) {
 *			if (errno == EINTR)
 *				continue;
 *			perror("poll");
 *			break;
 *		}
 *		if (wait_for.revents & (POLLHUP | POLLNVAL))
 *			break; // no target is left, or the listener is closed
 *		if (!(wait_for.revents & POLLIN))
 *			continue; // POLLERR alone is temporary
 *		if (seccomp_notify_receive(listener, req) != 0) {
 *			if (errno == ENOENT || errno == EINTR)
 *				continue; // the target left, or a signal came
 *			perror("seccomp_notify_receive");
 *			break;
 *		}
 *		resp->id = req->id;
 *		resp->val = 0;
 *		resp->error = -EPERM;
 *		resp->flags = 0;
 *		if (seccomp_notify_respond(listener, resp) != 0 &&
 *		    errno != ENOENT) {
 *			perror("seccomp_notify_respond");
 *			break;
 *		}
 *	}
 *	close(listener); // or targets may wait for ever
 *	seccomp_notify_free(req, resp);
 *
 * seccomp_notify_alloc(3notify) is the reference page, and
 * seccomp_notify_supervisor(7) teaches how to write a supervisor.
 *
 * Notifications need Linux 5.0. After success, the value of errno is
 * unspecified. All functions are thread-safe, even on the same listener. After
 * fork(2), the child of a process with threads may call them too, except
 * seccomp_notify_fd(). seccomp_notify_receive(), seccomp_notify_respond() and
 * seccomp_notify_id_valid() may be called in a signal handler.
 */
#ifndef SECCOMP_NOTIFY_H
#define SECCOMP_NOTIFY_H

/* libseccomp's header includes these too, and programs rely on it. */
#include <elf.h>
#include <inttypes.h>
#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

/*
 * If libseccomp's header is installed too, it is included first, so that one
 * #include <seccomp.h> serves both libraries. If this #include finds this same
 * header again, the #elif at its end continues with #include_next. The
 * library's own build never includes libseccomp's header.
 */
#if defined(__has_include) && !defined(SECCOMP_NOTIFY_BUILD)
#if __has_include(<seccomp.h>)
#define SECCOMP_NOTIFY_LOOKS
#include <seccomp.h>
#undef SECCOMP_NOTIFY_LOOKS
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifndef SCMP_VER_MAJOR
/* A filter context, which only libseccomp can make: see seccomp_notify_fd(). */
typedef void *scmp_filter_ctx;
#endif

#ifndef SECCOMP_RET_USER_NOTIF
#error "<linux/seccomp.h> has no user notification: install the kernel's headers of Linux 5.0 or later"
#elif !defined(SCMP_ACT_NOTIFY)
/* Since its version 2.5, libseccomp's header has these declarations itself. */

/*
 * The seccomp_notify_alloc() function asks the kernel for the sizes of a
 * request and a response, and allocates one of each, filled with zeros. Always
 * use this function instead of the structure sizes in headers, because the
 * sizes can differ between kernel versions. If req or resp is NULL, that buffer
 * is not allocated. One request and one response serve any number of
 * notifications, one after the other.
 *
 * Returns 0 on success, or one of these negative values on failure:
 *   -ECANCELED   The system call failed, and errno tells why.
 *   -EFAULT      The kernel reports a size of zero.
 *   -ENOMEM      There is not enough memory.
 *   -EOPNOTSUPP  The kernel does not support notifications, or a filter makes
 *                seccomp(2) fail with EINVAL or ENOSYS.
 * If seccomp_notify_alloc() fails, it sets *req and *resp to NULL, so that it
 * is safe to call seccomp_notify_free().
 */
int seccomp_notify_alloc(struct seccomp_notif **req,
			 struct seccomp_notif_resp **resp);

/*
 * The seccomp_notify_free() function frees a request and a response that
 * seccomp_notify_alloc() allocated. Either pointer may be NULL. The function
 * does not change errno.
 */
void seccomp_notify_free(struct seccomp_notif *req,
			 struct seccomp_notif_resp *resp);

/*
 * The seccomp_notify_receive() function waits for a notification on the
 * listener fd and stores it in req. The wait has no time limit. The function
 * overwrites whatever req contains, so the buffer need not be cleared. If a
 * signal handler runs during the wait, the function fails with EINTR. Since
 * Linux 6.6, the wait continues if the handler was installed with SA_RESTART
 * (see sigaction(2)).
 *
 * Returns 0 on success, or -ECANCELED with errno set:
 *   EBADF   fd is not an open file descriptor.
 *   EFAULT  req is NULL.
 *   EINTR   A signal handler ran before a notification came, or (before Linux
 *           6.6) the process was stopped and continued. No notification is
 *           lost.
 *   ENOENT  The target died, or left its call because of a signal, before its
 *           notification was received. Such a notification can also make a
 *           later receive fail with this error at once, instead of waiting.
 *   ENOENT  (since Linux 6.11) No thread that carries the filter is left.
 *   ENOTTY  fd is not a listener. For some kinds of files, the error is EINVAL
 *           or another one instead.
 */
int seccomp_notify_receive(int fd, struct seccomp_notif *req);

/*
 * The seccomp_notify_respond() function answers the notification that has the
 * id in resp. If error is 0, the target's call returns val. If error is a
 * negative errno value, the target's call fails with that error, and val is
 * ignored. The kernel does not check the sign: on most architectures, a
 * positive error makes the call succeed and return that number. If flags is
 * SECCOMP_USER_NOTIF_FLAG_CONTINUE (since Linux 5.5) and val and error are 0,
 * the kernel executes the call. The function sends the response even if a
 * signal arrives.
 *
 * Returns 0 on success, or -ECANCELED with errno set:
 *   EBADF        fd is not an open file descriptor.
 *   EFAULT       resp is NULL.
 *   EINPROGRESS  The notification has not been received yet, or already has a
 *                response that the target has not taken yet.
 *   EINVAL       flags has a flag that the kernel does not know, or
 *                SECCOMP_USER_NOTIF_FLAG_CONTINUE is set and val or error is
 *                not 0. The notification still waits for its response.
 *   ENOENT       No notification with this id waits for a response: there never
 *                was one, or the target died, left its call because of a
 *                signal, or took its response.
 *   ENOTTY       fd is not a listener. For some kinds of files, the error is
 *                EINVAL or another one instead.
 */
int seccomp_notify_respond(int fd, struct seccomp_notif_resp *resp);

/*
 * The seccomp_notify_id_valid() function checks whether the notification with
 * this id has been received and still waits for its response. If so, the target
 * is alive and still in that call. Open files such as /proc/pid/mem first, and
 * then call this function: only a result of 0 proves that the opened file
 * belongs to the target. The /proc has to be that of the supervisor's own pid
 * namespace. A signal that arrives during this function does not change the
 * result.
 *
 * seccomp_notify_id_valid() returns 0 if the notification waits for its
 * response, or -ENOENT with errno set:
 *   EBADF   fd is not an open file descriptor.
 *   ENOENT  No notification with this id waits for a response: there never was
 *           one, or the target died, left its call because of a signal, or took
 *           its response.
 *   ENOENT  The notification has not been received yet, or already has a
 *           response that the target has not taken yet.
 *   ENOTTY  fd is not a listener. For some kinds of files, the error is EINVAL
 *           or another one instead.
 */
int seccomp_notify_id_valid(int fd, uint64_t id);

/*
 * The seccomp_notify_fd() function returns the listener of the filter that
 * seccomp_load(3) loaded from the filter context ctx of libseccomp. The
 * function calls the libseccomp that is in the process, and never loads one. It
 * needs libseccomp 2.5 or later. libseccomp remembers one listener for the
 * whole process: see libseccomp-notify(7).
 *
 * seccomp_notify_fd() returns the listener, -1 if there is none, or -EINVAL if
 * ctx is not a filter context. If there is no libseccomp in the process, no
 * filter context can exist, and the result is -EINVAL.
 */
int seccomp_notify_fd(const scmp_filter_ctx ctx);

#endif

#ifdef __cplusplus
}
#endif

#elif defined(SECCOMP_NOTIFY_LOOKS) && defined(__has_include_next)
#pragma GCC system_header /* -Wpedantic warns of #include_next */
#if __has_include_next(<seccomp.h>)
#include_next <seccomp.h>
#endif
#endif
