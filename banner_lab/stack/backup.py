"""`./lab backup` and `./lab restore`: database, media and secrets in one private file, and back."""

import contextlib
import json
import os
import shutil
import signal
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from banner_lab.stack import archive, children, reset, settings
from banner_lab.stack.archive import DUMP, MANIFEST, SECRETS
from banner_lab.stack.errors import StackError
from banner_lab.stack.ports import private_write
from banner_lab.stack.postgres import installations
from banner_lab.stack.processes import run
from banner_lab.stack.settings import Settings
from banner_lab.stack.state import State
from banner_lab.stack.supervisor import Supervisor
from delivery.config import read_file

START_SECONDS = 60


def backup(state: State, file: Path, *, now: datetime) -> None:
    """Write everything that cannot be made again into `file`, also while the stack runs."""
    if not file.parent.is_dir():
        raise StackError(f"There is no folder {file.parent}.")
    if file.exists():
        raise StackError(f"{file} exists already; name another file.")
    # Beside the file: where there is room for it there is room for the dump.
    place = tempfile.TemporaryDirectory(dir=file.parent, prefix=".banner-lab-")
    with _database(state) as (chosen, version), place as folder:
        dump = Path(folder) / DUMP
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
        _tool("pg_dump", chosen, *options)
        manifest = {"format": archive.FORMAT, "made": now.isoformat(), "postgresql": version}
        with archive.writing(file) as written:
            archive.add_text(written, MANIFEST, json.dumps(manifest, indent=1))
            written.add(dump, DUMP)
            _add_the_rest(written, chosen, state)
    size = file.stat().st_size / 1e6
    print(f"Wrote {file} ({size:.1f} MB). It holds secrets: keep it as you keep passwords.")


def _add_the_rest(written: tarfile.TarFile, chosen: Settings, state: State) -> None:
    for name in SECRETS:
        archive.add_text(written, f"secrets/{name.lower()}", chosen[name])
    # After the database: an image that came meanwhile is too many, never too few.
    for place in _folders(chosen, state).values():
        archive.add_folder(written, place)
    if state.demo.exists():
        written.add(state.demo, state.demo.name)


def restore(state: State, file: Path, *, given: str | None) -> None:
    """Put a backup in the place of what is there, which has to be empty or given up by name."""
    if not file.exists():
        raise StackError(f"There is no file {file}.")
    state.require_stopped()
    state.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=state.folder, prefix="restore-") as folder:
        unpacked = Path(folder)
        # Read whole before anything is given up for it.
        made = archive.unpack(file, unpacked).get("made")
        if reset.holds_data(state):
            what = f"{state.folder} holds data, which the backup of {made} would replace."
            reset.confirm(state, given=given, what=what)
        # To be entered, not listed: root's PostgreSQL may have to run as somebody else.
        unpacked.chmod(0o711)
        _replace(state, unpacked)
    print(f"Restored the backup of {made}. ./lab up starts it.")


def _replace(state: State, unpacked: Path) -> None:
    """Build the new state beside the old one, which goes only when the new one is whole."""
    state.prepare()
    lock = state.take()
    try:
        fresh = State(unpacked / "fresh")
        _rebuild(fresh, unpacked, lock)
        reset.destroy(state)
        for entry in fresh.folder.iterdir():
            entry.rename(state.folder / entry.name)
    finally:
        os.close(lock)


def _rebuild(fresh: State, unpacked: Path, lock: int) -> None:
    fresh.prepare()
    for secret in (unpacked / "secrets").iterdir():
        private_write(fresh.secrets / secret.name, secret.read_text(encoding="utf-8"))
    with _own_servers(fresh, lock) as chosen:
        _fill(chosen, unpacked / DUMP)
    for name, place in _folders(chosen, fresh).items():
        if (unpacked / name).exists():
            shutil.copytree(unpacked / name, place, dirs_exist_ok=True)
    if (unpacked / "demo.json").exists():
        private_write(fresh.demo, (unpacked / "demo.json").read_text(encoding="utf-8"))


def _fill(chosen: Settings, dump: Path) -> None:
    count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    tables = _tool("psql", chosen, "-qAtc", count).strip()
    if tables != "0":
        raise StackError(f"DATABASE_URL names a database with {tables} tables; it must be empty.")
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _tool("pg_restore", chosen, *options, str(dump))


def _folders(chosen: Settings, state: State) -> dict[str, Path]:
    names = {"media": "MEDIA_ROOT", "delivery": "DELIVERY_STATE"}
    return {
        folder: Path(chosen[name]) if chosen.is_given(name) else state.folder / folder
        for folder, name in names.items()
    }


@contextlib.contextmanager
def _database(state: State) -> Iterator[tuple[Settings, int]]:
    """The running database, or one started for the moment."""
    if state.is_running():
        chosen = Settings.read()
        chosen.made.update(read_file(state.environment_file))
        if not state.environment_file.exists():
            raise StackError("Banner Lab is just starting or stopping; try again in a moment.")
        yield chosen, _version(chosen)
        return
    if not Settings.read().is_given("DATABASE_URL") and not reset.holds_data(state):
        raise StackError(f"There is nothing to back up in {state.folder} yet.")
    state.prepare()
    lock = state.take()
    try:
        with _own_servers(state, lock) as chosen:
            yield chosen, _version(chosen)
    finally:
        os.close(lock)


@contextlib.contextmanager
def _own_servers(state: State, lock: int) -> Iterator[Settings]:
    """Start the database alone, unless the user has one. The caller owns the folder."""
    chosen = Settings.read()
    settings.make_keys(chosen, state)
    supervisor = Supervisor(state.log, print)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, supervisor.ask_to_stop)
    try:
        cluster = settings.embedded_cluster(chosen, state)
        if cluster is not None:
            if not cluster.exists:
                cluster.create()
            server = children.database(cluster, lock)
            supervisor.start([server])
            supervisor.wait_ready([server], seconds=START_SECONDS)
        yield chosen
    finally:
        supervisor.stop_all()


def _version(chosen: Settings) -> int:
    return int(_tool("psql", chosen, "-qAtc", "SHOW server_version_num")) // 10_000


def _tool(program: str, chosen: Settings, *arguments: str) -> str:
    """Run a PostgreSQL client program; the password travels in its environment alone."""
    newest = max(installations(), key=lambda found: found.major, default=None)
    if newest is None:
        raise StackError(f"{program} is not installed.", hint="Run ./lab doctor.")
    parts = urlsplit(chosen["DATABASE_URL"])
    environment = {
        **os.environ,
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }
    target = ("--dbname", environment["PGDATABASE"]) if program == "pg_restore" else ()
    done = run([newest.program(program), *target, *arguments], env=environment)
    if done.returncode:
        raise StackError(f"{program} failed: {done.stderr.strip()}")
    return done.stdout
