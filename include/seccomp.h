/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * libseccomp-notify: the notification calls of seccomp, on their own.
 *
 * A filter that answers SECCOMP_RET_USER_NOTIF stops the system call of a
 * target and queues a notification on the filter's listener, a descriptor.
 * A supervisor receives the notification as a request and sends a response:
 *
 *	struct pollfd wait_for = { .fd = listener, .events = POLLIN };
 *	struct seccomp_notif *req;
 *	struct seccomp_notif_resp *resp;
 *
 *	if (seccomp_notify_alloc(&req, &resp) != 0)
 *		return;
 *	while (poll(&wait_for, 1, -1) > 0 && wait_for.revents & POLLIN) {
 *		if (seccomp_notify_receive(listener, req) != 0)
 *			continue; // the target died first
 *		resp->id = req->id;
 *		resp->error = -EPERM;
 *		seccomp_notify_respond(listener, resp);
 *	}
 *	seccomp_notify_free(req, resp);
 *
 * The structures and flags are the kernel's: see <linux/seccomp.h>.
 * Notifications need Linux 5.0. Calls report failure by their result, a
 * negative errno value; -ECANCELED says that errno tells which system failure
 * it was. errno means nothing after success.
 */
#ifndef SECCOMP_NOTIFY_H
#define SECCOMP_NOTIFY_H

/* What libseccomp's header brings along, for sources that count on it. */
#include <elf.h>
#include <inttypes.h>
#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

/*
 * Where libseccomp's header stands beside this one, it comes first, so that
 * one #include <seccomp.h> serves both libraries. If that finds this header
 * again, the end of it looks further. The library's own build never does.
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
/** A filter context, which only libseccomp can make; see seccomp_notify_fd. */
typedef void *scmp_filter_ctx;
#endif

/**
 * seccomp_notify_alloc - allocate a request and a response
 * @req:  where the request goes, or NULL for none
 * @resp: where the response goes, or NULL for none
 *
 * Asks the kernel for the sizes and gives zeroed memory that is as large as
 * the kernel has it, or the <linux/seccomp.h> that the library was built with,
 * whichever is more. One pair serves any number of notifications, one after
 * the other. To be freed with seccomp_notify_free(). Needs Linux 5.0.
 *
 * Returns 0, or else with NULL in each output given:
 *   -EOPNOTSUPP  the kernel has no notifications
 *   -ECANCELED   the kernel would not tell the sizes; errno has the reason
 *   -EFAULT      the kernel reports a size of zero
 *   -ENOMEM      no memory
 */
int seccomp_notify_alloc(struct seccomp_notif **req,
			 struct seccomp_notif_resp **resp);

/**
 * seccomp_notify_free - free what seccomp_notify_alloc() gave
 * @req:  a request, or NULL
 * @resp: a response, or NULL
 *
 * errno stays as it was.
 */
void seccomp_notify_free(struct seccomp_notif *req,
			 struct seccomp_notif_resp *resp);

/**
 * seccomp_notify_receive - wait for a notification and receive it
 * @fd:  the listener
 * @req: the request to fill; what it held before is lost
 *
 * Waits without limit: poll(2) the listener first where that will not do.
 * Safe in threads, on one listener too, and in signal handlers.
 * Needs Linux 5.0.
 *
 * Returns 0, or -ECANCELED with errno:
 *   EINTR   a signal came first; nothing is lost, call again (since Linux 6.6
 *	     not for a handler with SA_RESTART: the wait goes on)
 *   ENOENT  the target died, or left the call for a signal, before its
 *           notification was read; since Linux 6.11 also: no target is left
 *   EFAULT  @req is NULL
 *   EBADF, ENOTTY, EINVAL  @fd is closed, or no listener
 */
int seccomp_notify_receive(int fd, struct seccomp_notif *req);

/**
 * seccomp_notify_respond - answer a notification
 * @fd:   the listener
 * @resp: the response: id as in the request; flags 0, val the result of the
 *	  call or error a negative errno value; or flags
 *	  SECCOMP_USER_NOTIF_FLAG_CONTINUE (Linux 5.5), val and error 0, to let
 *	  the kernel run the call
 *
 * Signals do not stop it. Safe in threads and in signal handlers.
 * Needs Linux 5.0.
 *
 * Returns 0, or -ECANCELED with errno:
 *   ENOENT       no such id: the target died, left the call for a signal, or
 *		  took its answer
 *   EINPROGRESS  the target has not taken its answer yet, or the notification
 *		  was not received yet
 *   EINVAL       flags unknown, or CONTINUE with val or error set; or @fd is
 *		  no listener
 *   EFAULT       @resp is NULL
 *   EBADF, ENOTTY  @fd is closed, or no listener
 */
int seccomp_notify_respond(int fd, struct seccomp_notif_resp *resp);

/**
 * seccomp_notify_id_valid - is the target still waiting for its answer?
 * @fd: the listener
 * @id: the id of a request
 *
 * What a supervisor opened by the target's pid belongs to the target only if
 * this call, made after opening, says so. Signals do not stop it. Safe in
 * threads and in signal handlers. Needs Linux 5.0.
 *
 * Returns 0 if the notification was received and waits for its answer, or
 * -ENOENT with errno:
 *   ENOENT  it does not: answered, or the target died or left the call
 *   EBADF, ENOTTY, EINVAL  @fd is closed, or no listener
 */
int seccomp_notify_id_valid(int fd, uint64_t id);

/**
 * seccomp_notify_fd - the listener of a filter that libseccomp has loaded
 * @ctx: a filter context of libseccomp
 *
 * Asks the libseccomp that is in the process, which alone knows its contexts.
 * Needs libseccomp 2.5.
 *
 * Returns the listener, or
 *   -1       the filter is not loaded, or has no notification in it
 *   -EINVAL  @ctx is no filter context, or there is no libseccomp in the
 *	      process that could have made one
 */
int seccomp_notify_fd(const scmp_filter_ctx ctx);

#ifdef __cplusplus
}
#endif

#elif defined(SECCOMP_NOTIFY_LOOKS) && defined(__has_include_next)
#pragma GCC system_header /* #include_next is no pedant's C */
#if __has_include_next(<seccomp.h>)
#include_next <seccomp.h>
#endif
#endif
