/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * On its own, so that a static supervisor which has no filter context does not
 * pull in the dynamic loader.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <seccomp.h>

int seccomp_notify_fd(const scmp_filter_ctx ctx)
{
	static const char name[] = "seccomp_notify_fd";
	int (*libseccomp_notify_fd)(const scmp_filter_ctx ctx);
	void *symbol = dlsym(RTLD_NEXT, name);
	void *libseccomp = NULL;
	int fd = -EINVAL;

	if (!symbol) {
		/* RTLD_LOCAL hides it; RTLD_NOLOAD never loads a file. */
		libseccomp = dlopen("libseccomp.so.2", RTLD_LAZY | RTLD_NOLOAD);
		if (libseccomp)
			symbol = dlsym(libseccomp, name);
	}
	if (symbol) {
		memcpy(&libseccomp_notify_fd, &symbol, sizeof(symbol));
		/* A libseccomp.so.2 may be a link to this library. */
		if (libseccomp_notify_fd != seccomp_notify_fd)
			fd = libseccomp_notify_fd(ctx);
	}
	if (libseccomp)
		dlclose(libseccomp);
	return fd >= 0 || fd == -EINVAL ? fd : -1;
}
