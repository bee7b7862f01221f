# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors

VERSION = 1.0.0

prefix = /usr/local
exec_prefix = $(prefix)
libdir = $(exec_prefix)/lib
includedir = $(prefix)/include
mandir = $(prefix)/share/man
pkgconfigdir = $(libdir)/pkgconfig

CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
# The products go to this folder. If the source is read-only, set another one.
BUILD = build

NAME = libseccomp-notify
MAP = src/$(NAME).map
CALLS := $(shell sed -n 's/^\t*\(seccomp_[a-z_]*\);/\1/p' $(MAP))
SONAME = $(NAME).so.$(firstword $(subst ., ,$(VERSION)))
SHARED = $(BUILD)/$(NAME).so.$(VERSION)
STATIC = $(BUILD)/$(NAME).a
LIBRARY = $(SHARED) $(BUILD)/$(SONAME) $(BUILD)/$(NAME).so $(STATIC)

# The library's own options are added before the packager's.
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wcast-qual -Wundef \
	-Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings
# If the compiler knows an option, `has` prints nothing, and HARDENING keeps it.
# On arm64, libgcc's atomic functions have no BTI mark: -mno-outline-atomics.
has = $(shell echo 'typedef int any;' | $(CC) $(1) -Werror -S -x c -o /dev/null - \
	$(filter-out --coverage -ftest-coverage,$(CPPFLAGS) $(CFLAGS)) 2>&1 || echo no)
HARDENING := $(foreach flag,-fstack-protector-strong -fstack-clash-protection \
	-fcf-protection -mbranch-protection=standard -mno-outline-atomics, \
	$(if $(call has,$(flag)),,$(flag)))
# The compiler records the folder as $PWD, which may be a symbolic link, while
# PREFIX_MAP uses CURDIR. So both are made the same.
export PWD := $(CURDIR)
PREFIX_MAP = "-fdebug-prefix-map=$(CURDIR)=."
COMPILE = $(CC) -std=c11 -D_GNU_SOURCE -Iinclude $(WARNINGS) \
	$(PREFIX_MAP) $(HARDENING) $(CPPFLAGS) $(CFLAGS)
# Clang links a sanitizer's functions only into programs, not into libraries.
DEFS = $(if $(findstring -fsanitize=,$(CC) $(CFLAGS) $(LDFLAGS)),,-Wl,-z,defs)
# No start files, since the library has no constructor.
LINK_SHARED = -shared -nostartfiles -Wl,-soname,$(SONAME) \
	-Wl,--version-script=$(MAP) -Wl,-Bsymbolic $(DEFS) -Wl,-z,text \
	-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
OBJECTS = $(patsubst src/%.c,$(BUILD)/src/%.o,$(wildcard src/*.c))

all: $(LIBRARY) ## Build the library (default)

$(BUILD)/src/%.o: src/%.c $(wildcard src/*.h) include/seccomp.h Makefile
	@mkdir -p $(@D)
	$(COMPILE) -Wconversion -Wsign-conversion -fPIC -fvisibility=default \
		-DSECCOMP_NOTIFY_BUILD -c -o $@ $<

$(SHARED): $(OBJECTS) $(MAP)
	$(CC) $(CFLAGS) $(LINK_SHARED) $(LDFLAGS) -o $@ $(OBJECTS) -ldl

$(BUILD)/$(SONAME) $(BUILD)/$(NAME).so: $(SHARED)
	ln -sf $(notdir $<) $@

$(STATIC): $(OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

# Manual pages: the library, the guide, and one page for the six functions, which
# has the name of one of them. The names of the other five are links to it.
PAGES_7 = $(NAME).7 seccomp_notify_supervisor.7
PAGE = seccomp_notify_alloc.3notify
LINKS = $(filter-out $(PAGE),$(CALLS:=.3notify))

# Quoted, because DESTDIR may contain a space.
to_lib = "$(DESTDIR)$(libdir)"
to_headers = "$(DESTDIR)$(includedir)/seccomp-notify"
to_pc = "$(DESTDIR)$(pkgconfigdir)"
to_man = "$(DESTDIR)$(mandir)"

install: all ## Install under $(DESTDIR)$(prefix)
	install -d $(to_lib) $(to_pc) $(to_headers) $(to_man)/man3 $(to_man)/man7
	install -m 755 $(SHARED) $(to_lib)
	ln -sf $(notdir $(SHARED)) $(to_lib)/$(SONAME)
	ln -sf $(SONAME) $(to_lib)/$(NAME).so
	install -m 644 $(STATIC) $(to_lib)
	install -m 644 include/seccomp.h $(to_headers)
	install -m 644 man/$(PAGE) $(to_man)/man3
	for link in $(LINKS); do ln -sf $(PAGE) $(to_man)/man3/$$link || exit 1; done
	install -m 644 $(PAGES_7:%=man/%) $(to_man)/man7
	sed -e 's|@VERSION@|$(VERSION)|' -e 's|@prefix@|$(prefix)|' \
	    -e 's|@exec_prefix@|$(patsubst $(prefix)/%,$${prefix}/%,$(patsubst $(prefix),$${prefix},$(exec_prefix)))|' \
	    -e 's|@libdir@|$(libdir:$(exec_prefix)/%=$${exec_prefix}/%)|' \
	    -e 's|@includedir@|$(includedir:$(prefix)/%=$${prefix}/%)|' \
	    $(NAME).pc.in > $(to_pc)/$(NAME).pc
	chmod 644 $(to_pc)/$(NAME).pc

uninstall: ## Remove what install put there
	rm -f $(foreach file,$(LIBRARY),$(to_lib)/$(notdir $(file))) \
		$(to_pc)/$(NAME).pc $(to_headers)/seccomp.h \
		$(foreach page,$(PAGES_7),$(to_man)/man7/$(page)) \
		$(foreach page,$(PAGE) $(LINKS),$(to_man)/man3/$(page))
	-[ ! -d $(to_headers) ] || rmdir $(to_headers)

# The targets of the tests: check, demo, and the others in that file.
-include tests/tests.mk

dist: ## Make the release's tarball from the last commit
	@mkdir -p $(BUILD)
	git -c tar.umask=0022 archive --prefix=$(NAME)-$(VERSION)/ \
		-o $(BUILD)/$(NAME)-$(VERSION).tar HEAD
	gzip -9nf $(BUILD)/$(NAME)-$(VERSION).tar

clean: ## Remove what was built
	rm -rf $(BUILD)

help: ## List the targets
	@(sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST); \
	sed -n 's/^# \([a-z-]*\): /\1\t/p' /dev/null \
		$(wildcard $(SCRIPTS:%=tests/*/%.sh))) | expand -t 20

.PHONY: all install uninstall dist clean help
