/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * Tests of the interface: the header without libseccomp's header, and the
 * symbols of the shared library.
 */
#define SECCOMP_NOTIFY_BUILD /* does not include libseccomp's header */
#include <seccomp.h>

/*
 * Programs rely on the headers that libseccomp's header includes. Each line but
 * the last needs one of them, and nothing else has included them so far.
 */
static const Elf32_Half machine = EM_386;		  /* <elf.h> */
static const char format[] = "%" PRIx64;		  /* <inttypes.h> */
static const int call = __NR_close;			  /* <asm/unistd.h> */
static const unsigned int architecture = AUDIT_ARCH_I386; /* <linux/audit.h> */
static const unsigned int action = SECCOMP_RET_USER_NOTIF;
static const scmp_filter_ctx context = 0;

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "harness.h"

START_TEST(the_header_includes_what_libseccomps_header_includes)
{
	char text[32];

	snprintf(text, sizeof(text), format, UINT64_MAX);
	ck_assert_str_eq(text, "ffffffffffffffff");
	ck_assert_int_eq(call, SYS_close);
	ck_assert_uint_eq(architecture & 0xffff, machine);
	ck_assert_uint_eq(action, 0x7fc00000);
	ck_assert_ptr_null(context);
}
END_TEST

START_TEST(a_program_in_cplusplus_supervises)
{
	const char *program = find_built("cplusplus");

	if (!program)
		SKIP("no C++ compiler (package g++)");
	assert_prints(program, "3 calls answered\n");
}
END_TEST

/* The interface. This list is independent of the library's version script. */
#define NODE "LIBSECCOMP_NOTIFY_1.0"
static const char *const functions[] = {
	"seccomp_notify_alloc",	  "seccomp_notify_fd",
	"seccomp_notify_free",	  "seccomp_notify_id_valid",
	"seccomp_notify_receive", "seccomp_notify_respond",
};

/* Maps the file that the library was loaded from. */
static const unsigned char *map_library(void)
{
	Dl_info library;
	struct stat status;
	void *memory;
	int file;

	/* &seccomp_notify_alloc may be an address in this program. */
	ck_assert(dladdr(dlsym(RTLD_DEFAULT, functions[0]), &library));
	file = open(library.dli_fname, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(fstat(file, &status), 0);
	memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE,
		      file, 0);
	ck_assert_ptr_ne(memory, MAP_FAILED);
	close(file);
	return memory;
}

/* Finds the only section of this type. */
static const ElfW(Shdr) * find_section(const unsigned char *file, uint32_t type)
{
	const ElfW(Ehdr) *header = (const void *)file;
	const ElfW(Shdr) *section = (const void *)(file + header->e_shoff);

	for (int i = 0; i < header->e_shnum; i++, section++)
		if (section->sh_type == type)
			return section;
	ck_abort_msg("the library has no section of type %#x", type);
}

/* The string table that this section refers to. */
static const char *find_strings(const unsigned char *file,
				const ElfW(Shdr) * section)
{
	const ElfW(Ehdr) *header = (const void *)file;
	const ElfW(Shdr) *sections = (const void *)(file + header->e_shoff);

	return (const char *)file + sections[section->sh_link].sh_offset;
}

/* Whether it is one of the functions. */
static bool is_function(const char *name)
{
	for (size_t i = 0; i < COUNT(functions); i++)
		if (strcmp(name, functions[i]) == 0)
			return true;
	return false;
}

/*
 * "It has six functions, with the names and the binary interface of
 * libseccomp's notification functions."
 */
START_TEST(the_library_exports_the_six_functions_alone)
{
	const unsigned char *file = map_library();
	const ElfW(Shdr) *section = find_section(file, SHT_DYNSYM);
	const ElfW(Sym) *symbols = (const void *)(file + section->sh_offset);
	const char *names = find_strings(file, section);
	const ElfW(Half) *versions =
		(const void *)(file +
			       find_section(file, SHT_GNU_versym)->sh_offset);
	size_t count = 0;

	for (size_t i = 1; i < section->sh_size / sizeof(*symbols); i++) {
		const char *name = names + symbols[i].st_name;

		if (symbols[i].st_shndx == SHN_UNDEF ||
		    ELF32_ST_BIND(symbols[i].st_info) == STB_LOCAL)
			continue;
		/* Some linkers define a symbol for the version node. */
		if (symbols[i].st_shndx == SHN_ABS && strcmp(name, NODE) == 0)
			continue;
		ck_assert_msg(is_function(name), "the library exports %s",
			      name);
		/* 1 means that the symbol has no version. */
		ck_assert_msg(versions[i] == 2, "%s has version number %d",
			      name, versions[i]);
		count++;
	}
	ck_assert_uint_eq(count, COUNT(functions));
}
END_TEST

START_TEST(the_library_has_one_version_node)
{
	const unsigned char *file = map_library();
	const ElfW(Shdr) *section = find_section(file, SHT_GNU_verdef);
	const unsigned char *at = file + section->sh_offset;
	const char *names = find_strings(file, section);
	const ElfW(Verdef) *base = (const void *)at;
	const ElfW(Verdef) * node;
	const ElfW(Verdaux) * name;

	ck_assert_int_eq(base->vd_flags, VER_FLG_BASE);
	ck_assert_uint_ne(base->vd_next, 0);
	node = (const void *)(at + base->vd_next);
	name = (const void *)((const unsigned char *)node + node->vd_aux);
	ck_assert_int_eq(node->vd_ndx, 2);
	ck_assert_str_eq(names + name->vda_name, NODE);
	ck_assert_uint_eq(node->vd_next, 0);
}
END_TEST

TCase *interface_tests(void)
{
	TCase *tests = tcase_create("interface");

	tcase_add_test(tests,
		       the_header_includes_what_libseccomps_header_includes);
	tcase_add_test(tests, a_program_in_cplusplus_supervises);
	tcase_add_test(tests, the_library_exports_the_six_functions_alone);
	tcase_add_test(tests, the_library_has_one_version_node);
	return tests;
}
