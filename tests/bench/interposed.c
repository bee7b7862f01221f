/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* Replaces two functions of the C library. bench.sh preloads it into `ways`. */
#include <unistd.h>

#include "ways.h"

pid_t getpgid(pid_t pid)
{
	return ANSWER_TO(pid);
}

int chdir(const char *path)
{
	long answer = answer_to_path(path);

	if (answer == 0)
		return 0;
	errno = (int)-answer;
	return -1;
}
