"""Gives up what reading a document does not need: endless time and memory, files to write, the network, other programs.

A PDF library parses hostile input in C. Whatever takes it over finds itself in a process that can compute and answer
on the pipe it was given, and that ends by itself.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
import sys

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with EPERM
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
NUMBER_AT, ARCHITECTURE_AT = 0, 4  # in struct seccomp_data

# (AUDIT_ARCH, system call numbers of: socket, connect, socketpair, execve, execveat, ptrace, fork, vfork)
SYSTEM_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 53, 59, 322, 101, 57, 58)),
    "aarch64": (0xC00000B7, (198, 203, 199, 221, 281, 117)),
}


def confine(seconds: int, megabytes: int) -> None:
    """Apply all limits to this process, for good. Where the kernel has no seccomp the other limits still hold."""
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: megabytes * 1024 * 1024,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in limits.items():
        _, hard = resource.getrlimit(limit)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)  # noqa: PLW2901 - never above what we were given
        resource.setrlimit(limit, (most, most))
    if sys.platform == "linux":
        _refuse_system_calls()


def _refuse_system_calls() -> None:
    architecture, calls = SYSTEM_CALLS.get(platform.machine(), (0, ()))
    if not calls:
        return
    code = b"".join(_program(architecture, calls))
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero, zero, zero)
    libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), program, zero, zero)


def _program(architecture: int, calls: tuple[int, ...]) -> list[bytes]:
    """A BPF program: on this architecture these calls fail with EPERM; on another one every call does."""

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("HBBI", code, yes, no, value)

    tests = [step(EQUAL, call, yes=len(calls) - index) for index, call in enumerate(calls)]
    return [
        step(LOAD, ARCHITECTURE_AT),
        step(EQUAL, architecture, yes=0, no=len(calls) + 2),
        step(LOAD, NUMBER_AT),
        *tests,
        step(RETURN, ALLOW),
        step(RETURN, REFUSE),
    ]
