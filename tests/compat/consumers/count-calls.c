/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Counts the calls of the six functions, for each library that got them, in one
 * of three ways:
 *
 * LD_AUDIT=count-calls.so: the dynamic linker binds as it always does, and this
 * module puts a counter in front of what it found. It sees calls through a
 * procedure linkage table and results of dlsym(3).
 *
 * LD_PRELOAD="count-calls.so ...": for programs that have no such table, as
 * rustc makes them. The functions here call the next ones in the search order.
 *
 * Built with -DSTATIC, and linked into a static program with the linker option
 * --wrap for each function. seccomp_notify_fd() is not counted then.
 *
 * COUNT_CALLS names the file of the counters: 8 bytes for each function of
 * this library, then for each of libseccomp.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALLOC, FREE, RECEIVE, RESPOND, ID_VALID, FD, CALLS };
enum { OURS, THEIRS, LIBRARIES };

/* Any of the six: arguments and result are in registers. */
typedef uintptr_t function(uintptr_t, uintptr_t);

struct counters {
	atomic_ulong calls[LIBRARIES][CALLS];
};

static struct counters unread;
static struct counters *counters = &unread;
/* The addresses of each library's own functions. */
static function *functions[LIBRARIES][CALLS];

static void open_counters(void)
{
	const char *path = getenv("COUNT_CALLS");
	void *memory;
	int fd;

	if (!path)
		return;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || ftruncate(fd, sizeof(*counters)) < 0)
		return;
	memory = mmap(NULL, sizeof(*counters), PROT_READ | PROT_WRITE,
		      MAP_SHARED, fd, 0);
	close(fd);
	if (memory != MAP_FAILED)
		counters = memory;
}

/*
 * Each counting function ends in a tail call, so that the function called sees
 * its true caller. At -O2, the compiler makes it a jump, because types and
 * arguments are the same.
 */
#define COUNTER(library, call)                                              \
	static uintptr_t count_##library##_##call(uintptr_t a, uintptr_t b) \
	{                                                                   \
		atomic_fetch_add(&counters->calls[library][call], 1);       \
		return functions[library][call](a, b);                      \
	}

#define COUNTERS(library)          \
	COUNTER(library, ALLOC)    \
	COUNTER(library, FREE)     \
	COUNTER(library, RECEIVE)  \
	COUNTER(library, RESPOND)  \
	COUNTER(library, ID_VALID) \
	COUNTER(library, FD)

#define TABLE(library)                                                        \
	{                                                                     \
		count_##library##_ALLOC, count_##library##_FREE,              \
			count_##library##_RECEIVE, count_##library##_RESPOND, \
			count_##library##_ID_VALID, count_##library##_FD,     \
	}

COUNTERS(OURS)
COUNTERS(THEIRS)

static function *const counting[LIBRARIES][CALLS] = { TABLE(OURS),
						      TABLE(THEIRS) };

#ifdef STATIC

/* --- A static program, linked with --wrap of each function ---------------- */

#define WRAPPED(call, name)                                \
	uintptr_t __real_##name(uintptr_t a, uintptr_t b); \
	uintptr_t __wrap_##name(uintptr_t a, uintptr_t b); \
	uintptr_t __wrap_##name(uintptr_t a, uintptr_t b)  \
	{                                                  \
		functions[OURS][call] = __real_##name;     \
		return counting[OURS][call](a, b);         \
	}

__attribute__((constructor)) static void open_first(void)
{
	open_counters();
}

WRAPPED(ALLOC, seccomp_notify_alloc)
WRAPPED(FREE, seccomp_notify_free)
WRAPPED(RECEIVE, seccomp_notify_receive)
WRAPPED(RESPOND, seccomp_notify_respond)
WRAPPED(ID_VALID, seccomp_notify_id_valid)

#else

static const char *const names[CALLS] = {
	"seccomp_notify_alloc",	   "seccomp_notify_free",
	"seccomp_notify_receive",  "seccomp_notify_respond",
	"seccomp_notify_id_valid", "seccomp_notify_fd",
};

static int library_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strstr(slash ? slash : path, "libseccomp-notify") ? OURS :
								   THEIRS;
}

/* --- LD_AUDIT ------------------------------------------------------------- */

unsigned int la_version(unsigned int version)
{
	open_counters();
	return version < LAV_CURRENT ? version : LAV_CURRENT;
}

unsigned int la_objopen(struct link_map *map, Lmid_t lmid, uintptr_t *cookie)
{
	(void)lmid;
	*cookie = (uintptr_t)map;
	return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}

/* The program's calls are counted, not those that our library makes. */
/* NOLINTBEGIN(readability-non-const-parameter): <link.h> declares it so */
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned int index, uintptr_t *from,
		       uintptr_t *to, unsigned int *flags, const char *name)
{
	const char *definer = ((struct link_map *)*to)->l_name;
	const char *caller = ((struct link_map *)*from)->l_name;
	int library = library_of(definer);

	(void)index;
	(void)flags;
	if (library_of(caller) == OURS)
		return symbol->st_value;
	for (int call = 0; call < CALLS; call++) {
		if (strcmp(name, names[call]) == 0) {
			functions[library][call] = (function *)symbol->st_value;
			return (uintptr_t)counting[library][call];
		}
	}
	return symbol->st_value;
}

/* NOLINTEND(readability-non-const-parameter) */

/* --- LD_PRELOAD ----------------------------------------------------------- */

static function *next(int call)
{
	static atomic_bool opened;
	Dl_info info;
	void *symbol = dlsym(RTLD_NEXT, names[call]);
	int library;

	if (!atomic_exchange(&opened, 1))
		open_counters();
	if (!symbol || !dladdr(symbol, &info))
		abort();
	library = library_of(info.dli_fname);
	functions[library][call] = (function *)(uintptr_t)symbol;
	return counting[library][call];
}

#define PRELOADED(call, name)                     \
	uintptr_t name(uintptr_t a, uintptr_t b); \
	uintptr_t name(uintptr_t a, uintptr_t b)  \
	{                                         \
		return next(call)(a, b);          \
	}

PRELOADED(ALLOC, seccomp_notify_alloc)
PRELOADED(FREE, seccomp_notify_free)
PRELOADED(RECEIVE, seccomp_notify_receive)
PRELOADED(RESPOND, seccomp_notify_respond)
PRELOADED(ID_VALID, seccomp_notify_id_valid)
PRELOADED(FD, seccomp_notify_fd)

#endif
