"""System calls that fail when we say so: an I/O error without a broken disk.

What is started under a filter (seccomp) asks a thread of ours before each of a few calls. We let
it pass, or it fails with EIO and the kernel never sees it. That needs Linux 5.5 on a machine of 64
bits, but neither root nor a compiler; the program that is hurt notices nothing else.
"""

import ctypes
import errno
import fcntl
import os
import platform
import queue
import select
import struct
import subprocess
import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from banner_lab.stack.processes import Command, spawn

WRITING = frozenset({"pwrite64", "pwritev"})
SYNCING = frozenset({"fsync", "fdatasync"})


class Machine(NamedTuple):
    """What the kernel calls a processor, and the numbers of its calls."""

    name: int
    seccomp: int
    calls: dict[str, int]


MACHINES = {
    "x86_64": Machine(
        0xC000003E, 317, {"pwrite64": 18, "fsync": 74, "fdatasync": 75, "pwritev": 296}
    ),
    "aarch64": Machine(
        0xC00000B7, 277, {"pwrite64": 68, "fsync": 82, "fdatasync": 83, "pwritev": 70}
    ),
}
LOOK_MILLISECONDS = 100
_NO_NEW_PRIVILEGES, _FILTER, _NEW_LISTENER = 38, 1, 8
_RECEIVE, _SEND, _CONTINUE = 0xC0502100, 0xC0182101, 1
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ASK = 0x7FFF0000, 0x7FC00000
_NOTICE_BYTES = 80

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]


@dataclass(slots=True)
class Calls:
    """The calls of whatever is started here; `failing` are those that fail from now on."""

    failing: Collection[str] = frozenset()
    failed: int = 0

    def spawn(self, command: Command, *, log: Path) -> "subprocess.Popen[bytes]":
        """Start `command` as `processes.spawn` does, under a filter.

        Raises:
            OSError: This kernel has no such filters.
        """
        told: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()
        threading.Thread(target=self._keep, args=(command, log, told), daemon=True).start()
        found = told.get()
        if isinstance(found, OSError):
            raise found
        return found

    def _keep(
        self,
        command: Command,
        log: Path,
        told: "queue.SimpleQueue[subprocess.Popen[bytes] | OSError]",
    ) -> None:
        # A filter holds for the thread that asked for it and for what that starts, for good.
        try:
            listener = _filtered(MACHINES[platform.machine()])
            process = spawn(command, log=log)
        except OSError as error:
            told.put(error)
            return
        told.put(process)
        try:
            while process.poll() is None:
                self._serve(listener)
        finally:
            os.close(listener)

    def _serve(self, listener: int) -> None:
        """Answer one call, when there is one."""
        waiting = select.poll()
        waiting.register(listener, select.POLLIN)
        if not waiting.poll(LOOK_MILLISECONDS):
            return
        # Whoever asked may be gone by now: then there is nothing to answer.
        with suppress(FileNotFoundError):
            notice = bytearray(_NOTICE_BYTES)
            fcntl.ioctl(listener, _RECEIVE, notice)
            name, _pid, _flags, number = struct.unpack_from("=QIIi", notice)
            fcntl.ioctl(listener, _SEND, self._answer(name, number))

    def _answer(self, name: int, number: int) -> bytes:
        calls = MACHINES[platform.machine()].calls
        if number not in {calls[call] for call in self.failing}:
            return struct.pack("=QqiI", name, 0, 0, _CONTINUE)
        self.failed += 1
        return struct.pack("=QqiI", name, 0, -errno.EIO, 0)


def _filtered(machine: Machine) -> int:
    """Put this thread under the filter; the file descriptor at which the kernel asks."""
    numbers = sorted(machine.calls.values())
    steps = [
        (_LOAD, 0, 0, 4),
        (_IF_EQUAL, 1, 0, machine.name),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, 0),
        *((_IF_EQUAL, len(numbers) - place, 0, n) for place, n in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ASK),
    ]
    program = _Program(len(steps), b"".join(struct.pack("=HBBI", *step) for step in steps))
    _checked(_libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    return _checked(_libc.syscall(machine.seccomp, _FILTER, _NEW_LISTENER, ctypes.byref(program)))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
