/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Finds libseccomp in the symbol tables of the loaded objects. dlsym(3) misses
 * what RTLD_LOCAL hides, and dlopen(3) may read files or allocate memory.
 */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>

#include <seccomp.h>

struct search {
	scmp_filter_ctx ctx;
	uintptr_t from; /* address in the object to start at; 0: the first */
	int count, fd;
};

/* Returns the function's address if the object at base defines it, or 0. */
static uintptr_t find(uintptr_t base, const ElfW(Dyn) * entry, const char *name)
{
	const char *table[DT_SYMTAB + 1] = { NULL };
	const uint32_t *gnu = NULL, *bucket;
	const ElfW(Sym) * symbol;
	uint32_t count = 0;

	for (; entry->d_tag != DT_NULL; entry++) {
		uintptr_t at = entry->d_un.d_ptr;

		at += at < base ? base : 0; /* glibc may have added base */
		if (entry->d_tag == DT_GNU_HASH)
			gnu = (void *)at;
		else if (entry->d_tag <= DT_SYMTAB)
			table[entry->d_tag] = (void *)at;
	}
	if (gnu) {
		bucket = gnu + 4 + gnu[2] * (sizeof(base) / sizeof(*gnu));
		for (uint32_t i = 0; i < gnu[0]; i++)
			count = bucket[i] > count ? bucket[i] : count;
		while (count && !(bucket[gnu[0] + count++ - gnu[1]] & 1))
			;
	} else if (table[DT_HASH]) {
		count = (uint32_t)((const Elf_Symndx *)table[DT_HASH])[1];
	}
	for (symbol = (const void *)table[DT_SYMTAB]; count; symbol++, count--)
		if (symbol->st_shndx != SHN_UNDEF && // NOLINT: symbol is set
		    !strcmp(table[DT_STRTAB] + symbol->st_name, name))
			return base + symbol->st_value;
	return 0;
}

/* The lock of dl_iterate_phdr(3) keeps the object loaded during the call. */
static int ask(struct dl_phdr_info *object, size_t i, void *data)
{
	const ElfW(Dyn) none = { 0 }, *dynamic = &none;
	struct search *search = data;
	uintptr_t start, function;

	for (i = 0; i < object->dlpi_phnum; i++) {
		start = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
		if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
			dynamic = (void *)start;
		if (search->from - start < object->dlpi_phdr[i].p_memsz)
			search->from = 0;
	}
	/* This library and its copies have no seccomp_init(). */
	function = find(object->dlpi_addr, dynamic, "seccomp_notify_fd");
	if (!function || !find(object->dlpi_addr, dynamic, "seccomp_init"))
		return 0;
	search->count++;
	if (!search->from)
		search->fd = ((int (*)(scmp_filter_ctx))function)(search->ctx);
	return !search->from;
}

int seccomp_notify_fd(const scmp_filter_ctx ctx)
{
	struct search search = { ctx, UINTPTR_MAX, 0, -EINVAL };
	const void *next;

	dl_iterate_phdr(ask, &search); /* UINTPTR_MAX: only counts */
	next = search.count > 1 ? dlsym(RTLD_NEXT, "seccomp_init") : NULL;
	search.from = (uintptr_t)(next ? next : __builtin_return_address(0));
	/* Start there. If no libseccomp follows, start at the first object. */
	for (int i = 0; i < 2 && ctx && !dl_iterate_phdr(ask, &search); i++)
		search.from = 0;
	return search.fd >= 0 || search.fd == -EINVAL ? search.fd : -1;
}
