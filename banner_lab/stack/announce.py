"""What the person at the terminal is told once everything answers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from banner_lab.stack.settings import Settings
from banner_lab.stack.state import State

PAST = "The demo site fills up now: sixty days in about a minute; its home page says how far.\n"
GIVEN_PARTS = {"DATABASE_URL": "database", "CELERY_BROKER_URL": "broker", "STATE_URL": "hot state"}


def ready(settings: Settings, state: State, *, seconds: float) -> str:
    """Addresses, and where data and logs lie."""
    web, delivery = settings["PUBLIC_URL"], settings["DELIVERY_URL"]
    rows = [("Pages", f"{web}/"), ("Data plane", f"{delivery}/api/v1/assign")]
    if settings.demo:
        rows.insert(1, ("Demo shop", f"{web}/demo/"))
    rows += [("Data", str(state.folder)), ("Logs", f"{state.logs}  (./lab logs)")]
    yours = [part for name, part in GIVEN_PARTS.items() if settings.is_given(name)]
    if yours:
        rows.append(("Yours", f"{', '.join(yours)} as set in the environment"))
    return f"\nBanner Lab is ready after {seconds:.1f} s.\n\n{_table(rows)}"


def demo(file: Path) -> str:
    """People and keys of the demo site; empty when there are none."""
    made = _read(file)
    people = [(p["username"], p["password"], p.get("role", "")) for p in made.get("users", ())]
    keys = [(f"{kind} key", key) for kind, key in made.get("keys", {}).items() if key]
    parts = []
    if people:
        parts.append("Sign in to the demo site (user, password, role):\n\n" + _table(people))
    if keys:
        parts.append("Keys of the demo site:\n\n" + _table(keys))
    return "\n".join(parts)


def _read(file: Path) -> Mapping[str, Any]:
    try:
        made = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return made if isinstance(made, dict) else {}


def _table(rows: list[Any]) -> str:
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True)]
    lines = ("  ".join(str(c).ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"  {line.rstrip()}" for line in lines) + "\n"
