"""Ports of the embedded servers: random once, remembered afterwards."""

import os
import socket
from pathlib import Path

HOST = "127.0.0.1"
LARGEST = 65535
# Below these only root may listen.
UNPRIVILEGED = range(1024, LARGEST + 1)
# How many ports above the wanted one are tried.
OFFERED = 50


def is_free(port: int, *, host: str = HOST) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do it: connections of an earlier run that still linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def unused() -> int:
    """A port that is free at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def first_free(port: int, *, avoid: int | None = None) -> int | None:
    """`port` or the nearest free one above it that is not `avoid`."""
    candidates = range(port, min(port + OFFERED, UNPRIVILEGED.stop))
    return next((c for c in candidates if c != avoid and is_free(c)), None)


def remembered(memory: Path) -> int:
    """The port noted in the file `memory`; a new one when there is none or it is taken now."""
    try:
        port = int(memory.read_text(encoding="ascii"))
    except (OSError, ValueError):
        port = 0
    if not (port in UNPRIVILEGED and is_free(port)):
        port = unused()
        private_write(memory, f"{port}\n")
    return port


def private_write(path: Path, text: str) -> None:
    """Replace the file in one step; nobody else may read it, also not for a moment."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
