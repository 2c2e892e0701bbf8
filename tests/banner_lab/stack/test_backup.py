"""Backup, reset and restore bring everything back, and refuse to lose anything unasked."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from banner_lab.stack import ports
from banner_lab.stack.archive import DUMP, MANIFEST, unpack
from banner_lab.stack.errors import StackError
from banner_lab.stack.postgres import FORGETFUL, Cluster
from banner_lab.stack.processes import spawn, stop, wait_until
from banner_lab.stack.state import State

ROOT = Path(__file__).resolve().parents[3]
GIVEN = ("DATABASE_URL", "CELERY_BROKER_URL", "STATE_URL", "MEDIA_ROOT", "DELIVERY_STATE")
KEYS = ("SECRET_KEY", "PSEUDONYM_KEYS", "TOKEN_KEYS")

Lab = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "var 数据")


@pytest.fixture
def lab(state: State) -> Lab:
    """Run one of `./lab`'s commands on the state folder of this test, with nothing given."""
    environment = {n: v for n, v in os.environ.items() if n not in (*GIVEN, *KEYS)}
    environment["LAB_STATE"] = str(state.folder)

    def run(*arguments: str | Path, text: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "banner_lab.stack", *map(str, arguments)],
            env=environment,
            cwd=ROOT,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


class Database:
    """The database of a state folder, running for the length of a `with`."""

    def __init__(self, state: State) -> None:
        state.prepare()
        self.state = state
        password = state.secret("database")
        self.cluster = Cluster.at(state.folder, port=ports.unused(), password=password)

    def __enter__(self) -> "psycopg.Connection[tuple[object, ...]]":
        if not self.cluster.exists:
            self.cluster.create(synced=False)
        self.command = self.cluster.command(FORGETFUL)
        self.process = spawn(self.command, log=self.state.log("database"))
        assert wait_until(self.cluster.ready, seconds=20)
        self.connection = psycopg.connect(self.cluster.url)
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.connection.commit()
        self.connection.close()
        stop(self.process, self.command.stop_signal, patience=10)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> State:
    """A state folder after some use; made once, copied by every test."""
    state = State(tmp_path_factory.mktemp("used") / "var")
    with Database(state) as connection:
        connection.execute("CREATE TABLE thing (id int PRIMARY KEY, name text)")
        connection.execute("INSERT INTO thing VALUES (1, '春季横幅')")
    (state.folder / "media" / "ab").mkdir()
    (state.folder / "media" / "ab" / "banner.webp").write_bytes(b"pixels")
    (state.folder / "delivery" / "spool").write_bytes(b"an event")
    state.demo.write_text('{"users": []}')
    state.secret("pseudonym_keys", "the-old-key")
    return state


@pytest.fixture
def saved(used: State, state: State, lab: Lab, tmp_path: Path) -> Path:
    shutil.copytree(used.folder, state.folder)
    done = lab("backup", tmp_path / "saved.tar.gz")
    assert done.returncode == 0, done.stderr
    return tmp_path / "saved.tar.gz"


def test_round_trip__backup_reset_restore__brings_everything_back(
    saved: Path, state: State, lab: Lab
) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    reset = lab("reset", "--yes", state.folder.name)
    assert reset.returncode == 0, reset.stderr
    assert not (state.folder / "pg").exists()
    restored = lab("restore", saved)
    assert restored.returncode == 0, restored.stderr
    with Database(state) as connection:
        assert connection.execute("SELECT * FROM thing").fetchall() == [(1, "春季横幅")]
    assert (state.folder / "media" / "ab" / "banner.webp").read_bytes() == b"pixels"
    assert (state.folder / "delivery" / "spool").read_bytes() == b"an event"
    assert state.secret("pseudonym_keys") == "the-old-key"
    assert state.demo.exists()
    assert not list(state.folder.glob("restore-*"))


def test_restore__over_data__needs_its_name(saved: Path, state: State, lab: Lab) -> None:
    with Database(state) as connection:
        connection.execute("INSERT INTO thing VALUES (2, 'newer')")
    refused = lab("restore", saved, text="no\n")
    assert refused.returncode == 1
    assert "Nothing was changed" in refused.stderr
    with Database(state) as connection:
        assert len(connection.execute("SELECT * FROM thing").fetchall()) == 2
    done = lab("restore", saved, text=f"{state.folder.name}\n")
    assert done.returncode == 0, done.stderr
    with Database(state) as connection:
        assert len(connection.execute("SELECT * FROM thing").fetchall()) == 1


def test_restore__torn_file__changes_nothing(saved: Path, state: State, lab: Lab) -> None:
    saved.write_bytes(saved.read_bytes()[:-200])
    done = lab("restore", saved, "--yes", state.folder.name)
    assert done.returncode == 1
    assert "not a whole backup" in done.stderr
    assert (state.folder / "pg" / "PG_VERSION").exists()


def test_restore__dump_that_fails__keeps_the_old_data(
    saved: Path, state: State, lab: Lab, tmp_path: Path
) -> None:
    with tarfile.open(saved) as old, tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as bad:
        for member in old:
            source = old.extractfile(member)
            assert source is not None
            body = b"no dump" if member.name == DUMP else source.read()
            member.size = len(body)
            bad.addfile(member, io.BytesIO(body))
    done = lab("restore", tmp_path / "bad.tar.gz", "--yes", state.folder.name)
    assert done.returncode == 1
    assert "pg_restore failed" in done.stderr
    with Database(state) as connection:
        assert connection.execute("SELECT * FROM thing").fetchall() == [(1, "春季横幅")]


def test_backup__file_exists__is_refused(saved: Path, lab: Lab) -> None:
    before = saved.read_bytes()
    done = lab("backup", saved)
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert saved.read_bytes() == before


def test_backup__nothing_there__is_said(lab: Lab, tmp_path: Path) -> None:
    done = lab("backup", tmp_path / "empty.tar.gz")
    assert done.returncode == 1
    assert "nothing to back up" in done.stderr
    assert not (tmp_path / "empty.tar.gz").exists()


def test_reset__wrong_name__changes_nothing(state: State, lab: Lab) -> None:
    state.prepare()
    state.secret("secret_key")
    (state.folder / "not ours.txt").write_text("keep")
    assert lab("reset", "--yes", "something").returncode == 1
    assert (state.secrets / "secret_key").exists()
    assert lab("reset", "--yes", state.folder.name).returncode == 0
    assert not state.secrets.exists()
    assert (state.folder / "not ours.txt").exists()


def test_reset__while_running__is_refused(state: State, lab: Lab) -> None:
    state.prepare()
    state.secret("secret_key")
    state.write_report({"pid": os.getpid(), "web": "http://127.0.0.1:8000"})
    lock = state.take()
    done = lab("reset", "--yes", state.folder.name)
    os.close(lock)
    assert done.returncode == 1
    assert "already running" in done.stderr


@pytest.mark.parametrize("name", ["../escape", "/etc/escape", "pg/PG_VERSION", "secrets/../../up"])
def test_unpack__foreign_member__is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as evil:
        for member, body in ((MANIFEST, json.dumps({"format": 1}).encode()), (name, b"evil")):
            entry = tarfile.TarInfo(member)
            entry.size = len(body)
            evil.addfile(entry, io.BytesIO(body))
    (tmp_path / "into").mkdir()
    with pytest.raises(StackError, match="does not belong there"):
        unpack(tmp_path / "evil.tar.gz", tmp_path / "into")
    assert not (tmp_path / "escape").exists()
