"""Whether the database has seen the migrations of this code, found out without starting Django."""

import hashlib
from pathlib import Path

from delivery.config import ROOT


def fingerprint(root: Path = ROOT) -> str:
    """Changes with any migration of the project and with the pinned packages, which bring some."""
    digest = hashlib.sha256()
    for file in sorted([*root.glob("*/migrations/*.py"), root / "requirements.txt"]):
        digest.update(str(file.relative_to(root)).encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def applied(memory: Path) -> bool:
    """Whether the note in `memory` is about the migrations of today."""
    return memory.exists() and memory.read_text(encoding="ascii").strip() == fingerprint()
