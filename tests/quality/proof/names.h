/* SPDX-License-Identifier: MIT */
/* Copyright The libseccomp-notify authors */
/* Included before each file of src/: what proof.c has in the C library's place.
 */
#define calloc proof_calloc
#define free proof_free
#define __builtin_return_address proof_return_address

void *proof_return_address(int level);
