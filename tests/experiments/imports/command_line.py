"""The commands as a person starts them: a process of its own, whose time and memory are its own."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def manage(*arguments: str) -> str:
    """Run `manage.py` against the database of this test; what it said."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": _url()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def cost(said: str) -> tuple[float, float]:
    """The seconds and megabytes that a command has printed."""
    found = re.search(r"([\d.]+) s, (\d+) MB", said)
    assert found is not None
    return float(found[1]), float(found[2])


def machine_is_quiet() -> bool:
    """Times are promised for two cores of one's own."""
    return os.getloadavg()[0] < 2


def _url() -> str:
    known = connection.get_connection_params()
    who = f"{quote(known['user'])}:{quote(known.get('password') or '')}"
    port = f":{known['port']}" if known.get("port") else ""
    return f"postgresql://{who}@{known.get('host', '')}{port}/{known['dbname']}"
