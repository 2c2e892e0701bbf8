"""Files that are served, on disk: named after their content, complete or absent, never changed."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings

ORIGINALS = "originals"
NAME = re.compile(r"[0-9a-f]{64}\.(?:avif|webp|jpg|png|gif|mp4|webm|css)")
MIME_TYPES = {
    "avif": "image/avif",
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "css": "text/css; charset=utf-8",
}


def store(data: bytes, extension: str) -> str:
    """Keep a file that may be served; its name."""
    return _write(Path(settings.MEDIA_ROOT), data, extension)


def keep_original(data: bytes, extension: str) -> str:
    """Keep an upload as it came, where nothing is served from."""
    return _write(Path(settings.MEDIA_ROOT) / ORIGINALS, data, extension)


def path_of(name: str) -> Path | None:
    """Where a served file lies; None for any other name."""
    if not NAME.fullmatch(name):
        return None
    path = Path(settings.MEDIA_ROOT) / name
    return path if path.is_file() else None


def original(name: str) -> bytes | None:
    """An upload as it came; None when it is not there."""
    path = Path(settings.MEDIA_ROOT) / ORIGINALS / name
    return path.read_bytes() if NAME.fullmatch(name) and path.is_file() else None


def _write(folder: Path, data: bytes, extension: str) -> str:
    name = f"{hashlib.sha256(data).hexdigest()}.{extension}"
    target = folder / name
    if target.exists():
        return name
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o644)
    Path(temporary).replace(target)
    return name
