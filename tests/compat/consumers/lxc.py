# SPDX-License-Identifier: MIT
# Copyright The libseccomp-notify authors
"""lxc.py FOLDER: runs a command in a container of LXC, whose monitor asks this
program for the result of each mkdir(2) of the command. Prints "3 calls
answered" if the command got these results. FOLDER must be empty."""
import os
import socket
import struct
import subprocess
import sys

folder = sys.argv[1]
address = folder + "/proxy"
# The head of LXC's message: reserved, two pids, three sizes, the length of a
# cookie. The request and the response come after it.
HEAD = struct.Struct("=QiiHHHxxQ")
# The kernel's mkdir(2) never fails with these.
ERRORS = (1001, 1002, 1003)
COMMAND = """
import os
for name in "one", "two", "three":
    try:
        os.mkdir(name)
    except OSError as error:
        print(error.errno)
"""

with open(folder + "/config", "w", encoding="ascii") as file:
    file.write(f"""
lxc.seccomp.profile = {folder}/profile
lxc.seccomp.notify.proxy = unix:{address}
lxc.apparmor.profile = unconfined
lxc.net.0.type = none
lxc.console.path = none
lxc.tty.max = 0
""")
with open(folder + "/profile", "w", encoding="ascii") as file:
    file.write("2\ndenylist\nmkdir notify\nmkdirat notify\n")

listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listening.bind(address)
listening.listen()
listening.settimeout(150)
with subprocess.Popen(
        ("lxc-execute", "-n", "notify", "-P", folder, "-f", folder + "/config",
         "-l", "INFO", "-o", folder + "/log", "--",
         sys.executable, "-c", COMMAND),
        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True) as container:
    try:
        monitor, _ = listening.accept()
        for error in ERRORS:
            message = monitor.recv(4096)
            request_size = HEAD.unpack_from(message)[3]
            request = message[HEAD.size:HEAD.size + request_size]
            call, = struct.unpack_from("=Q", request)
            response = struct.pack("=QqiI", call, 0, -error, 0)
            monitor.sendall(message[:HEAD.size] + request + response)
    except (OSError, struct.error) as failure:
        container.kill()
        print(failure)
    output, messages = container.communicate(timeout=150)
if output.split() != [str(error) for error in ERRORS]:
    print(output, messages, sep="")
    with open(folder + "/log", encoding="utf-8") as log:
        sys.exit(log.read())
print(f"{len(ERRORS)} calls answered")
