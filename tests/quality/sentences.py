#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
"""Compares what the documents say with what the comments of tests quote.

A sentence of a manual page is proved if quotations cover it. Each sentence of
the header must also be in a page. Otherwise, tests/quality/unproved.txt must
list the sentence, and say why.

A quotation with the name of an error, or with a version of Linux, has to stand
at a test that uses that name, or KERNEL() with that version.

The sections and tables that have no sentences are compared with the header, the
Makefile and the benchmark's results.
"""
import glob
import os
import re
import subprocess
import sys

PAGES = ["man/seccomp_notify_alloc.3notify", "man/seccomp_notify_supervisor.7",
         "man/libseccomp-notify.7"]
HEADER = "include/seccomp.h"
UNPROVED = "tests/quality/unproved.txt"
# Sections that make no claims, or that are compared elsewhere.
OTHER_SECTIONS = {"NAME", "LIBRARY", "SYNOPSIS", "SEE ALSO"}
FUNCTIONS = r"\((?:seccomp_notify_\w+\(\)(?:, )?)+(since [^)]*)?\) "
problems = []


def read(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


def flat(text):
    return re.sub(r"\s+", " ", text).strip()


def render(source):
    command = ["mandoc", "-Tascii", "-O", "width=1000"]
    text = subprocess.run(command, input=source, check=True, text=True,
                          capture_output=True).stdout
    return re.sub(".\b", "", text)  # bold and underlined


class Sentence:
    def __init__(self, document, text):
        self.document = document
        functions = re.search(FUNCTIONS, text)
        # The functions that give the error; they are no part of the sentence.
        self.functions = re.findall(r"\w+(?=\(\))", functions.group(0)) \
            if functions else []
        self.text = re.sub(FUNCTIONS, lambda found: "(%s) " % found.group(1)
                           if found.group(1) else "", text)
        self.tests = []


def sentences_of(page):
    """The sentences of a page, without its examples and its tables.

    The tag of a paragraph is part of its first sentence if it names an error.
    """
    source = re.sub(r"^\.(EX|TS)\n.*?^\.(EE|TE)\n", ".PP\n", read(page),
                    flags=re.S | re.M)
    source = re.sub(r"^\.TP.*\n(?!\.BR? (\\-)?E[A-Z])(.*)\n", ".TP\n.B @\n",
                    source, flags=re.M)
    section = None
    for block in re.split(r"\n\s*\n", render(source)):
        for heading in re.findall(r"^([A-Z][A-Z -]+)$", block, re.M):
            section = heading
        if section is None or section in OTHER_SECTIONS:
            continue
        lines = [re.sub(r"^ +(?:@(?: +|$)|(?:o|\d\.) +)?", "", line)
                 for line in block.split("\n") if line.startswith("     ")]
        # A sentence may also end at the end of a full line.
        text = "\n".join(filter(None, lines))
        text = re.sub(r"^(-?E[A-Z]+.*)\n", r"\1 ", text)
        text = re.sub(r"^(-?E[A-Z]+) +", r"\1 ", text)
        text = re.sub(r"([.:?)])\n", r"\1  ", text).replace("\n", " ")
        for sentence in re.split(r"(?<=[.:?])  +|(?<=[.:?]\))  +", text):
            if sentence:
                yield Sentence(page, flat(sentence))


def comments_of(text, scripts):
    """Pairs of a comment's text, and where it ends."""
    if scripts:
        for found in re.finditer(r"(?:^[ \t]*#.*\n)+", text, re.M):
            yield re.sub(r"^[ \t]*#", "", found.group(0), flags=re.M), \
                found.end()
    else:
        for found in re.finditer(r"/\*(.*?)\*/", text, re.S):
            yield re.sub(r"^\s*\*", "", found.group(1), flags=re.M), \
                found.end()


def functions_of(text):
    """The bodies of a file's functions, by name."""
    return {found.group(1): found.group(0) for found in re.finditer(
        r"^(?!START_TEST)[a-z][^;{}=]*?\b(\w+)\([^;{}]*\)\n\{.*?^\}", text,
        re.M | re.S)}


def with_called(code, functions):
    """The code with the bodies of the functions that it uses, and so on."""
    missing = dict(functions)
    while True:
        used = [name for name in missing if re.search(r"\b%s\b" % name, code)]
        if not used:
            return code
        for name in used:
            code += missing.pop(name)


class Quotation:
    def __init__(self, text, where, code):
        self.text = text
        self.where = where
        self.code = code  # None if it is that of a script


def quotations():
    found = []
    files = subprocess.run(["git", "ls-files", "--cached", "--others",
                            "--exclude-standard", "tests"],
                           check=True, text=True,
                           capture_output=True).stdout.split()
    for name in sorted(files):
        scripts = name.endswith((".sh", ".py"))
        if not scripts and not name.endswith(".c") or not os.path.exists(name):
            continue
        text = read(name)
        functions = {} if scripts else functions_of(text)
        for comment, end in comments_of(text, scripts):
            rest = text[end:]
            code = None
            where = "%s:%d" % (name, text.count("\n", 0, end))
            if not scripts:
                code = rest.split("END_TEST")[0]
                test = re.search(r"START_TEST\((\w+)\)", code) or re.search(
                    r".*START_TEST\((\w+)\)", text[:end], re.S)
                if test:
                    where = "%s:%s" % (name, test.group(1))
                code = re.sub(r"/\*.*?\*/", "", code, flags=re.S)
                code = with_called(code, functions)
            for quotation in re.findall(r'"([^"]+)"', flat(comment)):
                # Shorter quotations are words, not sentences.
                if len(quotation.split()) > 2 and (
                        not scripts or quotation[-1] in ".:,;"):
                    found.append(Quotation(quotation, where, code))
    return found


def check_names(quotation):
    """The code has the names and the versions that the quotation has."""
    if quotation.code is None:
        return
    for name in set(re.findall(r"\bE[A-Z]{3,}\b", quotation.text)):
        if name not in ("ERRORS", "EXAMPLES", "EPOLLET") and \
                not re.search(r"\b%s\b" % name, quotation.code):
            problems.append("%s: the test quotes %s, and does not use it: %s" %
                            (quotation.where, name, quotation.text))
    for major, minor in re.findall(r"Linux (\d+)\.(\d+)", quotation.text):
        if not re.search(r"KERNEL\(%s, %s\)|_%s_%s" %
                         (major, minor, major, minor), quotation.code):
            problems.append("%s: the test quotes Linux %s.%s, and does not "
                            "compare with it: %s" %
                            (quotation.where, major, minor, quotation.text))


def prove(sentence, quoted):
    covered = [False] * len(sentence.text)
    for quotation in quoted:
        at = sentence.text.find(quotation.text)
        if at >= 0:
            if quotation.where not in sentence.tests:
                sentence.tests.append(quotation.where)
            end = at + len(quotation.text)
            covered[at:end] = [True] * len(quotation.text)
    left = "".join(" " if done else character
                   for character, done in zip(sentence.text, covered))
    return re.sub(r"  +", " ... ", left) if re.search(r"\w", left) else ""


def unproved_sentences():
    return [line for line in read(UNPROVED).splitlines()
            if line and not line.startswith("#")]


def header_sentences():
    """Pairs of a function, or None, and the prose of a comment at it.

    The comments in the example loop follow, one by one.
    """
    text = read(HEADER)
    for found in re.finditer(r"/\*\s(?!SPDX|Copyright)(.*?)\*/\n", text, re.S):
        comment = re.sub(r"^ \*(\t.*)?", "", found.group(1), flags=re.M)
        function = re.match(r"(?:int|void) (seccomp_notify_\w+)\(",
                            text[found.end():])
        yield function and function.group(1), flat(comment)
    for found in re.finditer(r"^ \*\t.*// (.*)$", text, re.M):
        yield None, found.group(1)


def check_header(known, unproved, used):
    """Removes the pages' sentences from each comment; nothing may be left."""
    comments = dict(header_sentences())
    for sentence in known:
        for function in sentence.functions:
            if sentence.text.rstrip(".:") not in comments.get(function, ""):
                problems.append("%s: the comment of %s does not have: %s" % (
                    HEADER, function, sentence.text))
    for function, comment in header_sentences():
        if re.search("values on failure: E|errno set: -E", comment):
            problems.append("%s: %s lists errno for results, or results for "
                            "errno" % (HEADER, function))
        for sentence in sorted(known, key=lambda s: -len(s.text)):
            if function and sentence.functions and \
                    function not in sentence.functions:
                continue
            stem = sentence.text.rstrip(".:")
            if re.search(re.escape(stem) + "[.:]", comment):
                comment = re.sub(re.escape(stem) + "[.:]", "\n", comment)
        for text in unproved:
            if text in comment:
                comment = comment.replace(text, "\n")
                used.add(text)
        for left in comment.split("\n"):
            if re.search(r"\w", left):
                problems.append("%s: no sentence of the pages%s: %s" % (
                    HEADER, " for " + function if function else "",
                    left.strip()))


def prototypes(text):
    return sorted(flat(prototype) for prototype in re.findall(
        r"^ *((?:int|void) seccomp_notify_\w+\([^;]*\);)", text, re.M))


def check_names_of_page():
    """NAME, LIBRARY and SYNOPSIS name what there is."""
    name, library, synopsis = re.search(
        r"^\.SH NAME$(.*)^\.SH LIBRARY$(.*)^\.SH SYNOPSIS$(.*?)^\.SH ",
        read(PAGES[0]).replace("\\-", "-"), re.M | re.S).groups()
    installed = re.search("^NAME = lib(.*)$", read("Makefile"), re.M).group(1)
    header = re.findall(r"seccomp_notify_\w+(?=\()",
                        " ".join(prototypes(read(HEADER))))
    if sorted(re.findall(r"\w+_\w+", name)) != sorted(header):
        problems.append(PAGES[0] + ": NAME has other functions than " + HEADER)
    for text, words in [(library, "lib%s \", \" -l%s " % (installed, installed)),
                        (synopsis, "\n.B #include <seccomp.h>\n"),
                        (synopsis, "--cflags --libs lib%s\n" % installed)]:
        if words not in text:
            problems.append("%s: it does not have: %s" % (
                PAGES[0], words.strip()))
    code = "".join(re.sub(r"/\*.*?\*/", "", read(name), flags=re.S)
                   for name in glob.glob("tests/*/*.[ch]"))
    for page in PAGES:
        for name in re.findall(r"^(?!\.TH).*?\b(SECCOMP_\w+)", read(page),
                               re.M):
            if not re.search(r"\b%s\b" % name, code):
                problems.append("%s: no test uses %s" % (page, name))


def check_attributes():
    """The table of ATTRIBUTES says what the sentences say."""
    source = read(PAGES[0])
    handlers = re.search(
        r"((?:seccomp_notify_\w+\(\)(?:, | and | ))+)may be called in a signal "
        "handler", flat(render(source))).group(1)
    expected = ["%s();MT-Safe%s;%s" % (
        name, " env" if name == "seccomp_notify_receive" else "",
        "AS-Safe" if name + "()" in handlers else "AS-Unsafe")
                for name in re.findall(r"seccomp_notify_\w+(?=\()",
                                       " ".join(prototypes(read(HEADER))))]
    rows = re.findall(r"^seccomp_\w+\(\);.*$", source, re.M)
    for row in sorted(set(rows) ^ set(expected)):
        problems.append("%s: ATTRIBUTES should %shave: %s" % (
            PAGES[0], "not " if row in rows else "", row))


def check_loops():
    """The loops of the header and of the guide have the same conditions, and do the same."""
    found, actions = [], []
    for loop in (
            re.sub(r"//.*", "", "".join(re.findall(r"^ \*\t(.*\n)", read(HEADER),
                                                   re.M))),
            re.search(r"^\.EX\n(int supervise\(.*?)^\.EE", read(PAGES[1]).replace(
                "\\-", "-"), re.M | re.S).group(1)):
        loop = flat(loop).replace("decide(listener, req, resp) && ", "")
        found.append(re.findall(r"(?:if|for) (\(.*?\))(?= \{| [a-z])", loop))
        actions.append(re.findall(r"(?:perror|close|free)\(.*?\)|break|continue|return -1",
                                  loop))
    if found[0] != found[1] or len(found[0]) < 6:
        problems.append("%s: the loop has other conditions than in %s: %s" % (
            HEADER, PAGES[1], ", ".join(sorted(set(found[0]) ^ set(found[1])))))
    if actions[0] != actions[1] or len(actions[0]) < 12:
        problems.append("%s: the loop does something else than in %s: %s, not %s" % (
            HEADER, PAGES[1], actions[0], actions[1]))
    # The guide's explanations have the conditions as their tags.
    tags = re.findall(r"^\.TP\n\.I (.*)$", read(PAGES[1]).split(
        ".SS The loop")[1].split(".SS ")[0], re.M)
    names = r"\b(?:E|POLL)[A-Z]+\b"
    if re.findall(names, " ".join(tags)) != \
            re.findall(names, " ".join(found[1])):
        problems.append("%s: the loop has other names than its explanations: "
                        "%s" % (PAGES[1], ", ".join(tags)))


def check_wake_up():
    """The table of synchronous wake-up has the benchmark's figures."""
    benchmark = read("tests/bench/README.md")
    table = re.search(r"^work of each +off +on\n((?:\d.*\n)+)\.EE",
                      read(PAGES[2]), re.M)
    if not table or "work of each | synchronous wake-up off | on |" not in \
            benchmark:
        problems.append("%s: it has no times with the wake-up off and on" %
                        PAGES[2])
        return
    for row in table.group(1).splitlines():
        if "| %s |" % " | ".join(re.split("  +", row)) not in benchmark:
            problems.append("%s: the benchmark has no row: %s" % (
                PAGES[2], row))


def check_synopsis():
    page = prototypes(render(read(PAGES[0])))
    header = prototypes(read(HEADER))
    for prototype in sorted(set(page) ^ set(header)):
        problems.append("%s alone has: %s" % (
            "SYNOPSIS" if prototype in page else HEADER, prototype))


def check_readme():
    """Compares what the README names with what is there."""
    readme = read("README.md")
    prose = re.sub(r"^```.*?^```$", "", readme, flags=re.M | re.S)
    figures = re.search(r"^## Figures$(.*?)^## ", prose, re.M | re.S).group(1)
    benchmark = read("tests/bench/README.md")
    for number in re.findall(r"\d+,\d+", figures):
        if number not in benchmark:
            problems.append("README.md: the benchmark has no figure %s" %
                            number)
    for sentence in re.split(r"\.\s", figures):
        rows = [row for row in benchmark.splitlines() if any(
            number in row for number in re.findall(r"\d+,\d+", sentence))]
        for ratio in re.findall(r"\b0\.\d+", sentence):
            if not any("| %s (" % ratio in row for row in rows):
                problems.append("README.md: the benchmark has no ratio %s in "
                                "the rows of: %s" % (ratio, flat(sentence)))
    machine = re.search(r"with (\d+ processors) and (Linux\s[\d.]+)",
                        figures).groups()
    for words in machine:
        if not re.search(r"\b%s[.,]" % re.escape(flat(words)),
                         flat(benchmark)):
            problems.append("README.md: the benchmark ran not on " + words)
    node = re.search(r"version node\s+`(\S+)`", prose)
    if not node or "\n%s {" % node.group(1) not in read(
            "src/libseccomp-notify.map"):
        problems.append("README.md: it does not name the version node")
    machines = set(re.findall(r"^\t(\w+) .* qemu-system-",
                              read("tests/compat/check-machines.sh"), re.M))
    supported = re.search(r"^## Supported$(.*?)^## ", prose,
                          re.M | re.S).group(1)
    for name in sorted(machines):
        if not re.search(r"\b%s\b" % name, supported):
            problems.append("README.md: it does not name the machine " + name)
    kernels, named = re.search(r"Debian's kernels ([^a-z]*and [\d.]*\d), and "
                               r"on (.*?)\. ", flat(supported)).groups()
    for name in set(re.split(", | and ", named)) - machines:
        problems.append("README.md: check-machines does not test " + name)
    # check-kernels boots the kernels, and then compares their versions.
    suites = re.search(r"\|\| set -- (.*)",
                       read("tests/compat/check-kernels.sh")).group(1).split()
    if len(re.findall(r"[\d.]+", kernels)) != len(suites):
        problems.append("README.md: check-kernels tests %d kernels, not %s" % (
            len(suites), kernels))
    first = re.search(r"Notifications need (Linux [\d.]+)\.",
                      flat(read(PAGES[0]))).group(1)
    for version in re.findall(r"(Linux [\d.]+) (?:and|or) later", flat(prose)):
        if version != first:
            problems.append("README.md: %s and later, not %s" % (
                version, first))
    targets = re.findall(r"^([a-z-]+):", read("Makefile"), re.M) + re.findall(
        r"[a-z-]+", " ".join(re.findall(r"^(?:SCRIPTS =.*?[^\\]$|[a-z-]+:)",
                                        read("tests/tests.mk"),
                                        re.M | re.S)))
    for command in re.findall(r"`make ([^`]*)`", prose):
        for target in command.split():
            if "=" not in target and target not in targets:
                problems.append("README.md: there is no `make %s`" % target)
    for path in re.findall(r"`((?:tests|include|src|man|\.ci)/[^`* ]*)", prose):
        if not os.path.exists(path):
            problems.append("README.md: there is no " + path)


def main():
    known = [sentence for page in PAGES for sentence in sentences_of(page)]
    quoted = quotations()
    unproved = unproved_sentences()
    used = set()
    for sentence in known:
        left = prove(sentence, quoted)
        if sentence.text in unproved:
            used.add(sentence.text)
            if not left:
                problems.append("%s: it is proved, by %s: %s" % (
                    UNPROVED, sentence.tests[0], sentence.text))
        elif left:
            problems.append("%s: no test quotes: %s\n  of: %s" % (
                sentence.document, left, sentence.text))
    check_header(known, unproved, used)
    check_names_of_page()
    check_synopsis()
    check_attributes()
    check_loops()
    check_wake_up()
    check_readme()
    for quotation in quoted:
        if not any(quotation.text in sentence.text for sentence in known):
            problems.append("%s: no manual page says: %s" % (
                quotation.where, quotation.text))
        check_names(quotation)
    for text in unproved:
        if text not in used:
            problems.append("%s: no document says: %s" % (UNPROVED, text))
    if sys.argv[1:] == ["--where"]:
        for sentence in known:
            print("%s: %s -> %s" % (sentence.document, sentence.text,
                                    ", ".join(sentence.tests) or "unproved"))
    elif problems:
        print("\n".join(problems))
    else:
        print("ok: tests prove %d sentences of the manual pages, and %d are "
              "listed as unproved" % (len(known) - len(used), len(used)))
    return 1 if problems else 0


sys.exit(main())
