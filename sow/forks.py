"""The program of the nursery: it has loaded all that reading needs, sees no document, and forks when it is asked to.

Run as `python -m sow.forks` with a socket as standard input. A message of three numbers (zero, seconds, megabytes) with
two pipes asks for a fork and is answered with its process id; a process id asks for that fork's exit status.
"""

from __future__ import annotations

import os
import signal
import socket
import time

from sow.confined import serve
from sow.nursery import NUMBER, WANTED
from sow.reading import read_document

LINGER = 2.0  # seconds that a fork may take to end after its answer


def main() -> None:
    """Fork when asked to, until the owner closes the socket."""
    read_document(b"Payment terms: net 30 days.", "warm.md")
    with socket.socket(fileno=os.dup(0)) as owner:
        while True:
            message, pipes, _, _ = socket.recv_fds(owner, WANTED.size, 2)
            if not message:
                return
            if len(message) == WANTED.size:
                _, seconds, megabytes = WANTED.unpack(message)
                owner.send(NUMBER.pack(_fork(pipes, seconds, megabytes)))
            else:
                owner.send(NUMBER.pack(_status(*NUMBER.unpack(message))))


def _fork(pipes: list[int], seconds: int, megabytes: int) -> int:
    process = os.fork()
    if process:
        for pipe in pipes:
            os.close(pipe)
        return process
    try:
        os.dup2(pipes[0], 0)
        os.dup2(pipes[1], 1)
        os.closerange(3, 4096)
        serve(seconds, megabytes)
        os._exit(0)
    finally:
        os._exit(1)


def _status(process: int) -> int:
    """How a fork ended, as `subprocess` gives it: negative for a signal."""
    until = time.monotonic() + LINGER
    try:
        while time.monotonic() < until:
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.001)
        os.kill(process, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except ChildProcessError:  # a fork of the nursery before this one, which was killed
        return -signal.SIGKILL


if __name__ == "__main__":
    main()
