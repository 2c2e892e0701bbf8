"""Uploads that wait for a worker: as they came, where nothing is served from."""

import datetime as dt
import os
import re
import uuid
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

FOLDER = "incoming"
NAME = re.compile(r"[0-9a-f]{32}")
KEPT = dt.timedelta(days=3)
"""Jobs end long before; what is older was left behind by one that was killed."""


def put(chunks: Iterable[bytes], *, most: int) -> str:
    """Put an upload aside, cut after `most` bytes; the name to ask for it."""
    name, folder, left = uuid.uuid4().hex, _folder(), most
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("wb") as file:
        for chunk in chunks:
            file.write(chunk[:left])
            left -= len(chunk[:left])
        file.flush()
        os.fsync(file.fileno())
    return name


def read(name: str) -> bytes | None:
    """What was put aside; None when it is not there any more."""
    path = _folder() / name
    return path.read_bytes() if NAME.fullmatch(name) and path.is_file() else None


def drop(name: str) -> None:
    """Forget what was put aside."""
    if NAME.fullmatch(name):
        (_folder() / name).unlink(missing_ok=True)


def tidy(*, now: dt.datetime) -> int:
    """Remove what nobody came for; how many files there were."""
    oldest, folder = (now - KEPT).timestamp(), _folder()
    old = [p for p in folder.iterdir() if p.stat().st_mtime < oldest] if folder.is_dir() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER
