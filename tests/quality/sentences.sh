#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# Checks that a comment of a test quotes each sentence of the manual pages and of
# the header, whole or in parts, or that unproved.txt lists the sentence with the
# reason. `sentences.sh --where` prints the tests that prove each sentence.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/quality/sentences.py "$@"
