"""What the stack shows: a shop with a running test, committed to a database of its own.

Tests copy the world of the test's database, which is there already; the command makes one.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from banner_lab.stack import migrations
from banner_lab.stack.processes import run
from delivery.config import ROOT
from tests.embedded import FIXED


@dataclass(frozen=True, slots=True)
class Shop:
    """The keys and numbers that a sender and the judge need."""

    site: int
    experiment: int
    key: str
    placement: str
    pk: str
    sk: str
    origin: str


def copied(source: str, target: str, *, programs: Path) -> None:
    """Everything of one database in another, empty one."""
    dump = run([programs / "pg_dump", "--no-owner", "--no-privileges", source])
    assert dump.returncode == 0, dump.stderr
    filled = run([programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", target], input=dump.stdout)
    assert filled.returncode == 0, filled.stderr


def made(url: str, folder: Path) -> Shop:
    """Migrate the empty database at `url` and put a world into it, by a process of its own."""
    environment = {**os.environ, **FIXED, **_ELSEWHERE, "DATABASE_URL": url, "DEMO": "0"}
    environment["LAB_STATE"] = str(folder)
    _run("manage.py", "migrate", "--no-input", "-v0", environment=environment)
    said = _run("-m", "tests.faults.world", environment=environment)
    return Shop(**json.loads(said.splitlines()[-1]))


_ELSEWHERE = {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0", "STATE_URL": ""}


def _run(*words: str, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(world) -> Shop:
    """A world of `tests.doors` in a few words."""
    from tests.doors import SHOP

    return Shop(
        site=world.site.pk,
        experiment=world.experiment.pk,
        key=world.experiment.key,
        placement="home-hero",
        pk=world.pk,
        sk=world.sk,
        origin=SHOP,
    )


def fingerprint() -> str:
    """Another one when the tables or the world are others."""
    return migrations.fingerprint()[:16]


def main() -> None:
    """Make a world in the database that the environment names and say its keys."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banner_lab.settings")
    django.setup()
    from tests.doors import a_world

    world = a_world()
    world.publish()
    print(json.dumps(asdict(told(world))))


if __name__ == "__main__":
    main()
