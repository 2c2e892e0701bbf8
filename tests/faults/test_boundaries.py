"""A crash at every boundary of the spool, the commit and the snapshot's file."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from delivery.config import ROOT
from tests.doors import database_url

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.django_db(transaction=True)


def crashes(folder: Path, *words: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.boundaries", str(folder), database_url(), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_crash__at_every_boundary__loses_nothing_and_doubles_nothing(tmp_path) -> None:
    turns = crashes(tmp_path)
    assert [turn["code"] for turn in turns] == [9] * (len(turns) - 1) + [0]
    names = {turn["at"] for turn in turns}
    print(f"{len(turns)} boundaries")
    assert len(turns) > 60, names
    assert {"before the answer", "within a write", "before fdatasync", "after unlink"} <= names
    assert {"before COMMIT", "after COMMIT", "after COPY events_event"} <= names
    for turn in turns:
        wrong = turn["lost"] or turn["doubled"] or turn["left"] or turn["after"]
        assert not wrong, turn


def test_crash__of_a_build_that_acknowledges_early__is_found(tmp_path) -> None:
    *_, last = crashes(tmp_path, "hasty")
    assert last["lost"], last


def test_crash__at_every_boundary_of_the_snapshot__leaves_a_whole_one(tmp_path) -> None:
    turns = crashes(tmp_path, "snapshot")
    assert len(turns) >= 5
    assert all(turn["whole"] for turn in turns), turns
