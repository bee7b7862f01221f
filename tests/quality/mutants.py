#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
"""The mutants of src/, for mutation.sh.

`mutants.py make FOLDER` writes a numbered folder for each: `src/FILE` with one
change, `diff` with the line above the change, the old lines and the new lines,
and `case`, the test case that should notice the change.

`mutants.py report FOLDER` prints the results, which are in the files `result`.
It fails if a survivor has no explanation, or an explanation has no survivor.
"""
import collections
import difflib
import pathlib
import re
import sys

CASES = [  # by the file and the function that are changed
    ("fd.c", "", "fd"),
    ("wake_up.h", "", "wake_up"),
    (".map", "", "interface"),
    ("notify.c", "alloc|free", "alloc"),
    ("notify.c", "receive", "receive"),
    ("notify.c", "id_valid", "id_valid"),
    ("", "", "respond"),
]

# Changes of a token: what is matched, and each text that replaces it.
TOKENS = [
    (r" == ", " != "),
    (r" != ", " == "),
    (r" < ", " <= ", " > "),
    (r" <= ", " < ", " > "),
    (r" > ", " >= ", " < "),
    (r" >= ", " > ", " < "),
    (r" && ", " || "),
    (r" \|\| ", " && "),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" % ", " / "),
    (r" >> ", " << "),
    (r" << ", " >> "),
    (r"!(?=\w)", ""),
    (r"-(?=E[A-Z]+\b)", ""),
    (r"-(?=1\b)", ""),
    (r"\b0\b", "1"),
    (r"\b1(?=U?L?\b)", "0", "2"),
    (r"\b2\b", "1", "3"),
    (r"\b4\b", "3", "5"),
    (r"\b16\b", "15", "17"),
    (r"\b1024\b", "1023", "1"),
    (r'"1"', '"0"', '""'),
    (r'(?<=")SECCOMP_', "X_"),
    (r'(?<=")(?=seccomp_)', "x"),
    (r"\bEINVAL\b", "ENOENT"),
    (r"\bENOSYS\b", "ENOENT"),
    (r"\bEOPNOTSUPP\b", "ECANCELED"),
    (r"\bECANCELED\b", "EOPNOTSUPP"),
    (r"\bEFAULT\b", "EINVAL"),
    (r"\bENOMEM\b", "EFAULT"),
    (r"\bEINTR\b", "EAGAIN"),
    (r"\bENOENT\b", "ECANCELED"),
    (r"\bNULL\b", "(void *)1"),
    (r"\bUINTPTR_MAX\b", "0"),
    (r"\bRTLD_NEXT\b", "RTLD_DEFAULT"),
    (r"\bSHN_UNDEF\b", "SHN_ABS"),
    (r"\bPT_DYNAMIC\b", "PT_LOAD"),
    (r"\bDT_NULL\b", "DT_SYMTAB"),
    (r"\bDT_GNU_HASH\b", "DT_HASH"),
    (r"\bDT_(?:HASH|STRTAB|SYMTAB)\b(?=\])", "DT_NULL"),
    (r"\bSECCOMP_IOW\b", "SECCOMP_IOR", "SECCOMP_IOWR"),
    (r"\bSECCOMP_IOR\b", "SECCOMP_IOW"),
    (r"\b__u64\b", "__u32"),
    (r"(?<=_)NOTIF_RECV\b", "NOTIF_SEND"),
    (r"(?<=_)NOTIF_SEND\b", "NOTIF_RECV"),
    (r"\bSET_FLAGS,", "SECCOMP_IOCTL_NOTIF_RECV,"),
    (r"\bID_VALID\b", "ID_VALID_BEFORE_5_9"),
    (r"\bID_VALID_BEFORE_5_9\b", "ID_VALID"),
    (r"\bsecure_getenv\b", "getenv"),
    (r"\bcalloc\(1, ", "malloc("),
    (r"\bsizeof\(\*", "sizeof("),
    (r"\bmemory_order_relaxed\b", "memory_order_seq_cst"),
    (r"\batomic_exchange_explicit\(last, ", "(0 * "),
    (r"\bstatic (?=atomic)", ""),
    (r"\batomic_(?=int|ulong)", "unsigned "),
    (r"\bunsigned long (?=block|before)", "unsigned int "),
    (r"\bunsigned long (?=nr)", "unsigned int ", "int "),
    (r"\((unsigned int|unsigned long|uintptr_t)\)", ""),
    (r"\bfd(?=[,)])", "0"),
    (r"\bid(?=[,) ])", "0"),
    (r"\breq(?=[);])", "NULL"),
    (r"(?<!\w )\bctx\b(?=[,)])", "NULL"),
    # The two arms of ?:, exchanged.
    (r"\?(\s+)([^?:;]+) :(\s+)([^?:;]+)(?=;)", r"?\1\4 :\3\2"),
]

# Changes of the meaning: mistakes that a programmer could make.
READS_ENVIRONMENT = "sync_wake_up(-1, &(struct seccomp_notif){ 0 });"
MEANINGS = [
    # A condition is true for more or fewer errors.
    (r"errno == (E\w+)", "errno", "errno != ENOENT",
     r"(errno == \1 || errno == EACCES)", r"(errno == \1 || errno == EAGAIN)"),
    (r"(\S+ [=>]= -?\w+) \|\| (\S+ == -?\w+)", r"\1", r"\2"),
    (r"search\.fd >= 0 \|\| search\.fd == -EINVAL", "search.fd != -EFAULT",
     "1"),
    # Also accepted: texts that begin with the right one, contain it, or are 1.
    (r'strcmp\((env), ("1")\)', r"strncmp(\1, \2, 1)", r"!strstr(\1, \2)",
     r"1 - atoi(\1)", r'(\g<0> && strcmp(\1, "true"))'),
    (r"strcmp\((table.*?), (name)\)", r"strncmp(\1, \2, strlen(\2))",
     r"!strstr(\1, \2)"),
    # Retries are limited, made for fewer requests, or made for the receive too.
    (r"long rc;(.*?)while \((.*?)\);",
     *(rf"long rc;\n\tint left = {limit};\n\1while ((\2) && --left);"
       for limit in (2, 3, 100))),
    (r"nr != SECCOMP_IOCTL_NOTIF_RECV", "nr == SECCOMP_IOCTL_NOTIF_SEND",
     "nr == ID_VALID", "nr != ID_VALID_BEFORE_5_9",
     r"\g<0> && nr != SECCOMP_IOW(4, __u64)"),
    # An added cancellation point, system call, or look at the environment.
    (r"(?=(?:rc = |if \()syscall\(|free\(req\);)", "pthread_testcancel();\n\t"),
    (r"(?=(?:rc = |if \()syscall\()", "syscall(SYS_getppid);\n\t"),
    (r"(?=if \((?:syscall|listener_ioctl)\()", READS_ENVIRONMENT + "\n\t"),
    # A value is remembered from the last call.
    (r"(?=struct seccomp_notif_sizes size)", "static "),
    (r"(?=struct seccomp_notif_sizes size)(.*?if \()(syscall)",
     r"static \1!size.seccomp_notif && \2"),
    (r"if \((listener_ioctl\(fd, )ID_VALID,(.*?)errno == EINVAL",
     r"static unsigned long nr = ID_VALID;\n\n\tif (\1nr,\2errno == EINVAL && "
     r"(nr = ID_VALID_BEFORE_5_9)"),
    (r"start, function;(.*?)(?=function = find)",
     r"start;\n\tstatic uintptr_t function;\1if (!function)\n\t\t"),
    (r"(const void \*next;\n)(.*?)return (search.*?);",
     r"static int known = -1;\n\t\1\n\tif (known >= 0)\n\t\treturn known;\2"
     r"known = \3;\n\treturn known;"),
    # alloc: sizes and outputs.
    (r"!(size\.seccomp_notif) \|\| !(size\.seccomp_notif_resp)",
     r"(req && !\1) || (resp && !\2)", r"!\1 && !\2"),
    (r"(?<!define )MAX\((.*?), (.*?\))\)", r"\1", r"\2", r"(\1 + \2)"),
    (r"(\tif \(!size.*?EFAULT;\n)(.*?)(?=\treturn 0;)", r"\2\1"),
    (r"(\tif \(req\)\n.*?)(\tif \(syscall.*?\n)(?=\n\tif \(req\) \{)", r"\2\1"),
    (r"(seccomp_notify_free\(.*?;)(\s+)(\*req = NULL;)", r"\3\2\1"),
    # free: frees only if both are given; errno is kept only in some cases.
    (r"\t(free\(req\);|free\(resp\);)", r"\tif (req && resp)\n\t\t\1"),
    (r"(?=errno = saved_errno;)", "if (req && resp)\n\t\t",
     "if (req || resp)\n\t\t"),
    # receive: other bytes are cleared, or they are cleared before the check.
    (r"(memset\(req, 0, sizeof\(\*req\))", r"\1 - 1", r"\1 + 8",
     r"\1 - sizeof(req->data)"),
    (r"(\tif \(!req\) \{.*?\n\t\}\n)(.*?memset.*?;\n)", r"\2\1"),
    # respond: the response changes.
    (r"(NOTIF_SEND, resp\) < 0\))(\s+return -ECANCELED;)",
     *(rf"\1 {{\n\t\tif (resp)\n\t\t\tresp->{field} = 0;\2\n\t}}"
       for field in ("id", "val", "error", "flags"))),
    (r"(?=return 0;\n\}\n\nint seccomp_notify_id_valid)", "resp->id = 0;\n\t"),
    # Other results.
    (r"-(?:ECANCELED|ENOENT)\b", "-errno"),
    (r"(?<=return )-ENOENT", "errno = ENOENT, -ENOENT"),
    (r"\bID_VALID,(.*?)ID_VALID_BEFORE_5_9", r"ID_VALID_BEFORE_5_9,\1ID_VALID"),
    # The wake-up: for another descriptor, at another time, in another slot.
    (r"(?<=listener_ioctl\()fd(?=, SET_FLAGS)", "fd % 1024"),
    (r"if \(block - before .*?\)", "if (before)", "if (block < before)"),
    (r"if \(now\)", r"static atomic_int done;\n\n\tif (now && !done++)"),
    (r"id >> 16", "(id & 0xffffffff) >> 16", "id"),
    (r"\(unsigned int\)fd % slots", "0", "(unsigned int)fd % 64"),
    # fd: another libseccomp is asked.
    (r"ctx && ", ""),
    (r"search->from - (start) < .*?\)", r"search->from >= \1)"),
    (r"next \? next : ", ""),
    (r"__builtin_return_address\(0\)", "(void *)seccomp_notify_fd"),
    (r"return !search->from;", "return 0;", "return 1;"),
    (r"at < base \? base : 0", "base"),
    (r"search->count\+\+", "search->count = 1"),
]


def blank(text, pattern):
    """Spaces for each match, so that all positions stay."""
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), text,
                  flags=re.S | re.M)


def closing(text, start):
    """Where the bracket that opens at start is closed."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise ValueError("no closing bracket")


def replaced(code, operators):
    for pattern, *becomes in operators:
        for match in re.finditer(pattern, code, flags=re.S):
            for become in becomes:
                yield match.start(), match.end(), match.expand(become)


def conditions(code):
    for match in re.finditer(r"\b(?:if|while) (?=\()", code):
        start, end = match.end() + 1, closing(code, match.end())
        inside = code[start:end]
        yield start, end, f"!({inside})"
        yield start, end, "0"
        yield start, end, "1"
        # Each side of && and || on its own.
        for operator in re.finditer(r" (&&|\|\|)\s", inside):
            yield start, start + operator.end(), ""
            yield start + operator.start(), end, ""


def statements(code):
    """Deletes each statement, and each initial value."""
    for match in re.finditer(r"(?<=[;{}:)])(\s+)(?!if|do|while|\})([^;{}]+;)",
                             code):
        if code[:match.start()].rstrip()[-1] == ")" and not \
                re.search(r"(if|while) \([^;{}]*$", code[:match.start()]):
            continue
        yield match.start(2), match.end(2), ";"
    for match in re.finditer(r"\w+( = [^;{}]+| = \{ 0 \});", code):
        yield match.start(1), match.end(1), ""
    for match in re.finditer(r"else ", code):
        yield match.start(), match.end(), ""


def map_lines(code):
    for match in re.finditer(r"^\t\t(.+);$|^\tlocal:$", code, flags=re.M):
        yield match.start(), match.end(), ""
    yield code.index("1.0"), code.index("1.0") + 3, "1.1"


def difference(before, after):
    """The line above, and the lines that differ."""
    before, after = before.splitlines(), after.splitlines()
    diff = [line for line in difflib.unified_diff(before, after, n=0)][3:]
    first = next(i for i, line in enumerate(before)
                 if i == len(after) or line != after[i])
    above = next(line for line in reversed(before[:first]) if line.strip())
    return [line[0] + " " + " ".join(line[1:].split())
            for line in [" " + above, *diff] if not line.startswith("@")]


def changes():
    """Every file with each change to it; changes of the meaning come first."""
    files = []
    for path in sorted(pathlib.Path("src").iterdir()):
        text = path.read_text()
        code = blank(text, r"/\*.*?\*/")
        code = blank(code, r"^#include[^\n]*")
        files.append((path, text, code))
    for file in files:
        if file[0].suffix != ".map":
            yield file, replaced(file[2], MEANINGS)
    for file in files:
        if file[0].suffix == ".map":
            yield file, map_lines(file[2])
        else:
            yield file, replaced(file[2], TOKENS)
            yield file, conditions(file[2])
            yield file, statements(file[2])


def make(folder):
    number = 0
    seen = set()
    for (path, text, code), change in changes():
        for start, end, become in change:
            after = text[:start] + become + text[end:]
            if after in seen or after == text:
                continue
            seen.add(after)
            number += 1
            function = re.findall(r"^\w[^\n;]*\b(\w+)\(", code[:end],
                                  flags=re.M)
            case = next(case for file, name, case in CASES
                        if file in path.name and
                        re.search(name, function[-1] if function else ""))
            mutant = pathlib.Path(folder, f"{number:03}")
            (mutant / "src").mkdir(parents=True)
            (mutant / "src" / path.name).write_text(after)
            (mutant / "case").write_text(case + "\n")
            (mutant / "diff").write_text(
                "\n".join(difference(text, after)) + "\n")


def explanations():
    """The explanations by their difference. Empty lines separate the blocks."""
    text = pathlib.Path(__file__).with_name("equivalent.txt").read_text()
    blocks = [block.splitlines() for block in text.strip().split("\n\n")[1:]]
    return {"\n".join(line for line in block if line[0] != "#"):
            " ".join(line[2:] for line in block if line[0] == "#")
            for block in blocks}


def report(folder):
    became = collections.Counter()
    why = explanations()
    results = sorted(pathlib.Path(folder).glob("*/result"))
    all_ran = len(results) == len(list(pathlib.Path(folder).iterdir()))
    stale = set(why) if all_ran else set()
    for mutant in results:
        result, *noticed = mutant.read_text().splitlines()
        diff = (mutant.parent / "diff").read_text().strip("\n")
        if result == "survived" and diff in why:
            result = "explained"
            noticed = [why[diff]]
            stale.discard(diff)
        became[result] += 1
        if result not in ("invalid", "same", "double"):
            print(f"{mutant.parent.name} {result}: {' '.join(noticed)}")
            print(diff + "\n")
    for diff in stale:
        print("stale: no mutant like this survives\n" + diff + "\n")
    print(f"{became['killed'] + became['explained'] + became['survived']} "
          f"mutants: {became['killed']} killed, {became['explained']} explained "
          f"as equivalent, {became['survived']} survived. Not counted: "
          f"{became['same']} that give the same library, {became['double']} "
          f"that give the library of another mutant, {became['invalid']} that "
          f"do not compile. Stale explanations: {len(stale)}")
    return bool(became["survived"] or stale)


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    sys.exit(report(sys.argv[2]))
