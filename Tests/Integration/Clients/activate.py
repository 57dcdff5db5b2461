"""Hands two listening sockets to a program as systemd does: a port of 127.0.0.1 and a Unix socket.

Arguments: the Unix socket's path, then the program's command line.
"""

import os
import socket
import sys

path, command = sys.argv[1], sys.argv[2:]
internet = socket.create_server(("127.0.0.1", 0))
unix = socket.socket(socket.AF_UNIX)
unix.bind(path)
unix.listen()
# First out of the way of the numbers that they are to have.
copies = [os.dup2(s.fileno(), 100 + i, inheritable=False) for i, s in enumerate((internet, unix))]
for number, copy in enumerate(copies, start=3):
    os.dup2(copy, number, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(copies)))
os.execv(command[0], command)
