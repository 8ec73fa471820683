"""Gives up what reading a document does not need: endless time and memory, other files, the network, other programs.

A PDF library parses hostile input in C. Whatever takes it over finds itself in a process that can compute and answer
on the pipe it was given, and that ends by itself.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with EPERM
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
NUMBER_AT, ARCHITECTURE_AT = 0, 4  # in struct seccomp_data

# io_uring does what other calls are refused for; the rest reaches into other processes, namespaces or the kernel.
REFUSED = (
    "socket", "connect", "socketpair", "execve", "execveat", "ptrace", "fork", "vfork", "kill", "process_vm_readv",
    "process_vm_writev", "mount", "unshare", "setns", "bpf", "perf_event_open", "keyctl", "userfaultfd",
    "open_by_handle_at", "io_uring_setup", "pidfd_open", "pidfd_getfd",
)  # fmt: skip
# AUDIT_ARCH, and the numbers of REFUSED in its order; None where the architecture has no such call.
SYSTEM_CALLS: dict[str, tuple[int, tuple[int | None, ...]]] = {
    "x86_64": (
        0xC000003E,
        (41, 42, 53, 59, 322, 101, 57, 58, 62, 310, 311, 165, 272, 308, 321, 298, 250, 323, 304, 425, 434, 438),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 203, 199, 221, 281, 117, None, None, 129, 270, 271, 40, 97, 268, 280, 241, 219, 282, 265, 425, 434, 438),
    ),
}

# Landlock (Linux 5.13): the same call numbers on every architecture. https://docs.kernel.org/userspace-api/landlock.html
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION, PATH_BENEATH = 1, 1  # LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE_PATH_BENEATH
READ = (1 << 2) | (1 << 3)  # LANDLOCK_ACCESS_FS_READ_FILE, _READ_DIR
RUN = (1 << 0) | (1 << 2)  # LANDLOCK_ACCESS_FS_EXECUTE, _READ_FILE
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many file rights each version knows; later ones know sixteen
NEWEST_RIGHTS = 16
SYSTEM_FOLDERS = ("/usr/lib", "/usr/lib64", "/usr/share", "/lib", "/lib64")


def confine(seconds: int, megabytes: int, *, program: str | None = None) -> None:
    """Apply all limits to this process, for good. Where the kernel has no seccomp or Landlock the others still hold.

    A process that is to become another `program` may start that one and nothing else; raises OSError where the kernel
    cannot hold it to that.
    """
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
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0)))
        closed = _close_files(libc, program)
        if program and not closed:
            raise OSError(errno.ENOSYS, "Landlock is needed to start another program")
        _refuse_system_calls(libc, {"execve"} if program else set())


def _close_files(libc: ctypes.CDLL, program: str | None) -> bool:
    """From here on only the program itself can be read, and nothing can be written, made, moved or removed."""
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION)
    if version < 1:
        return False
    every = ctypes.c_uint64((1 << FILE_RIGHTS.get(version, NEWEST_RIGHTS)) - 1)
    ruleset = libc.syscall(CREATE_RULESET, ctypes.byref(every), ctypes.c_size_t(ctypes.sizeof(every)), 0)
    rules = dict.fromkeys(_folders_of(program) if program else _program_folders(), READ)
    rules |= dict.fromkeys((program, *_loaders()), RUN) if program else {}
    for path, rights in rules.items():
        with suppress(OSError):
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
            os.close(place)
    held = libc.syscall(RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return held


def _folders_of(program: str) -> set[str]:
    """Where another program's libraries and data lie."""
    around = Path(program).parents[1]
    return {*SYSTEM_FOLDERS, str(around / "lib"), str(around / "share")}


def _loaders() -> set[str]:
    """What the kernel starts first for a program that is linked dynamically."""
    places = (Path("/lib64"), Path("/lib"), *Path("/lib").glob("*-linux-*"))
    return {os.path.realpath(loader) for place in places for loader in place.glob("ld-*.so*")}


def _program_folders() -> set[str]:
    """Where Python, its libraries and our own rooms lie: what a late import may still need."""
    rooms = Path(__file__).parents[1]
    ours = (str(rooms / room) for room in ("domain", "policies", "sow"))
    return {
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("platstdlib"),
        sysconfig.get_path("purelib"),
        sysconfig.get_path("platlib"),
        *ours,
        *SYSTEM_FOLDERS,
    }


def _refuse_system_calls(libc: ctypes.CDLL, allowed: set[str]) -> None:
    architecture, calls = SYSTEM_CALLS.get(platform.machine(), (0, ()))
    if not calls:
        return
    refused = (call for name, call in zip(REFUSED, calls, strict=True) if name not in allowed and call is not None)
    code = b"".join(_program(architecture, tuple(refused)))
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    zero = ctypes.c_ulong(0)
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
