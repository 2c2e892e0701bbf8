"""The one file of a backup: what lies in it, how it is written and read back.

manifest.json      format, time, PostgreSQL version, which secrets came from the environment
database.dump      pg_dump's custom format
media/ delivery/   images; the data plane's snapshot and events that are not committed yet
secrets/           the application's keys, without which pseudonyms and tokens mean nothing
demo.json          names and passwords of the demo site, if there is one
"""

import io
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from banner_lab.stack.errors import StackError

FORMAT = 1
MANIFEST, DUMP = "manifest.json", "database.dump"
FOLDERS = ("media", "delivery")
KNOWN = {MANIFEST, DUMP, "demo.json", "secrets", *FOLDERS}
SECRETS = ("SECRET_KEY", "PSEUDONYM_KEYS", "TOKEN_KEYS")


@contextmanager
def writing(file: Path) -> Iterator[tarfile.TarFile]:
    """A new private archive that gets its name only when it is whole."""
    fresh = file.with_name(f".{file.name}.part")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
                yield archive
            raw.flush()
            os.fsync(raw.fileno())
        fresh.rename(file)
    finally:
        fresh.unlink(missing_ok=True)


def add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    """Put a small private text into the archive."""
    body = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(body), 0o600
    archive.addfile(entry, io.BytesIO(body))


def add_folder(archive: tarfile.TarFile, folder: Path) -> None:
    """Put a folder into the archive; files that vanish meanwhile are left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            try:
                archive.add(path, f"{folder.name}/{path.relative_to(folder)}", recursive=False)
            except FileNotFoundError:
                continue


def unpack(file: Path, folder: Path) -> Mapping[str, Any]:
    """Unpack a backup into `folder`, trusting nothing in it; its manifest."""
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            for member in archive:
                _extract(archive, member, folder)
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, EOFError, tarfile.TarError, ValueError, zlib.error) as problem:
        raise StackError(f"{file} is not a whole backup of Banner Lab: {problem}") from problem
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise StackError(f"{file} has a format that this version cannot read.")
    return manifest


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    # Written out by hand: `extractall(filter="data")` came with Python 3.11.4.
    parts = PurePosixPath(member.name).parts
    source = archive.extractfile(member) if member.isfile() else None
    if source is None or not parts or parts[0] not in KNOWN or ".." in parts:
        raise tarfile.TarError(f"{member.name!r} does not belong there")
    target = folder.joinpath(*parts)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source, os.fdopen(descriptor, "wb") as written:
        shutil.copyfileobj(source, written)
