#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
"""The mutants of src/, for mutation.sh.

`mutants.py make FOLDER` writes a numbered folder for each: `src/FILE` with one
thing changed, `diff` with the line above the change and the lines before and
after it, and `case`, the test case that should notice.

`mutants.py report FOLDER` prints what became of them, which stands in `result`,
and fails if a survivor has no explanation or an explanation no survivor.
"""
import collections
import difflib
import pathlib
import re
import sys

CASES = [  # of the function that the change is in
    ("fd.c", "", "fd"),
    ("notify.c", "alloc|free", "alloc"),
    ("notify.c", "receive", "receive"),
    ("notify.c", "id_valid", "id_valid"),
    ("notify.c", "wake_up", "wake_up"),
    ("", "", "respond"),
]

# What is matched, and what it becomes; \b... stands for the whole word.
REPLACE = [
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
    (r"(?<!BEFORE_)\b2\b", "1", "3"),
    (r"\b4\b", "3", "5"),
    (r"\b16\b", "15", "17"),
    (r"\b1024\b", "1023", "1"),
    (r'"1"', '"0"', '""'),
    (r'(?<=")SECCOMP_', "X_"),
    (r'(?<=")(?=lib|seccomp_)', "x"),
    (r"\bEINVAL\b", "ENOENT"),
    (r"\bENOSYS\b", "ENOENT"),
    (r"\bEOPNOTSUPP\b", "ECANCELED"),
    (r"\bECANCELED\b", "EOPNOTSUPP"),
    (r"\bEFAULT\b", "EINVAL"),
    (r"\bENOMEM\b", "EFAULT"),
    (r"\bEINTR\b", "EAGAIN"),
    (r"\bENOENT\b", "ECANCELED"),
    (r"\bYES\b", "NO"),
    (r"\bNO\b", "YES"),
    (r"\bUNREAD\b", "NO"),
    (r"\bNULL\b", "(void *)1"),
    (r"\bRTLD_NEXT\b", "RTLD_DEFAULT"),
    (r"\bRTLD_LAZY \| ", ""),
    (r" \| RTLD_NOLOAD\b", ""),
    (r"\bSECCOMP_IOW\b", "SECCOMP_IOR", "SECCOMP_IOWR"),
    (r"\bSECCOMP_IOR\b", "SECCOMP_IOW"),
    (r"\b__u64\b", "__u32"),
    (r"\bNOTIF_RECV\b", "NOTIF_SEND"),
    (r"\bNOTIF_SEND\b", "NOTIF_RECV"),
    (r"\bNOTIF_SET_FLAGS\b", "NOTIF_RECV"),
    (r"\bID_VALID\b", "ID_VALID_BEFORE_5_9"),
    (r"\bID_VALID_BEFORE_5_9\b", "ID_VALID"),
    (r"\blistener_ioctl\(", "listener_ioctl_retry("),
    (r"\blistener_ioctl_retry\(", "listener_ioctl("),
    (r"\bsecure_getenv\b", "getenv"),
    (r"\bcalloc\(", "malloc(0 * "),
    (r"\bcalloc\(\s*1, ", "malloc("),
    (r"\bseccomp_notif_resp\b(?=[,)])", "seccomp_notif"),
    (r"\bsizeof\(\*", "sizeof("),
    (r"\bmemory_order_relaxed\b", "memory_order_seq_cst"),
    (r"\batomic_exchange_explicit\(last, ", "(0 * "),
    (r"\bstatic (?=atomic|const)", ""),
    (r"\batomic_(?=int|ulong)", "unsigned "),
    (r"\bunsigned long (?=block|before)", "unsigned int "),
    (r"\bunsigned long (?=request)", "unsigned int ", "int "),
    (r"\((unsigned int|unsigned long|uintptr_t)\)", ""),
    (r"\bfd(?=[,)])", "0"),
    (r"\bid(?=[,) ])", "0"),
    (r"\breq(?=[);])", "NULL"),
    (r"(?<!\w )\bctx\b(?=\))", "NULL"),
    # The two arms of ?:, exchanged; the condition too.
    (r"\?(\s+)([^?:;]+) :(\s+)([^?:;]+)(?=;)", r"?\1\4 :\3\2"),
    (r"\? (\(\w\)) : (\(\w\))", r"? \2 : \1"),
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


def replaced(code):
    for pattern, *becomes in REPLACE:
        for match in re.finditer(pattern, code):
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


def make(folder):
    number = 0
    seen = set()
    for path in sorted(pathlib.Path("src").iterdir()):
        text = path.read_text()
        code = blank(text, r"/\*.*?\*/")
        if path.suffix == ".map":
            changes = map_lines(code)
        else:
            # Not what is only there for old headers.
            code = blank(code, r"^#ifndef.*?^#endif|^#include[^\n]*")
            changes = [*replaced(code), *conditions(code), *statements(code)]
        for start, end, become in changes:
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
    """By the difference: blocks with an empty line between."""
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
