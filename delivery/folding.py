"""From stored records to the acts that profiles are folded from.

The same for what has just come in and for what is read back from the log: that is why a rebuilt
profile equals the live one.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from delivery.sink import ASSIGNED, Record
from delivery.snapshot import SiteEntry
from delivery.token import UNPERSONALISED
from delivery.visitor import day_at, state_key
from engine.profiles.fold import BEHAVIOURS, Act, content_of, fold
from engine.profiles.state import Profile

_NOT_ACTS: Final = frozenset({"alias", ASSIGNED})  # what we or the shop say, not what somebody did
FORGET: Final = None
"""Instead of an act: what was known is to be deleted."""

Acts = Mapping[bytes, list[Act | None]]
_values = msgspec.json.Decoder(dict[str, Any])


def acts_of(
    records: Iterable[Record], sites: Mapping[int, SiteEntry]
) -> dict[bytes, list[Act | None]]:
    """What the records mean for the profiles of the sites that keep them, by key and in order."""
    found: dict[bytes, list[Act | None]] = {}
    for record in records:
        site = sites.get(record.site_id)
        if site is None or not site.profiles or not _concerns(record):
            continue
        act = FORGET if record.flags & UNPERSONALISED else _act(record, site)
        found.setdefault(state_key(record.site_id, record.unit), []).append(act)
    return found


def _concerns(record: Record) -> bool:
    """Marked events count nowhere; without consent only the withdrawal of it means something."""
    if record.mark or record.kind in _NOT_ACTS:
        return False
    return not record.flags & UNPERSONALISED or record.kind == "consent"


def _act(record: Record, site: SiteEntry) -> Act:
    at_ms = int(record.occurred_at.timestamp() * 1000)
    return Act(
        kind=record.kind,
        at_ms=at_ms,
        day=day_at(site.timezone, at_ms),
        content=_content(record),
        amount=record.amount or 0,
        version=record.creative_version_id or 0,
    )


def _content(record: Record) -> tuple[tuple[str, str], ...]:
    if record.kind not in BEHAVIOURS or not record.properties:
        return ()
    return content_of(_values.decode(record.properties))


def folded(profile: Profile | None, acts: Iterable[Act | None]) -> Profile | None:
    """The profile after these acts."""
    for act in acts:
        profile = None if act is FORGET else fold(profile, act)
    return profile
