#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
"""driver.py BUILD [PROGRAM [CONDITION]]: runs each published program, unchanged, under
each condition, and prints a row for each pair.

In each row, no process may wait for ever. The supervisor must not spin, and must
end when its targets have ended, or on SIGTERM if it is a daemon. A supervisor that
gives up must say which call failed and why, and its targets must go on with ENOSYS
or die with it.
"""
import concurrent.futures
import errno
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

BUILD = os.path.abspath(sys.argv[1])
PYTHON = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../supervisor.py")
ROOT = os.getuid() == 0
LIMIT = 120  # seconds for a run; each needs less than three
TICKS = os.sysconf("SC_CLK_TCK")


def built(name):
    return os.path.join(BUILD, name)


class Program:
    """How to start a published program, and what its target then gets."""

    def __init__(self, name, argv, says, target=None, daemon=False, paths=(), takes=(),
                 alone=False):
        self.name = name
        self.argv = argv        # of the supervisor
        self.says = says        # what the output has if nothing fails
        self.target = target    # argv of the target's own launcher, if there is one
        self.daemon = daemon    # it ends by a signal only
        self.paths = list(paths)
        self.takes = list(takes)
        self.alone = alone      # it brings its own target along


def programs(folder):
    secret = os.path.join(folder, "files")
    socket = os.path.join(folder, "socket")
    victim = [built("tests/victim")]
    table = [
        Program("README", [built("tests/readme")], "my parent is 4711", alone=True),
        Program("supervisor.py", [sys.executable, PYTHON], "my parent is 4711", alone=True),
        Program("EXAMPLES", [built("tests/example")], "x done", paths=["/tmp/any"]),
        Program("header's loop", [built("fire/header-loop")], "x Operation not permitted",
                paths=["/tmp/any"]),
        Program("guide's loop", [built("fire/guide-loop")], "x Operation not permitted",
                paths=["/tmp/any"]),
        Program("demo", [built("demo"), "--"], "x done", paths=["/imaginary"]),
        Program("many", [built("examples/many"), "3"], "x Disk quota exceeded",
                paths=["/tmp"] * 4),
        # The file is root's, and nobody else may read it.
        Program("open", [built("examples/open"), secret], "x done",
                paths=[os.path.join(secret, "file")], takes=["-o", "-u"]),
        Program("handover", [built("examples/handover"), "supervise", socket],
                "x Operation not permitted", paths=["/tmp/any"],
                target=[built("examples/handover"), "run", socket]),
        Program("agent", [built("examples/agent"), socket, "mkdir:/tmp/any:EROFS"],
                "x Read-only file system", paths=["/tmp/any"], daemon=True,
                target=[built("fire/runtime"), socket, "one"]),
        Program("agent, static", [built("examples/agent-static"), socket, "mkdir:/:EROFS"],
                "x Read-only file system", paths=["/tmp/any"], daemon=True,
                target=[built("fire/runtime"), socket, "one"]),
    ]
    for program in table:
        if program.paths:
            (program.target or program.argv).extend(victim + program.takes)
    return table


class Condition:
    def __init__(self, name, expects, under=None, env=None, options=(), attack=None,
                 runs=1, unfit=(), only=(), prefix=(), victim=None, inner=(), paths=None,
                 at_once=1, swap=None):
        self.name = name
        self.expects = expects    # expects(program, result): what is wrong, or None
        self.under = under        # a condition of `under`
        self.env = env or {}
        self.options = list(options)  # of the victim
        self.attack = attack      # attack(run, number), in a thread of its own
        self.runs = runs
        self.unfit = unfit        # the programs that it does not test
        self.prefix = list(prefix)
        self.only = only          # the only programs that it tests, if any
        self.victim = victim      # replaces the ordinary one
        self.inner = list(inner)  # a command that runs the victim
        self.paths = paths        # of the victim, instead of the program's
        self.at_once = at_once    # how many targets, if they have a launcher
        self.swap = swap or {}    # words of the command to replace


class Run:
    """One run of a program: its processes are those of its sessions."""

    def __init__(self):
        self.sessions = []
        self.popens = []
        self.supervisor = None
        self.has_launcher = False
        self.ended = threading.Event()

    def processes(self):
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) in self.sessions and fields[0] not in "ZX":
                found.append(int(name))
        return found

    def targets(self):
        return [pid for pid in self.processes() if pid != self.supervisor]

    def kill(self, pids, number):
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass


class Result:
    def __init__(self):
        self.text = ""
        self.status = None      # the supervisor's exit status, or minus a signal
        self.started = None     # the exit status of the target's launcher
        self.wrong = None
        self.seconds = self.processor = 0.0


def listening(path):
    """Does somebody accept connections there? Then the flags are __SO_ACCEPTCON."""
    with open("/proc/net/unix", encoding="ascii", errors="replace") as file:
        return any(line.split()[3] == "00010000" and line.rstrip().endswith(" " + path)
                   for line in file)


def wait_for_closed(pid):
    """How many descriptors besides its own six a daemon keeps open."""
    limit = time.monotonic() + 5
    while True:
        try:
            left = len(os.listdir(f"/proc/{pid}/fd")) - 6
        except OSError:
            return 0
        if left <= 0 or time.monotonic() > limit:
            return max(left, 0)
        time.sleep(0.01)


def exit_code(status):
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def run_once(program, condition, number, folder):
    run, result = Run(), Result()
    output = open(os.path.join(folder, "output"), "w+", encoding="utf-8", errors="replace")
    env = {**os.environ, "LD_LIBRARY_PATH": BUILD, "LC_ALL": "C", **condition.env}
    if condition.env:
        env["LD_PRELOAD"] = built("fire/storm.so")
    under = [built("fire/under"), condition.under] if condition.under else []

    def start(argv):
        process = subprocess.Popen(argv, stdout=output, stderr=output, cwd=folder, env=env,
                                   stdin=subprocess.DEVNULL, start_new_session=True)
        run.popens.append(process)  # or subprocess would reap it
        run.sessions.append(process.pid)
        return process.pid

    def wait(pid, limit):
        """The status and its own processor time, or None if it does not end."""
        while time.monotonic() < limit:
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
                run.popens[run.sessions.index(pid)].returncode = 0
                return (exit_code(os.waitpid(pid, 0)[1]),
                        sum(int(ticks) for ticks in fields[11:13]) / TICKS)
            time.sleep(0.005)
        return None

    command = [condition.swap.get(word, word) for word in program.target or program.argv]
    if condition.victim:
        command = [condition.victim if word == built("tests/victim") else word
                   for word in command]
    if condition.inner:
        at = command.index(built("tests/victim"))
        command[at:at] = condition.inner
    if not program.alone:
        command += condition.options + (condition.paths or program.paths)
    command = [word.replace("FOLDER", folder) for word in command]
    began = time.monotonic()
    limit = began + LIMIT
    launchers = []
    run.has_launcher = program.target is not None
    if program.target:
        on_target = condition.under in ("no-seccomp", "old-kernel", "seccomp-kills",
                                        "other-listener")
        run.supervisor = start(condition.prefix + ([] if on_target else under) + program.argv)
        while not listening(os.path.join(folder, "socket")) and time.monotonic() < limit:
            time.sleep(0.002)
        for _ in range(condition.at_once):
            launchers.append(start(condition.prefix + (under if on_target else []) + command))
    else:
        run.supervisor = start(condition.prefix + under + command)
    attack = threading.Thread(target=condition.attack or (lambda _run, _number: None),
                              args=(run, number))
    attack.start()
    waited = True
    left_open = 0
    for launcher in launchers:
        waited = waited and wait(launcher, limit)
        result.started = waited and waited[0]
    if program.daemon:
        while run.targets() and time.monotonic() < limit:
            time.sleep(0.005)
        left_open = wait_for_closed(run.supervisor)
        run.kill([run.supervisor], signal.SIGTERM)
    ended = wait(run.supervisor, limit)
    left = run.processes()
    while waited and ended and left and time.monotonic() < limit:
        time.sleep(0.005)
        left = run.processes()
    run.ended.set()
    attack.join()
    result.seconds = time.monotonic() - began
    run.kill(left, signal.SIGKILL)
    output.seek(0)
    result.text = output.read()
    output.close()
    if not waited or not ended or left:
        result.wrong = "the supervisor does not end" if not ended else "a target waits for ever"
        for process in run.popens:
            if process.returncode is None:
                process.kill()
                process.wait()
        return result
    result.status, result.processor = ended
    if left_open:
        result.wrong = f"it keeps {left_open} descriptors of targets that are gone"
        return result
    if program.daemon and result.status != -signal.SIGTERM:
        result.wrong = "it did not go on until SIGTERM"
        return result
    if result.processor > 0.6 * result.seconds + 0.2:
        result.wrong = f"it spins: {result.processor:.1f} s of processor time"
    # "A command inherits blocked signals, so restore the signal mask in the child
    # before execve(2)."
    elif "with signals blocked" in result.text:
        result.wrong = "it started its target with signals blocked"
    # "On some kernels, such as Linux 6.18, a signal that interrupts
    # SECCOMP_IOCTL_NOTIF_ADDFD with SECCOMP_ADDFD_FLAG_SEND may make the target's
    # call return 0, which the target takes for its descriptor 0." "Block signals
    # around this ioctl(2)."
    elif os.strerror(errno.EILSEQ) in result.text:
        result.wrong = "a target got another file than it opened"
    else:
        result.wrong = condition.expects(program, result)
    return result


def works(program, result):
    if program.says not in result.text:
        return f"it does not say \"{program.says}\""
    return None


def ends(_program, _result):
    return None


def goes_on(_program, result):
    """A signal or a target's death is no reason to give up."""
    return "it gives up" if "seccomp_notify_re" in result.text else None


# "If the program itself cannot go on, it prints which call failed and why, and
# ends with status 125, and the command's trapped calls fail with ENOSYS."
def gives_up(pattern, *others):
    """The program says which call failed, and why.

    The programs named in `others` do not make that call, or can go on without it.
    """
    def expects(program, result):
        if program.name in others:
            return works(program, result)
        if not re.search(pattern, result.text, re.DOTALL) and not (
                # handover loads its filter with libseccomp, which prints another error.
                program.name == "handover" and "handover: seccomp_" in result.text):
            return f"it does not say /{pattern}/"
        # A loop in a document has no exit status.
        if result.status == 0 and not program.daemon and not program.target \
                and program.name not in LOOPS:
            return "its exit status is 0"
        return None
    return expects


# "To serve the processes that the command leaves behind, call waitpid(2) when that
# descriptor is readable, and go on until POLLHUP, which needs Linux 5.9 and a
# supervisor that does not carry the filter."
def leaves_no_child_alone(program, result):
    """The program under EXAMPLES ends with its command, and then closes the listener."""
    if (program.name == "EXAMPLES") != ("x Function not implemented" in result.text):
        return "the child got another answer"
    return works(program, result)


def killed_by_seccomp(_program, result):
    if -signal.SIGSYS in (result.status, result.started) or "killed" in result.text:
        return None
    return "nothing says that seccomp killed"


# "A process of another architecture is killed, because its system calls have
# other numbers."
def refuses_other_architecture(program, result):
    if program.daemon:
        return None if "x Function not implemented" in result.text else "no ENOSYS"
    if " x " in result.text or "4711" in result.text:
        return "the call of another architecture was answered"
    return None


# "If the program cannot read the path, the call fails."
def refuses_what_it_cannot_read(program, result):
    if program.name in ("EXAMPLES", "demo") + AGENT and not re.search(
            "x (Operation not permitted|Permission denied|No such file)", result.text):
        return "it does not refuse the call"
    return None


def refuses_without_a_copy(_program, result):
    if "x File name too long" not in result.text:
        return "it does not refuse the call"
    return "it prints a path that it did not copy" if "?????" in result.text else None


# "send one with that error, such as EMFILE if the target has as many descriptors as
# it may have."
def gives_error_of_addfd(_program, result):
    return None if "x Too many open files" in result.text else "no EMFILE"


def refuses_other_file(_program, result):
    return None if "x Permission denied" in result.text else "it is not refused"


def ends_with_enosys(_program, result):
    return None if "x Function not implemented" in result.text else "no ENOSYS"


# "If SIGCHLD is ignored, waitpid(2) fails: set its action to SIG_DFL first."
def has_status(status):
    def expects(_program, result):
        return None if result.status == status else f"its exit status is not {status}"
    return expects


def serves_all(program, result):
    """An event of a closed listener is not taken for one of a later listener."""
    if "x Function not implemented" in result.text:
        return "a call has no answer"
    return works(program, result)


def ended_by_signal(_program, result):
    if "ended by signal 15" in result.text and result.status == 1 and result.seconds < 30:
        return None
    return "SIGTERM does not end it and its targets at once"


def terminate(run, _number):
    while not run.ended.is_set() and not any(is_victim(pid) for pid in run.targets()):
        pass
    run.kill([run.supervisor], signal.SIGTERM)


def stop_and_continue(run, _number):
    while not run.ended.is_set():
        targets = run.targets()
        run.kill(targets, signal.SIGSTOP)
        time.sleep(0.002)
        run.kill(targets, signal.SIGCONT)
        time.sleep(0.004)


def is_victim(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii", errors="replace") as file:
            return file.read().startswith("victim")
    except OSError:
        return False


def kill_targets(run, number):
    # If a target is killed before it has connected, its supervisor rightly waits
    # for the next one. So wait until the launcher has executed the victim.
    while not run.ended.is_set() and not any(
            is_victim(pid) or not run.has_launcher for pid in run.targets()):
        pass
    run.ended.wait(number * 0.008)
    run.kill(run.targets(), signal.SIGKILL)


ALONE = ("README", "supervisor.py")
STATIC = ("agent, static",)
LOOPS = ("header's loop", "guide's loop")
AGENT = ("agent", "agent, static")
BUSY = ["-t", "8", "-s", "0.4"]
BUSIER = ["-t", "64", "-s", "0.6"]
RESTART = {"STORM": "restart", "DELAY": "2", "POLLERR": "2"}  # see storm.c
INTERRUPT = {**RESTART, "STORM": "interrupt"}
WITHOUT_PIDFD = LOOPS + ("demo", "many", "open", "handover") + AGENT


def conditions(other_victim):
    as_nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] \
        if ROOT else []
    table = [
        Condition("nothing goes wrong", works),
        # "poll(2) may report only POLLERR if a signal is pending for the supervisor
        # while another thread holds the kernel's lock of the listener."
        Condition("signals, SA_RESTART", works, env=RESTART,
                  options=BUSY, runs=3, unfit=STATIC),
        Condition("signals, no SA_RESTART", goes_on, env=INTERRUPT,
                  options=BUSY, runs=3, unfit=STATIC),
        Condition("SIGSTOP and SIGCONT, signals", works, env=RESTART,
                  options=BUSIER, attack=stop_and_continue, runs=2, unfit=STATIC),
        Condition("targets killed", goes_on, env={"DELAY": "2"}, options=BUSY,
                  attack=kill_targets, runs=5, unfit=STATIC),
        # "So does the number -1, by which a tracer skips a call: allow it."
        Condition("the call -1", works, options=["-m"], unfit=ALONE + STATIC),
        Condition("SIGCHLD ignored", works, prefix=["env", "--ignore-signal=CHLD"],
                  unfit=AGENT),
        # glibc's perror(3) changes errno if standard error is open only for writing.
        Condition("a command that is not found", has_status(127), victim="/no/command",
                  prefix=["sh", "-c", 'exec "$@" 2>errors', "sh"],
                  only=("EXAMPLES", "demo", "open")),
        Condition("400 short commands", serves_all, swap={"3": "400"}, only=("many",)),
        Condition("three targets at once", works, options=BUSY, at_once=3, only=AGENT),
        Condition("SIGTERM", ended_by_signal, options=["-s", "60"], attack=terminate,
                  only=("many",)),
        # "No target is left, or the listener is closed."
        Condition("the listener closed", ends_with_enosys, env={"POLLNVAL": "1"},
                  only=LOOPS),
        # "Trapped calls of processes that the command leaves behind then fail with
        # ENOSYS."
        Condition("children left behind", leaves_no_child_alone, options=["-s", "0.1", "-b"],
                  unfit=ALONE + STATIC),
        Condition("pidfd_open refused", gives_up("pidfd_open.*Operation not permitted",
                                                 *WITHOUT_PIDFD), under="no-pidfd"),
        Condition("fork fails", gives_up("fork.*Resource temporarily unavailable", "handover",
                                         *AGENT), under="no-fork"),
        Condition("receive refused", gives_up(
            "seccomp_notify_receive: Operation not permitted"), under="no-receive"),
        Condition("respond refused", gives_up(
            "seccomp_notify_respond: Operation not permitted"), under="no-respond"),
        Condition("seccomp(2) refused", gives_up("seccomp.*Operation not permitted"),
                  under="no-seccomp", unfit=AGENT),
        Condition("seccomp(2) not there", gives_up("seccomp.*not (implemented|supported)"),
                  under="old-kernel", unfit=AGENT),
        Condition("seccomp(2) kills", killed_by_seccomp, under="seccomp-kills", unfit=AGENT),
        Condition("another listener", gives_up("seccomp.*Device or resource busy"),
                  under="other-listener", unfit=AGENT),
        Condition("memory that nobody may read", refuses_what_it_cannot_read,
                  options=["-d"], prefix=as_nobody, unfit=ALONE),
        Condition("a path that is too long", refuses_without_a_copy, paths=["\n" * 5000],
                  only=("EXAMPLES", "demo")),
    ]
    if ROOT:
        table += [
            Condition("no /proc", refuses_what_it_cannot_read, under="no-proc"),
            # In a new pid namespace, the first pids are those of kernel threads in this /proc.
            Condition("a /proc of another namespace", refuses_what_it_cannot_read,
                      prefix=["unshare", "--pid", "--fork"], only=("EXAMPLES", "demo")),
            Condition("a target in a root of its own", works, options=["-r", "FOLDER"],
                      paths=["any"], only=AGENT),
            Condition("a target in a root of its own", works, options=["-r", "FOLDER"],
                      paths=["../files/file"], only=("open",)),
            Condition("no room for a descriptor", gives_error_of_addfd, options=["-n"],
                      only=("open",)),
            Condition("a file put in place of its own", refuses_other_file,
                      inner=["unshare", "--mount", "sh", "-c",
                             "mount --bind FOLDER/other FOLDER/files/file && exec \"$@\"",
                             "sh"], only=("open",)),
        ]
    else:
        print("SKIP: the conditions without /proc, or with a root or mount of the target's own, need root")
    if other_victim:
        table.append(Condition("a 32-bit target", refuses_other_architecture,
                               victim=other_victim, unfit=ALONE))
        table.append(Condition("int $0x80 in a target", refuses_other_architecture,
                               options=["-i"], env={"INT80": "1"}, unfit=STATIC))
    else:
        print("SKIP: a 32-bit target: this machine does not build or run one")
    return table


def run_row(row):
    program, condition, number_of_runs = row
    for number in range(number_of_runs):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            os.mkdir(os.path.join(folder, "files"))
            os.mkdir(os.path.join(folder, "tmp"))
            for name, text in ("files/file", "text of the file\n"), ("other", "another\n"):
                with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                    file.write(text)
                os.chmod(file.name, 0o600)
            own = next(p for p in programs(folder) if p.name == program)
            result = run_once(own, condition, number, folder)
        if result.wrong:
            break
    return result


def main():
    program_wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    condition_wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    other = built("fire/victim-32")
    rows = []
    for program in programs("/"):
        if not os.path.exists(program.argv[0]):
            print(f"SKIP: {program.name}: it was not built, a package is missing")
            continue
        if program.argv[-1] == PYTHON and os.uname().machine != "x86_64":
            print(f"SKIP: {program.name}: it is for x86-64")
            continue
        if program_wanted in program.name:
            rows.append(program.name)
    table = conditions(other if os.path.exists(other) else None)
    rows = [(name, condition, condition.runs) for name in rows for condition in table
            if condition_wanted in condition.name and name not in condition.unfit
            and (not condition.only or name in condition.only)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=3) as pool:
        for (name, condition, _), result in zip(rows, pool.map(run_row, rows)):
            print(f"{'FAIL' if result.wrong else 'ok  '} {name:16} {condition.name:30}"
                  f"{result.seconds:6.2f} s {result.processor:6.2f} s  {result.wrong or ''}",
                  flush=True)
            if result.wrong:
                failed += 1
                print(f"     exit status {result.status}; the end of the output:")
                print("".join(f"     | {line}\n" for line in result.text.splitlines()[-8:]),
                      end="")
    print(f"{len(rows)} rows, {failed} failed")
    return 1 if failed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
