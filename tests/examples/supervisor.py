# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
# The README's supervisor in Python 3.9 or later, on x86-64, with ctypes.
import ctypes, errno, os, select, struct, sys

notify = ctypes.CDLL("libseccomp-notify.so.1", use_errno=True)
libc = ctypes.CDLL(None, use_errno=True)

def check(call, result, *harmless):
    error = ctypes.get_errno()
    if result < 0 and error not in harmless:
        sys.exit(f"{call}: {os.strerror(error)}")  # a target gets ENOSYS
    return result

code = b"".join(struct.pack("HBBI", *line) for line in (
    (0x20, 0, 0, 4),           # load the architecture
    (0x15, 1, 0, 0xc000003e),  # AUDIT_ARCH_X86_64?
    (0x06, 0, 0, 0x80000000),  # or else SECCOMP_RET_KILL_PROCESS
    (0x20, 0, 0, 0),           # load the number of the system call
    (0x15, 0, 1, 110),         # getppid?
    (0x06, 0, 0, 0x7fc00000),  # then SECCOMP_RET_USER_NOTIF
    (0x06, 0, 0, 0x7fff0000),  # or else SECCOMP_RET_ALLOW
))
program = struct.pack("HP", 7, ctypes.cast(code, ctypes.c_void_p).value)
check("prctl", libc.prctl(38, 1, 0, 0, 0))  # PR_SET_NO_NEW_PRIVS
# SECCOMP_SET_MODE_FILTER, with SECCOMP_FILTER_FLAG_NEW_LISTENER
listener = check("seccomp", libc.syscall(317, 1, 8, program))

req, resp = ctypes.c_void_p(), ctypes.c_void_p()
check("seccomp_notify_alloc",
      notify.seccomp_notify_alloc(ctypes.byref(req), ctypes.byref(resp)))
child = os.fork()
if child == 0:
    os.close(listener)
    print("my parent is", os.getppid(), flush=True)
    os._exit(0)

ended = os.pidfd_open(child)
poll = select.poll()
poll.register(listener, select.POLLIN)
poll.register(ended, select.POLLIN)
while (events := dict(poll.poll())).get(ended) is None:
    if not events[listener] & select.POLLIN:
        continue
    if check("seccomp_notify_receive",
             notify.seccomp_notify_receive(listener, req),
             errno.ENOENT, errno.EINTR) == 0:
        call = ctypes.c_uint64.from_address(req.value).value
        answer = struct.pack("QqiI", call, 4711, 0, 0)  # id, val, error, flags
        ctypes.memmove(resp, answer, len(answer))
        check("seccomp_notify_respond",
              notify.seccomp_notify_respond(listener, resp), errno.ENOENT)
notify.seccomp_notify_free(req, resp)
