"""The embedded PostgreSQL, made from nothing in folders of any name."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from banner_lab.stack import identity, ports, postgres
from banner_lab.stack.errors import CannotStart
from banner_lab.stack.identity import NOBODY, Identity
from banner_lab.stack.postgres import FORGETFUL, Cluster, Installation
from banner_lab.stack.processes import spawn, stop, wait_until

Run = Callable[[Cluster], None]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    running = []

    def start(cluster: Cluster) -> None:
        command = cluster.command(FORGETFUL)
        process = spawn(command, log=tmp_path / "postgres.log")
        running.append((process, command.stop_signal))
        assert wait_until(cluster.ready, seconds=20), (tmp_path / "postgres.log").read_text()

    yield start
    for process, stop_signal in running:
        stop(process, stop_signal, patience=10)


def facts(cluster: Cluster) -> tuple[object, ...]:
    query = (
        "SELECT current_user, current_database(), current_setting('is_superuser'),"
        " current_setting('TimeZone'), 'b' < 'é' AND 'B' < 'a',"
        " current_setting('restart_after_crash')"
    )
    with psycopg.connect(cluster.url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row


EXPECTED = ("banner_lab", "banner_lab", "off", "UTC", True, "off")


def test_cluster__folder_with_space_and_chinese__works(tmp_path: Path, run: Run) -> None:
    state = tmp_path / "状态 folder"
    state.mkdir(mode=0o700)
    cluster = Cluster.at(state, port=ports.unused(), password="秘-secret")
    assert not cluster.exists
    cluster.create(synced=False)
    run(cluster)
    assert facts(cluster) == EXPECTED
    assert cluster.data.stat().st_mode & 0o077 == 0
    assert {entry.name for entry in state.iterdir()} == {"pg"}


@pytest.mark.long
@pytest.mark.parametrize("number", [1, 2])
def test_cluster__fallback_wheel__works(tmp_path: Path, run: Run, number: int) -> None:
    fallback = list(postgres.installations())[number]
    own = identity.choose(tmp_path)
    cluster = Cluster(tmp_path / "pg", ports.unused(), "secret", fallback, own)
    cluster.create(synced=False)
    run(cluster)
    assert facts(cluster)[:4] == EXPECTED[:4]


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_cluster__root_without_user_namespaces__runs_as_nobody(tmp_path: Path, run: Run) -> None:
    # pytest closes its folders to others, which is what require_reachable is about.
    for folder in [tmp_path, *list(tmp_path.parents)[:-2]]:  # up to, not with, /tmp
        folder.chmod(0o711)
    nobody = identity.step_down(tmp_path)
    found = next(postgres.installations())
    copy = identity.reachable_copy(found.folder, state=tmp_path, identity=nobody)
    installation = Installation(copy, found.major)
    cluster = Cluster(tmp_path / "pg", ports.unused(), "secret", installation, nobody)
    cluster.create(synced=False)
    run(cluster)
    assert facts(cluster) == EXPECTED
    assert cluster.data.stat().st_uid == NOBODY


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_step_down__closed_parent__is_refused_by_name(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "state").mkdir(parents=True)
    for folder in [tmp_path, *list(tmp_path.parents)[:-2]]:  # up to, not with, /tmp
        folder.chmod(0o711)
    closed.chmod(0o700)
    with pytest.raises(CannotStart, match="closed"):
        identity.step_down(closed / "state")


def test_data__of_another_version__is_refused_with_both_versions(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("12\n")
    with pytest.raises(CannotStart, match=r"written by PostgreSQL 12; installed is 18"):
        postgres.installation_for(tmp_path)


def test_create__failure__leaves_no_half_cluster(tmp_path: Path) -> None:
    broken = Installation(tmp_path / "nowhere", 18)
    (tmp_path / "nowhere" / "bin").mkdir(parents=True)
    program = broken.program("initdb")
    program.write_text("#!/bin/sh\necho no room >&2\nexit 1\n")
    program.chmod(0o755)
    cluster = Cluster(tmp_path / "pg", ports.unused(), "secret", broken, Identity())
    with pytest.raises(CannotStart, match="no room"):
        cluster.create()
    assert not cluster.exists
