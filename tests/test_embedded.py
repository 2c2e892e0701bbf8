"""The servers that the tests themselves run on."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

ROOT = Path(__file__).resolve().parent.parent
started_here = pytest.mark.skipif(
    "LAB_TEST_SLOT" not in os.environ, reason="the servers were given by the environment"
)


@started_here
def test_database__default__is_an_own_postgresql_that_may_forget() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT current_setting('fsync'), current_setting('server_encoding'),"
            " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
        ).fetchone()
    assert row == ("off", "UTF8", False)


@started_here
def test_database__wrong_password__is_refused() -> None:
    wrong = os.environ["DATABASE_URL"].replace("only-for-tests", "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


@started_here
def test_broker_and_state__default__are_two_databases() -> None:
    assert os.environ["CELERY_BROKER_URL"] != os.environ["STATE_URL"]
    for name in ("CELERY_BROKER_URL", "STATE_URL"):
        with redis.Redis.from_url(os.environ[name]) as client:
            assert client.ping()


@started_here
def test_slot__default__is_private() -> None:
    slot = Path(os.environ["LAB_TEST_SLOT"])
    assert stat.S_IMODE(slot.stat().st_mode) & 0o077 in {0, 0o011}
    assert Path(os.environ["MEDIA_ROOT"]).is_relative_to(slot)


@started_here
def test_second_run_at_once__default__has_servers_of_its_own() -> None:
    inherited = {"DATABASE_URL", "CELERY_BROKER_URL", "STATE_URL", "MEDIA_ROOT", "DELIVERY_STATE"}
    dropped = (*inherited, "PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in dropped and not name.startswith("LAB_")
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "wrong_password", __file__],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
