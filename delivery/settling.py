"""What became of events that are not new in the log: counted, and kept where they were refused.

It is written in the transaction of their group. Both tables are defined in `events.models`.
"""

from collections import defaultdict
from collections.abc import Generator, Sequence
from typing import Any, Final

import msgspec

from delivery.record import ASSIGNED, Group, Outcome, Refusal
from delivery.steps import Rows, Run

LIVE: Final = "live"
"""Where events come from that are counted here; an import tells its own story."""
MOST_KEPT: Final = 1_000
"""Payloads of one site and hour; enough to find the reason, whatever a storefront does wrong."""

SETTLE: Final = (
    "INSERT INTO events_settled"
    " (site_id, at, kind, outcome, reason, experiment_id, variant_id, events)"
    " SELECT site_id, coalesce(at, now()), kind, outcome, reason, experiment_id, variant_id, events"
    " FROM json_to_recordset(%s::json) AS told(site_id int, at timestamptz, kind text,"
    " outcome text, reason text, experiment_id int, variant_id int, events bigint)"
)
# Counting ends at the limit, so it costs the same however much is there.
KEEP: Final = (
    "INSERT INTO events_rejected"  # noqa: S608
    " (site_id, received_at, kind, reason, field, payload, sender, replayed_as)"
    " SELECT site_id, received_at, kind, reason, field, payload, sender, '' FROM ("
    "SELECT *, row_number() OVER (PARTITION BY site_id, hour) AS place FROM ("
    "SELECT *, date_trunc('hour', received_at, 'UTC') AS hour FROM json_to_recordset(%s::json)"
    " AS told(site_id int, received_at timestamptz, kind text, reason text, field text,"
    " payload text, sender jsonb)) AS sent) AS numbered"
    " WHERE place + (SELECT count(*) FROM (SELECT 1 FROM events_rejected AS kept"
    " WHERE kept.site_id = numbered.site_id AND kept.received_at >= hour"
    f" AND kept.received_at < hour + interval '1 hour' LIMIT {MOST_KEPT}) AS those) <= {MOST_KEPT}"
)
IS_SETTLED: Final = "SELECT 1 FROM events_settled WHERE site_id = %s AND reason = %s LIMIT 1"

MARKER: Final = "group"
"""The outcome of a row that only says that a group is settled: no event stands behind it."""

_encode = msgspec.json.Encoder().encode
_Key = tuple[int, str, str, str, int, int]


def is_settled(group: Group) -> Generator[Run, Rows, bool]:
    """Whether an earlier try of this group has settled something."""
    return bool((yield Run(IS_SETTLED, (_place(group.name), group.name.hex()))))


def settled(group: Group, outcomes: Sequence[Outcome]) -> Generator[Run, Rows, None]:
    """Write down what is not new in the log; what is new is counted from there."""
    rows = _rows(group, outcomes)
    if not rows:
        return
    yield Run(SETTLE, (_encode(rows + _marker(group)).decode(),))
    kept = [_kept(one) for one in group.refusals if one.payload is not None]
    if kept:
        yield Run(KEEP, (_encode(kept).decode(),))


def _rows(group: Group, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    counts: dict[_Key, int] = defaultdict(int)
    times = {}
    for key, at in (*_repeated(group, outcomes), *_refused(group.refusals)):
        counts[key] += 1
        times[key] = at
    return [_row(key, times[key], number) for key, number in counts.items()]


def _repeated(group: Group, outcomes: Sequence[Outcome]) -> list[tuple[_Key, Any]]:
    return [
        (
            (
                *(one.site_id, one.kind, outcome.value, ""),
                *(one.experiment_id or 0, one.variant_id or 0),
            ),
            one.received_at,
        )
        for one, outcome in zip(group.records, outcomes, strict=True)
        if outcome is not Outcome.STORED and one.kind != ASSIGNED and one.source == LIVE
    ]


def _refused(refusals: Sequence[Refusal]) -> list[tuple[_Key, Any]]:
    rejected = Outcome.REJECTED.value
    return [
        (
            (one.site_id, one.kind, rejected, one.reason, one.experiment_id, one.variant_id),
            one.received_at,
        )
        for one in refusals
    ]


def _row(key: _Key, at: object, events: int) -> dict[str, Any]:
    site_id, kind, outcome, reason, experiment_id, variant_id = key
    return {
        "site_id": site_id,
        "at": at,
        "kind": kind,
        "outcome": outcome,
        "reason": reason,
        "experiment_id": experiment_id,
        "variant_id": variant_id,
        "events": events,
    }


def _marker(group: Group) -> list[dict[str, Any]]:
    """A row by which the group is known again: its spool may be read twice."""
    if not group.name:
        return []
    return [_row((_place(group.name), "", MARKER, group.name.hex(), 0, 0), None, 0)]


def _place(name: bytes) -> int:
    # No site has a negative number; many of them, because that is what the table's index is by.
    return -1 - int.from_bytes(name[:3], "big")


def _kept(one: Refusal) -> dict[str, Any]:
    return {
        "site_id": one.site_id,
        "received_at": one.received_at,
        "kind": one.kind,
        "reason": one.reason,
        "field": one.field,
        "payload": one.payload,
        "sender": msgspec.Raw(one.sender.encode()),
    }
