# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# The targets of the tests. The Makefile includes this file if it is there, so
# that a tarball without tests still builds and installs.

# On a machine without /proc, the dynamic linker does not know $ORIGIN, and uses
# the last folder.
LINK_TEST = $(LDFLAGS) -L$(BUILD) \
	-Xlinker -rpath -Xlinker '$$ORIGIN:$$ORIGIN/..:$$ORIGIN/../..:$(BUILD)'
# The programs of `make check`.
PROGRAMS = $(addprefix $(BUILD)/tests/,suite secure fake_libseccomp.so \
	fake_libseccomp_default.so caller.so empty.so example readme victim \
	cplusplus)
objects = $(patsubst tests/%.c,$(BUILD)/tests/%.o,$(1))
LIB = $(call objects,$(wildcard tests/lib/*.c))

# Prints what is missing in one line, instead of hundreds of errors.
find-check:
	@command -v $(firstword $(PKG_CONFIG)) >/dev/null && \
	$(PKG_CONFIG) --exists check || { \
		echo "The tests need the library Check and the command $(PKG_CONFIG):" \
			"$$(grep -o 'apt-get install .* && make check' README.md)" >&2; \
		exit 1; }

$(BUILD)/tests/%.o: tests/%.c $(wildcard tests/lib/*.h) include/seccomp.h \
		Makefile tests/tests.mk | find-check
	@mkdir -p $(@D)
	$(COMPILE) -Itests/lib $(shell $(PKG_CONFIG) --cflags check) -c -o $@ $<

# The suite, and the programs of check-faults and soak.
FAULTS = $(call objects,$(addprefix tests/stress/,\
	faults.c killed_targets.c changing_targets.c hindered_supervisors.c))
SOAK = $(call objects,$(addprefix tests/stress/,\
	soak.c soak_target.c soak_supervisor.c))
$(FAULTS) $(SOAK): $(wildcard tests/stress/*.h)
$(BUILD)/tests/cases/guide_acting.o: tests/examples/target.h
CHECKED = $(addprefix $(BUILD)/tests/,suite faults soak)
$(BUILD)/tests/suite: $(call objects,$(filter-out \
	%/secure.c %/fake_libseccomp.c %/caller.c,$(wildcard tests/cases/*.c)))
$(BUILD)/tests/faults: $(FAULTS)
$(BUILD)/tests/soak: $(SOAK)
$(CHECKED): $(LIB) $(LIBRARY)
	$(COMPILE) -o $@ $(filter %.o,$^) $(LINK_TEST) -lseccomp-notify \
		$(shell $(PKG_CONFIG) --libs check) -pthread -ldl

# A set-user-ID program does not search $ORIGIN, so it gets the static library.
$(BUILD)/tests/secure: tests/cases/secure.c $(STATIC)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LDFLAGS) $(STATIC)

# Modules that the suite loads, without --coverage, which would add functions.
MODULE = $(CC) -std=c11 $(WARNINGS) -fPIC -shared \
	$(filter-out --coverage,$(CPPFLAGS) $(CFLAGS))
$(BUILD)/tests/fake_libseccomp.so: tests/cases/fake_libseccomp.c
	@mkdir -p $(@D)
	$(MODULE) -o $@ $< $(LDFLAGS) -Wl,--hash-style=sysv
$(BUILD)/tests/fake_libseccomp_default.so: tests/cases/fake_libseccomp.c
	@mkdir -p $(@D)
	$(MODULE) -o $@ $< $(LDFLAGS)
$(BUILD)/tests/caller.so: tests/cases/caller.c
	@mkdir -p $(@D)
	$(MODULE) -o $@ $< $(LDFLAGS)
$(BUILD)/tests/empty.so: tests/cases/caller.c
	@mkdir -p $(@D)
	$(MODULE) -fvisibility=hidden -o $@ $< $(LDFLAGS)

# drop-in.c as C++, if the compiler supports that (gcc needs g++). It is linked
# without libseccomp.
# -fsanitize=function would need the C++ library.
NO_TYPES = -fno-sanitize=function
$(BUILD)/tests/cplusplus: tests/compat/dropin/drop-in.c include/seccomp.h $(LIBRARY)
	@mkdir -p $(@D)
	! echo 'int main() {}' | $(CC) -x c++ -S -o /dev/null - 2>/dev/null || { \
		$(CC) -x c++ -Iinclude -DSECCOMP_NOTIFY_BUILD $(CPPFLAGS) $(CFLAGS) \
			-std=c++11 -fno-exceptions \
			$(if $(call has,$(NO_TYPES)),,$(NO_TYPES)) -c -o $@.o $< && \
		$(CC) $(CFLAGS) -o $@ $@.o $(LINK_TEST) -lseccomp-notify; }

# The programs and loops in the documents, extracted without a change.
$(BUILD)/tests/example.c: man/$(PAGE)
$(BUILD)/tests/readme.c: README.md
$(BUILD)/tests/header-loop.c: include/seccomp.h
$(BUILD)/tests/guide-loop.c: man/seccomp_notify_supervisor.7
$(BUILD)/tests/example.c $(BUILD)/tests/guide-loop.c $(BUILD)/tests/readme.c:
	@mkdir -p $(@D)
	sed -n -e '/^\.EX/,/^\.EE/{/^\.E[XE]/d;s/\\e/\\/g;s/\\-/-/g;p}' \
		-e '/^```c$$/,/^```/{/^```/d;p}' $< > $@
$(BUILD)/tests/header-loop.c:
	@mkdir -p $(@D)
	sed -n -e '/^ \*\//q' -e 's/^ \*\t//p' $< > $@

# These programs define ARCH for few processors; arch.h has the others.
$(BUILD)/tests/example $(BUILD)/tests/readme: %: %.c $(LIBRARY) tests/examples/arch.h
	$(COMPILE) -include tests/examples/arch.h -o $@ $< $(LINK_TEST) -lseccomp-notify

# What check-examples needs to test the published programs.
FIRE = $(addprefix $(BUILD)/fire/,under runtime storm.so header-loop guide-loop)
$(BUILD)/tests/victim $(BUILD)/fire/under $(BUILD)/fire/runtime: \
		tests/examples/fire/*.c tests/examples/*.h
	@mkdir -p $(@D)
	$(COMPILE) -o $@ tests/examples/fire/$(@F).c $(LDFLAGS) -pthread
$(BUILD)/fire/storm.so: tests/examples/fire/storm.c
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -shared -o $@ $< $(LDFLAGS) -pthread -ldl
$(BUILD)/fire/guide-loop: WHOLE = -DWHOLE
$(BUILD)/fire/%-loop: $(BUILD)/tests/%-loop.c tests/examples/fire/loop.c \
		$(wildcard tests/examples/*.h) $(LIBRARY)
	@mkdir -p $(@D)
	$(COMPILE) -I$(<D) '-DLOOP="$(<F)"' $(WHOLE) -o $@ tests/examples/fire/loop.c \
		$(LINK_TEST) -lseccomp-notify

$(BUILD)/demo: tests/examples/demo.c $(wildcard tests/examples/*.h) $(LIBRARY)
	$(COMPILE) -o $@ $< $(LINK_TEST) -lseccomp-notify

# The programs of tests/examples whose other libraries are installed.
has_package = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo $(2))
EXAMPLES = $(addprefix $(BUILD)/examples/,many open \
	$(call has_package,libseccomp,handover) \
	$(call has_package,json-c,agent agent-static))
$(BUILD)/examples/%: tests/examples/%.c $(wildcard tests/examples/*.h) $(LIBRARY)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LINK_TEST) -lseccomp-notify $(LIBS)
$(BUILD)/examples/%-static: tests/examples/%.c $(wildcard tests/examples/*.h) $(STATIC)
	@mkdir -p $(@D)
	$(COMPILE) -static -o $@ $< $(LDFLAGS) $(STATIC) $(LIBS)
$(BUILD)/examples/agent $(BUILD)/examples/agent-static: \
	LIBS = $(shell $(PKG_CONFIG) --libs json-c)
$(BUILD)/examples/handover: LIBS = -lseccomp

check: $(PROGRAMS) ## Run the tests
	$(BUILD)/tests/suite

programs: $(PROGRAMS) $(BUILD)/demo ## Build what check and demo run

examples: $(EXAMPLES) $(BUILD)/demo ## Build the programs of tests/examples

fire: $(filter-out %/suite %/secure,$(PROGRAMS)) examples $(FIRE)

demo: $(BUILD)/demo ## Watch a supervisor at work on an unmodified program
	tests/examples/demo.sh $(BUILD)/demo

# The benchmark's program, linked as a user of the library links a program.
$(BUILD)/bench/bench-ours: $(addprefix tests/bench/,bench.c targets.c targets.h calls.h) \
		tests/lib/trap.c tests/lib/process.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -O2 -g -Itests/lib \
		-Iinclude -o $@ $(filter %.c,$^) -L$(BUILD) \
		-Wl,-rpath,'$$ORIGIN/..' -lseccomp-notify -pthread

# Each of these runs the script of its name, which says at its top what it needs.
SCRIPTS = check-dropin check-variants check-sanitizers check-packages \
	check-cross check-kernels check-machines check-faults check-examples \
	check-consumers soak fuzz lint hardening coverage mutation bench \
	bench-plot bench-wake-up proof
$(SCRIPTS):
	tests/*/$@.sh

.PHONY: check find-check programs demo examples fire $(SCRIPTS)
