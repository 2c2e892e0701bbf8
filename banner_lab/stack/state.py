"""The state folder: all that `./lab up` makes lies there; one supervisor at a time owns it."""

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from banner_lab.stack.errors import AlreadyRunning, StackError
from banner_lab.stack.ports import private_write
from delivery.config import ROOT, read_file

LARGE_LOG = 10_000_000
# How long servers of a supervisor that was killed may take to let go of the folder.
LET_GO_SECONDS = 10.0


def state_folder() -> Path:
    """Where the state lies: LAB_STATE from the environment or `.env`, else `var`."""
    chosen = os.environ.get("LAB_STATE") or read_file(ROOT / ".env").get("LAB_STATE")
    return (ROOT / Path(chosen or "var").expanduser()).resolve()


@dataclass(frozen=True, slots=True)
class State:
    """Names of the things in the state folder."""

    folder: Path

    @property
    def logs(self) -> Path:
        """One file for each process."""
        return self.folder / "logs"

    @property
    def secrets(self) -> Path:
        """One private file for each secret."""
        return self.folder / "secrets"

    @property
    def environment_file(self) -> Path:
        """What `manage.py` reads to find the running servers; see `delivery.config`."""
        return self.folder / "stack.env"

    @property
    def demo(self) -> Path:
        """What `seed_demo` writes about the people and keys it made."""
        return self.folder / "demo.json"

    @property
    def migrated(self) -> Path:
        """The fingerprint of the migrations that the embedded database has seen."""
        return self.folder / "migrated"

    @property
    def report(self) -> Path:
        """What the supervisor says about itself: its pid, addresses and processes."""
        return self.folder / "stack.json"

    def prepare(self) -> None:
        """Make the folders, closed to everybody else."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.logs, self.secrets):
            folder.mkdir(mode=0o700, exist_ok=True)
        for name in ("media", "delivery", "static"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.logs / f"{name}.log"

    def rotate_logs(self) -> None:
        """Set aside logs that have grown large, also while processes append to them."""
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > LARGE_LOG:
                shutil.copyfile(log, log.with_suffix(".log.1"))
                os.truncate(log, 0)

    def secret(self, name: str, fresh: str | None = None) -> str:
        """The secret of that name, made once; `fresh` overrides how a new one looks."""
        file = self.secrets / name
        if not file.exists():
            private_write(file, fresh or secrets.token_urlsafe(32))
        return file.read_text(encoding="utf-8").strip()

    def read_report(self) -> dict[str, Any]:
        """What the latest supervisor wrote; empty when there is nothing readable."""
        try:
            report = json.loads(self.report.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return report if isinstance(report, dict) else {}

    def write_report(self, report: Mapping[str, object]) -> None:
        """Replace what is said about the running stack."""
        private_write(self.report, json.dumps(report, ensure_ascii=False, indent=1))

    def is_running(self) -> bool:
        """Whether a supervisor owns the folder now."""
        try:
            os.close(self._lock())
        except (BlockingIOError, FileNotFoundError):
            return (self.folder / "lock").exists()
        return False

    def require_stopped(self) -> None:
        """Raise AlreadyRunning while a supervisor owns the folder."""
        if self.is_running():
            raise _already(self.read_report(), self.folder)

    def take(self) -> int:
        """Own the folder as long as the returned descriptor is open; raises AlreadyRunning."""
        end = time.monotonic() + LET_GO_SECONDS
        while True:
            try:
                return self._lock()
            except BlockingIOError:
                report = self.read_report()
                if _alive(report.get("pid")) or time.monotonic() > end:
                    raise _already(report, self.folder) from None
                time.sleep(0.1)
            except PermissionError as problem:
                raise StackError(
                    f"The folder {self.folder} belongs to another user.",
                    hint="Start as that user, or set LAB_STATE to a folder of your own.",
                ) from problem

    def _lock(self) -> int:
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise
        return descriptor


def _already(report: Mapping[str, Any], folder: Path) -> AlreadyRunning:
    where, pid = report.get("web"), report.get("pid")
    return AlreadyRunning(
        f"Banner Lab is already running{f' at {where}' if where else ''} (state in {folder}).",
        hint=f"Ctrl-C where it was started, or kill {pid}, stops it." if pid else None,
    )


def _alive(pid: object) -> bool:
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
