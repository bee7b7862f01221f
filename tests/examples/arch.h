/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/*
 * ARCH is the value of seccomp_data.arch for the processor that the program is
 * compiled for. System calls have other numbers on other architectures, so a
 * filter must look at the architecture before it looks at the number.
 */
#ifndef ARCH_H
#define ARCH_H

#include <linux/audit.h>

/*
 * The calls of x32 and those of x86-64 have one value of seccomp_data.arch, but
 * this bit is set in the numbers of x32 alone, and in -1, by which a tracer
 * skips a call. IS_FOREIGN() says whether a number belongs to the other one.
 */
#define X32_BIT 0x40000000
#if defined(__x86_64__) && defined(__ILP32__)
#define IS_FOREIGN(nr) (!((nr)&X32_BIT))
#elif defined(__x86_64__)
#define IS_FOREIGN(nr) ((nr) != -1 && (nr)&X32_BIT)
#else
#define IS_FOREIGN(nr) 0
#endif

#if defined(__x86_64__) /* and x32, whose numbers have a bit of their own */
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__) && defined(__ARMEB__)
#define ARCH AUDIT_ARCH_ARMEB
#elif defined(__arm__)
#define ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__riscv)
#define ARCH AUDIT_ARCH_RISCV32
#elif defined(__s390x__)
#define ARCH AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCH AUDIT_ARCH_PPC64LE
#elif defined(__powerpc64__)
#define ARCH AUDIT_ARCH_PPC64
#elif defined(__powerpc__)
#define ARCH AUDIT_ARCH_PPC
#elif defined(__loongarch__) && __loongarch_grlen == 64
#define ARCH AUDIT_ARCH_LOONGARCH64
#elif defined(__mips__) && defined(__MIPSEL__) && defined(__LP64__)
#define ARCH AUDIT_ARCH_MIPSEL64
#elif defined(__mips__) && defined(__MIPSEL__) && defined(__mips64)
#define ARCH AUDIT_ARCH_MIPSEL64N32
#elif defined(__mips__) && defined(__MIPSEL__)
#define ARCH AUDIT_ARCH_MIPSEL
#elif defined(__mips__) && defined(__LP64__)
#define ARCH AUDIT_ARCH_MIPS64
#elif defined(__mips__) && defined(__mips64)
#define ARCH AUDIT_ARCH_MIPS64N32
#elif defined(__mips__)
#define ARCH AUDIT_ARCH_MIPS
#elif defined(__sparc__) && defined(__arch64__)
#define ARCH AUDIT_ARCH_SPARC64
#elif defined(__sparc__)
#define ARCH AUDIT_ARCH_SPARC
#elif defined(__alpha__)
#define ARCH AUDIT_ARCH_ALPHA
#elif defined(__hppa__)
#define ARCH AUDIT_ARCH_PARISC
#elif defined(__m68k__)
#define ARCH AUDIT_ARCH_M68K
#elif defined(__sh__) && defined(__LITTLE_ENDIAN__)
#define ARCH AUDIT_ARCH_SHEL
#elif defined(__sh__)
#define ARCH AUDIT_ARCH_SH
#elif defined(__loongarch__)
#define ARCH AUDIT_ARCH_LOONGARCH32
#elif defined(__ia64__)
#define ARCH AUDIT_ARCH_IA64
#elif defined(__arc__) && defined(__BIG_ENDIAN__)
#define ARCH AUDIT_ARCH_ARCV2BE
#elif defined(__arc__)
#define ARCH AUDIT_ARCH_ARCV2
#elif defined(__csky__)
#define ARCH AUDIT_ARCH_CSKY
#elif defined(__hexagon__)
#define ARCH AUDIT_ARCH_HEXAGON
#elif defined(__microblaze__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH (AUDIT_ARCH_MICROBLAZE | __AUDIT_ARCH_LE)
#elif defined(__microblaze__)
#define ARCH AUDIT_ARCH_MICROBLAZE
#elif defined(__nios2__)
#define ARCH AUDIT_ARCH_NIOS2
#elif defined(__or1k__)
#define ARCH AUDIT_ARCH_OPENRISC
#elif defined(__xtensa__)
#define ARCH AUDIT_ARCH_XTENSA
#elif !defined(ARCH)
#error "define ARCH as this processor's AUDIT_ARCH_... of <linux/audit.h>"
#endif

#endif
