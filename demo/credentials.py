"""The demo site's generated passwords and keys: one file for its owner only.

The database keeps hashes. Whoever is to log in, print or use them in the demo reads this file.
"""

import json
import os
from pathlib import Path

import msgspec

from delivery.config import read as read_config


class DemoUser(msgspec.Struct, frozen=True):
    username: str
    password: str
    role: str


class DemoKeys(msgspec.Struct, frozen=True):
    publishable: str
    secret: str


class Credentials(msgspec.Struct, frozen=True):
    users: tuple[DemoUser, ...]
    keys: DemoKeys


def path() -> Path:
    return read_config().state / "demo.json"


def read() -> Credentials | None:
    """What the last seeding wrote; None when there is nothing (readable) yet."""
    try:
        return msgspec.json.decode(path().read_bytes(), type=Credentials)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None


def write(credentials: Credentials) -> None:
    """Keep the credentials, readable by the owner alone from the first byte on."""
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(msgspec.to_builtins(credentials), file, indent=2)
    draft.replace(target)
