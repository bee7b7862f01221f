/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * usage: host local|deep|namespace|pointer|namespace-pointer MODULE...
 *
 * Loads modules that are built from module.c. The last one loads a filter with
 * a notification, the others load one without. Then each asks for the listener
 * of its filter. With pointer, it does so by a function pointer that the host
 * gives it.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MODULES = 4 };

static void *find(void *module, const char *name)
{
	void *symbol = dlsym(module, name);

	if (!symbol) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	return symbol;
}

static void *open_module(const char *mode, const char *file)
{
	void *module;

	if (strncmp(mode, "namespace", strlen("namespace")) == 0)
		module = dlmopen(LM_ID_NEWLM, file, RTLD_NOW);
	else if (strcmp(mode, "deep") == 0)
		module = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
	else
		module = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (!module) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	return module;
}

int main(int argc, char *argv[])
{
	void *(*load[MODULES])(int trap, int *listener);
	void (*ask[MODULES])(void *ctx, int listener, void *function);
	void *ctx[MODULES], *symbol, *function = NULL;
	int count = argc - 2;
	int listener[MODULES];
	int status;
	pid_t pid;

	if (count < 1 || count > MODULES)
		return 2;
	if (strstr(argv[1], "pointer"))
		function = find(RTLD_DEFAULT, "seccomp_notify_fd");
	for (int i = 0; i < count; i++) {
		void *module = open_module(argv[1], argv[i + 2]);

		symbol = find(module, "load");
		memcpy(&load[i], &symbol, sizeof(symbol));
		symbol = find(module, "ask");
		memcpy(&ask[i], &symbol, sizeof(symbol));
	}
	for (int i = 0; i < count; i++)
		ctx[i] = load[i](i == count - 1, &listener[i]);
	for (int i = 0; i < count; i++) {
		pid = fork();
		if (pid == 0)
			ask[i](ctx[i], listener[i], function);
		if (waitpid(pid, &status, 0) != pid || status != 0)
			printf("ended with status %#x\n", status);
		fflush(stdout);
	}
	return 0;
}
