"""The side that asks: one zygote per process, started when the first file comes.

Safe for threads; a process that forks (gunicorn, Celery's pool) leaves the zygote to the older one
and starts its own. A zygote that died is replaced once per question.
"""

import atexit
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from creatives.decoding import protocol
from creatives.decoding.limits import AT_ONCE, GRACE_SECONDS, WALL_SECONDS
from creatives.decoding.protocol import Answer, Ask, Cut, Made, Refusal, Refused, Target

log = logging.getLogger(__name__)

ROOT: Final = Path(__file__).resolve().parent.parent.parent
COMMAND: Final = (sys.executable, "-m", "creatives.decoding.zygote")
# What the interpreter and its libraries may need to start; everything else stays here.
PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPATH", "LANG", "TZ")
# One heap: each further one would reserve 64 MB of the address space that is limited.
ENVIRONMENT: Final = {"MALLOC_ARENA_MAX": "1", "PYTHONDONTWRITEBYTECODE": "1"}
STOP_SECONDS: Final = 2.0
TRIES: Final = 2
LOOK_SECONDS: Final = 0.2
TOO_LONG: Final = {signal.SIGXCPU, signal.SIGALRM}


class Lost(Exception):
    """No child could be had: none of the file's fault, the same file may go through later."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question, and what it cost the child. No answer: it was ended by `status`."""

    answer: Answer | None
    status: int
    peak_bytes: int
    cpu_seconds: float
    seconds: float


def decode(data: bytes, *, decoder: str, film: bool) -> Made:
    """Everything that is served of a file, and its facts.

    `decoder` is Pillow's name of a picture's format or FFmpeg's of a film's.

    Raises:
        Refusal: It is not taken, and why.
        Lost: There was no child to do it.
    """
    made = _answer(ask(Ask("film" if film else "picture", decoder, data)))
    if not isinstance(made, Made):
        raise Lost
    return made


def cut(data: bytes, *, decoder: str, target: Target) -> Cut:
    """The files of a part of a picture. Raises like `decode`."""
    made = _answer(ask(Ask("cut", decoder, data, target)))
    if not isinstance(made, Cut):
        raise Lost
    return made


def ask(question: Ask) -> Outcome:
    """One question, one child."""
    with _turn():
        outcome = _zygote.ask(protocol.encode(question))
    log.info(
        "%s of %d bytes: %d MB, %.2f s in a child (%s)",
        question.task,
        len(question.data),
        outcome.peak_bytes >> 20,
        outcome.cpu_seconds,
        type(outcome.answer).__name__ if outcome.answer else f"ended by {outcome.status}",
        extra={"outcome": outcome},
    )
    return outcome


def _answer(outcome: Outcome) -> Answer:
    if outcome.answer is None:
        raise Refusal(_cause(outcome.status))
    if isinstance(outcome.answer, Refused):
        raise Refusal(outcome.answer.code, **outcome.answer.words)
    return outcome.answer


def _cause(status: int) -> str:
    """Why a child ended without an answer."""
    if not os.WIFSIGNALED(status):
        return "broken"
    ended_by = os.WTERMSIG(status)
    if ended_by in TOO_LONG:
        return "time"
    # The system's last resort when memory runs out; crashes of a decoder have other signals.
    return "memory" if ended_by == signal.SIGKILL else "broken"


@dataclass(slots=True)
class Zygote:
    """The process that forks the children, started when needed."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    turns: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_ONCE)
    )
    process: "subprocess.Popen[bytes] | None" = None
    control: socket.socket | None = None

    def ask(self, message: bytes) -> Outcome:
        """Raises Lost when even a new zygote does not answer."""
        for _ in range(TRIES):
            try:
                return self._ask(message)
            except (OSError, Lost):
                self._look()
        raise Lost

    def _look(self) -> None:
        """Give a process that is being killed the moment until the system says that it is gone."""
        with self.lock, contextlib.suppress(subprocess.TimeoutExpired):
            if self.process:
                self.process.wait(LOOK_SECONDS)

    def _ask(self, message: bytes) -> Outcome:
        begun = time.monotonic()
        with self._child() as (connection, end):
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                protocol.send(connection, message)
            answer = _received(connection)
            told = os.read(end, protocol.END.size)
        if len(told) != protocol.END.size:
            raise Lost
        status, peak, cpu = protocol.END.unpack(told)
        return Outcome(answer, status, peak, cpu, time.monotonic() - begun)

    @contextlib.contextmanager
    def _child(self) -> Iterator[tuple[socket.socket, int]]:
        """A connection to a new child, and where its end will be told."""
        ours, theirs = socket.socketpair()
        end, told = os.pipe()
        try:
            with theirs, self.lock:
                try:
                    socket.send_fds(self._started(), [b"."], [theirs.fileno(), told])
                finally:
                    os.close(told)
            ours.settimeout(WALL_SECONDS + 2 * GRACE_SECONDS)
            yield ours, end
        finally:
            ours.close()
            os.close(end)

    def _started(self) -> socket.socket:
        if self.process and self.control and self.process.poll() is None:
            return self.control
        self.stop()
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                COMMAND,
                cwd=ROOT,
                env=_environment(),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.control = ours
        return ours

    def stop(self) -> None:
        """End the process, if there is one."""
        if self.control:
            self.control.close()
        if self.process:
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = self.control = None


def _received(connection: socket.socket) -> Answer | None:
    try:
        message = protocol.receive(connection)
        return protocol.answer(message) if message else None
    except (ConnectionResetError, TimeoutError, msgspec.MsgspecError):
        return None


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | ENVIRONMENT


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    turns = _zygote.turns
    if not turns.acquire(timeout=WALL_SECONDS):
        raise Lost
    try:
        yield
    finally:
        turns.release()


_zygote = Zygote()


def _forget() -> None:
    """After a fork: the zygote is the older process's, and locks are as threads left them."""
    global _zygote  # noqa: PLW0603
    if _zygote.control:
        _zygote.control.close()
    _zygote = Zygote()


def _stop() -> None:
    """Whichever there is by then."""
    _zygote.stop()


os.register_at_fork(after_in_child=_forget)
atexit.register(_stop)
