/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* The right answers, for ways.c and interposed.c. */
#ifndef WAYS_H
#define WAYS_H

#include <errno.h>
#include <string.h>

/* The answer to a number. */
#define ANSWER_TO(number) ((number)*3 + 1)

/* Both paths have the same size, so the supervisor knows how much to read. */
#define ALLOWED_PATH "/usr/lib/."
#define OTHER_PATH "/etc/../.."
#define PATH_SIZE ((int)sizeof(ALLOWED_PATH))

static inline long answer_to_path(const char *path)
{
	return strncmp(path, "/usr/", 5) == 0 ? 0 : -EACCES;
}

#endif
