"""A small, clean process that forks a child per file: `python -m creatives.decoding.zygote`.

It has the decoders of pictures loaded and nothing else: no Django, no secrets in its environment,
no connection but the one to its parent (file descriptor 0). It never looks at a file itself. Over
the connection come two descriptors per file: where the child hears and answers, and where the end
of the child is told. When the parent is gone the connection ends, and with it this process and all
its children.
"""

import gc
import os
import select
import signal
import socket
import time
from collections.abc import Sequence
from types import FrameType

from creatives.decoding import child, protocol
from creatives.decoding.limits import GRACE_SECONDS, WALL_SECONDS

MOST_DESCRIPTORS = 256


class Nursery:
    """The children that live: where their end is told, and when it has to come."""

    def __init__(self) -> None:
        self._born: dict[int, tuple[int, float]] = {}

    def bear(self, connection: int, end: int) -> None:
        """Fork a child that answers on `connection`."""
        pid = os.fork()
        if pid == 0:
            _be_child(connection)
        os.close(connection)
        self._born[pid] = (end, time.monotonic() + WALL_SECONDS + GRACE_SECONDS)

    def bury(self) -> None:
        """Tell the end of those that ended; kill those that should have."""
        for pid, (end, deadline) in list(self._born.items()):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            found, status, used = os.wait4(pid, os.WNOHANG)
            if found:
                del self._born[pid]
                cpu = used.ru_utime + used.ru_stime
                _tell(end, protocol.END.pack(status, child.peak(used), cpu))

    def patience(self) -> float | None:
        """Seconds until the next child is overdue; None without children."""
        if not self._born:
            return None
        first = min(deadline for _end, deadline in self._born.values())
        return max(0.1, first - time.monotonic())

    def end(self) -> None:
        """Nobody listens any more."""
        for pid in self._born:
            os.kill(pid, signal.SIGKILL)


def _tell(end: int, message: bytes) -> None:
    try:
        os.write(end, message)
    except BrokenPipeError:
        pass  # whoever asked has given up
    finally:
        os.close(end)


def _be_child(connection: int) -> None:
    """Never returns; of all descriptors only the own connection stays."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(connection, 0)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)  # decoders print what a file told them to
        os.closerange(3, MOST_DESCRIPTORS)
        child.run(socket.socket(fileno=0))
        code = 0
    finally:
        os._exit(code)


def serve(control: socket.socket) -> None:
    """Fork children until the parent is gone."""
    nursery, bell = Nursery(), _bell()
    while True:
        ready = select.select([control, bell], [], [], nursery.patience())[0]
        if bell in ready:
            bell.recv(4096)
        nursery.bury()
        if control in ready:
            said, descriptors, *_ = socket.recv_fds(control, 1, 2)
            if not said:
                nursery.end()
                return
            _bear(nursery, descriptors)


def _bear(nursery: Nursery, descriptors: Sequence[int]) -> None:
    try:
        nursery.bear(*descriptors)
    except (OSError, TypeError):  # no process to be had, or half a message: the parent hears an end
        for descriptor in descriptors:
            os.close(descriptor)


def _bell() -> socket.socket:
    """Rings when a child ends."""
    hears, rings = socket.socketpair()
    hears.setblocking(False)
    rings.setblocking(False)
    signal.signal(signal.SIGCHLD, _nothing)
    signal.set_wakeup_fd(rings.detach(), warn_on_full_buffer=False)
    return hears


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """A handler must exist for the bell to ring."""


def main() -> None:
    """Load the decoders once, for all children."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    child.prepare()
    gc.freeze()
    serve(socket.socket(fileno=0))


if __name__ == "__main__":
    main()
