"""Rows of the log for tests of its readers, and what the roll-up has kept of them."""

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import connection
from psycopg.types.json import Jsonb

from events.models import (
    Aggregate,
    Alias,
    Assigned,
    Cap,
    Conversion,
    Reacted,
    Reaction,
    Tally,
    UnitTotal,
)

START = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
KEPT = (UnitTotal, Aggregate, Conversion, Reaction, Reacted, Tally, Alias, Assigned)


@dataclass(frozen=True, slots=True)
class Row:
    kind: str
    unit: int
    minute: int = 0
    number: int = 0
    site: int = 1
    experiment: int | None = 7
    variant: int | None = 70
    phase: int | None = 1
    amount: int | None = None
    order_id: str = ""
    mark: str = ""
    flags: int = 0
    device: str = ""
    locale: str = ""
    placement: int | None = None
    previous: int | None = None
    decided: int | None = None
    """Minutes from the start to the decision, which an event without a token does not name."""

    @property
    def id(self) -> uuid.UUID:
        return uuid.UUID(int=self.number + 1)

    @property
    def at(self) -> dt.datetime:
        return START + dt.timedelta(minutes=self.minute)

    @property
    def decided_at(self) -> dt.datetime:
        return self.at if self.decided is None else START + dt.timedelta(minutes=self.decided)

    @property
    def decision(self) -> uuid.UUID | None:
        if self.decided is None:
            return None
        milliseconds = int(self.decided_at.timestamp() * 1000)
        return uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | self.number)

    @property
    def properties(self) -> dict[str, str] | None:
        return None if self.previous is None else {"previous": uuid.UUID(int=self.previous).hex}


def bought(unit: int, **fields) -> Row:
    """A live purchase: it names a unit, but no experiment."""
    return replace(
        Row("purchase", unit, experiment=None, variant=None, phase=None, amount=100), **fields
    )


def alias(unit: int, previous: int, **fields) -> Row:
    """The unit is known under another name too."""
    return bought(unit, kind="alias", amount=None, previous=previous, **fields)


COLUMNS = (
    *("day", "id", "digest", "site_id", "kind", "unit", "experiment_id", "phase", "variant_id"),
    *("placement_id", "occurred_at", "received_at", "amount", "order_id", "mark", "flags"),
    *("device", "locale", "properties", "decision"),
)


def write(rows) -> None:
    """Append rows as they come; an id that is there already changes nothing."""
    statement = f"""
        INSERT INTO events_event ({", ".join(COLUMNS)})
        VALUES ({", ".join(["%s"] * len(COLUMNS))}) ON CONFLICT DO NOTHING
    """
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_values(row) for row in rows])


def _values(r: Row) -> tuple[object, ...]:
    return (
        *("1970-01-01", r.id, 0, r.site, r.kind, uuid.UUID(int=r.unit), r.experiment, r.phase),
        *(r.variant, r.placement, r.at, r.at, r.amount, r.order_id, r.mark, r.flags),
        *(r.device, r.locale, None if r.properties is None else Jsonb(r.properties), r.decision),
    )


def forget() -> None:
    """An empty log and nothing counted."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_event")
    for model in (*KEPT, Cap):
        model.objects.all().delete()


def state() -> dict[str, list]:
    """Everything that the roll-up keeps, without the numbers of its rows."""
    return {
        model.__name__: sorted(
            str([(k, v) for k, v in row.items() if k != "id"]) for row in model.objects.values()
        )
        for model in KEPT
    }


def fingerprint() -> list[tuple[int, Decimal]]:
    """The same as `state` for a great many rows: one number for each table."""
    statement = (
        "SELECT count(*), sum(hashtextextended((to_jsonb(t) - 'id')::text, 0)::numeric) FROM {} t"
    )
    found = []
    with connection.cursor() as cursor:
        for model in KEPT:
            cursor.execute(statement.format(model._meta.db_table))
            found.append(cursor.fetchone())
    return found


def aggregates_of_state() -> dict[tuple, tuple]:
    """Every aggregate by its place, with its moments and views."""
    return {
        (r.experiment_id, r.phase, r.variant_id, r.explored, r.suspicious, r.cut, r.value, r.day): (
            tuple(int(m) for m in r.moments),
            tuple(r.views),
        )
        for r in Aggregate.objects.filter(given=False)
    }


def reacted_of_state() -> dict[tuple, int]:
    return {
        (r.experiment_id, r.phase, r.variant_id, r.kind): r.units for r in Reacted.objects.all()
    }


def assigned_of_state() -> dict[tuple, int]:
    return {
        (r.experiment_id, r.phase, r.variant_id, r.suspicious): r.units
        for r in Assigned.objects.all()
    }
