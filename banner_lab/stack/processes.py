"""Child processes that cannot outlive their parent, whatever ends it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Command:
    """How one process is started and asked to end.

    `death_signal` is what the kernel sends when the parent dies; without it, `stop_signal`.
    `user` is the uid to become, `keep_open` are file descriptors the child holds for as long as it
    lives (locks).
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals | None = None
    user: int | None = None
    keep_open: tuple[int, ...] = ()


def _before_exec(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    def tie_to_parent() -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which stops in the right order.
        os.setsid()
        if sys.platform == "linux":
            _libc.prctl(PR_SET_PDEATHSIG, death_signal)
            # The parent may have died before the line above took effect.
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)

    return tie_to_parent


def spawn(command: Command, *, log: Path) -> subprocess.Popen[bytes]:
    """Start `command` with its output appended to `log`. Call from the main thread.

    The kernel ties the death signal to the thread that forked, so the thread must live as long as
    the process.
    """
    death_signal = command.death_signal or command.stop_signal
    with log.open("ab") as output:
        return subprocess.Popen(
            command.arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if command.environment is None else dict(command.environment),
            cwd=command.folder,
            pass_fds=command.keep_open,
            user=command.user,
            group=command.user,
            extra_groups=None if command.user is None else [],
            preexec_fn=_before_exec(os.getpid(), death_signal),  # noqa: PLW1509
        )


def stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals, *, patience: float) -> None:
    """Ask `process` to end; after `patience` seconds end its whole group."""
    if process.poll() is None:
        process.send_signal(stop_signal)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _kill_group(process.pid)
        process.wait()


def _kill_group(leader: int) -> None:
    # Every child leads a session, so its group also holds the grandchildren it forked.
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def wait_until(probe: Callable[[], bool], *, seconds: float) -> bool:
    """Ask `probe` again and again; False when it has not agreed within `seconds`."""
    end = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > end:
            return False
        time.sleep(POLL_SECONDS)
    return True


def listening(port: int, *, host: str = "127.0.0.1") -> bool:
    """Whether something accepts connections there."""
    try:
        socket.create_connection((host, port), 0.3).close()
    except OSError:
        return False
    return True


def last_lines(log: Path, *, count: int = 20) -> str:
    """The end of a log, for a message about the process that wrote it."""
    try:
        text = log.read_bytes()[-20_000:].decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-count:])


def run(arguments: Sequence[str | Path], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a helper program to its end and keep what it says."""
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [str(argument) for argument in arguments],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        preexec_fn=_before_exec(os.getpid(), signal.SIGKILL),
        **options,
    )
