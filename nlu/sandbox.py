"""What the NLU's processes give up before they read a word (reliability.md F05).

A model file is code, and so is a training file that somebody edited. Each step is tried on its own and
reports its name when it holds; a kernel or a user that cannot do one goes on without it, and says so.
Linux only, standard library only: libc is called directly where Python 3.10 has no wrapper.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import resource
import struct
from typing import Callable, List, Tuple

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_PDEATHSIG = 1
_SIGKILL = 9

# Landlock: no libc wrapper; the numbers are the same on every architecture (linux/uapi/asm-generic/unistd.h).
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_CREATE_RULESET_VERSION = 1
#: Rights known to each version of the interface: (file system, network) bits.
_LANDLOCK_RIGHTS = {1: ((1 << 13) - 1, 0), 2: ((1 << 14) - 1, 0), 3: ((1 << 15) - 1, 0), 4: ((1 << 15) - 1, 3)}

_libc = ctypes.CDLL(None, use_errno=True)


class NotHere(OSError):
    """This kernel or this user cannot do that."""


def shut_network() -> None:
    """Move into a network namespace that has no device up, not even the loopback."""
    user, group = os.getuid(), os.getgid()
    if user == 0:
        _check(_libc.unshare(_CLONE_NEWNET))
        return
    _check(_libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET))
    for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(line)


def never_gain_rights() -> None:
    """No setuid program can raise our rights any more; needed before Landlock."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def die_with_parent() -> None:
    """Be killed when the service that started us ends, however it ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0))
    if os.getppid() == 1:
        raise SystemExit("the service that started this process is gone")


def cap_memory(megabytes: int) -> None:
    """No more private memory than this; an allocation beyond it fails."""
    limit = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold what people wrote


def become_nobody() -> None:
    """Give up root for the user `nobody`; nothing to do for anybody else."""
    if os.getuid() != 0:
        raise NotHere("not started as root: keeps the rights of its user")
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setresgid(nobody.pw_gid, nobody.pw_gid, nobody.pw_gid)
    os.setresuid(nobody.pw_uid, nobody.pw_uid, nobody.pw_uid)


def no_more_processes() -> None:
    """Neither a program nor a thread can be started, and no file can grow."""
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def close_files() -> None:
    """Open no file and no TCP connection any more (Landlock); what is open stays open."""
    version = _check(
        _libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_CREATE_RULESET_VERSION)
    )
    files, network = _LANDLOCK_RIGHTS[min(version, max(_LANDLOCK_RIGHTS))]
    attributes = struct.pack("QQ", files, network) if network else struct.pack("Q", files)
    rules = _check(_libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0))
    try:
        _check(_libc.syscall(_LANDLOCK_RESTRICT_SELF, rules, 0))
    finally:
        os.close(rules)


def give_up(steps: List[Tuple[str, Callable[[], None]]]) -> List[str]:
    """Run the steps in order; the names of those that hold."""
    held = []
    for name, step in steps:
        with contextlib.suppress(OSError, KeyError, ValueError):
            step()
            held.append(name)
    return held


def before_loading(memory_mb: int) -> List[str]:
    """For a process with one thread that still has to import and read files."""
    return give_up(
        [
            ("starts-with-service", die_with_parent),
            ("no-new-rights", never_gain_rights),
            ("no-network", shut_network),
            ("memory-cap", lambda: cap_memory(memory_mb)),
        ]
    )


def after_loading() -> List[str]:
    """For a process that has all it needs in memory. It keeps its pipes and its arithmetic."""
    return give_up(
        [
            ("nobody", become_nobody),
            ("dies-with-service", die_with_parent),  # again: the kernel forgets it when the user changes
            ("no-processes", no_more_processes),
            ("no-files", close_files),
        ]
    )


def _check(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise NotHere(code, os.strerror(code))
    return int(result)
