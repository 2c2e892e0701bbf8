"""Rows of the log for tests of its readers, and a second opinion on what they add up to."""

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.db import connection

from delivery.token import EXPLORED
from engine.stats.aggregates import Aggregates
from events.models import Aggregate, Conversion, Tally, UnitTotal

START = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)


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

    @property
    def id(self) -> uuid.UUID:
        return uuid.UUID(int=self.number + 1)

    @property
    def at(self) -> dt.datetime:
        return START + dt.timedelta(minutes=self.minute)


def bought(unit: int, **fields) -> Row:
    """A live purchase: it names a unit, but no experiment."""
    return replace(
        Row("purchase", unit, experiment=None, variant=None, phase=None, amount=100), **fields
    )


def write(rows) -> None:
    """Append rows as they come; an id that is there already changes nothing."""
    statement = """
        INSERT INTO events_event (day, id, digest, site_id, kind, unit, experiment_id, phase,
            variant_id, occurred_at, received_at, amount, order_id, mark, flags)
        VALUES ('1970-01-01', %s, 0, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT DO NOTHING
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                (
                    r.id,
                    r.site,
                    r.kind,
                    uuid.UUID(int=r.unit),
                    r.experiment,
                    r.phase,
                    r.variant,
                    r.at,
                    r.at,
                    r.amount,
                    r.order_id,
                    r.mark,
                    r.flags,
                )
                for r in rows
            ],
        )


def forget() -> None:
    """An empty log and nothing counted."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_event")
    for model in (UnitTotal, Aggregate, Conversion, Tally):
        model.objects.all().delete()


def state() -> dict[str, list]:
    """Everything that the roll-up keeps, without the numbers of its rows."""
    tables = {"units": UnitTotal, "days": Aggregate, "bought": Conversion, "tally": Tally}
    found = {}
    for name, model in tables.items():
        rows = model.objects.order_by("pk").values()
        found[name] = sorted(
            (str([(k, v) for k, v in row.items() if k != "id"]) for row in rows),
        )
    return found


def fingerprint() -> list[tuple]:
    """The same as `state` for a great many rows: one number for each table."""
    statement = (
        "SELECT count(*), sum(hashtextextended((to_jsonb(t) - 'id')::text, 0)::numeric) FROM {} t"
    )
    found = []
    with connection.cursor() as cursor:
        for model in (UnitTotal, Aggregate, Conversion, Tally):
            cursor.execute(statement.format(model._meta.db_table))
            found.append(cursor.fetchone())
    return found


def aggregates_of_state() -> dict[tuple, tuple[int, ...]]:
    return {
        (r.experiment_id, r.phase, r.variant_id, r.explored, r.day): tuple(
            int(m) for m in r.moments
        )
        for r in Aggregate.objects.all()
    }


def expected(rows, zone: str = "UTC") -> dict[tuple, tuple[int, ...]]:
    """The aggregates by plain counting, written without a look at the SQL."""
    rows = [r for r in {r.id: r for r in reversed(list(rows))}.values() if not r.mark]
    orders = _one_per_order(rows)
    found = defaultdict(list)
    for key, seen in _exposures(rows).items():
        impressions = [r for r in seen if r.kind == "impression"]
        if not impressions:
            continue
        first = min(impressions, key=lambda r: (r.at, r.id))
        mine = [
            r
            for r in orders
            if (r.site, r.unit) == (first.site, key[2])
            and r.experiment in (None, key[0])
            and r.at >= first.at
        ]
        sales = [r for r in mine if r.kind == "purchase"]
        totals = {
            "impressions": len(impressions),
            "viewables": sum(r.kind == "viewable" for r in seen),
            "clicks": sum(r.kind == "click" for r in seen),
            "carts": len(mine) - len(sales),
            "orders": len(sales),
            "converted": int(bool(sales)),
            "revenue": sum(r.amount or 0 for r in sales),
        }
        day = first.at.astimezone(ZoneInfo(zone)).date()
        explored = bool(first.flags & EXPLORED)
        found[key[0], key[1], first.variant, explored, day].append(totals)
    return {place: Aggregates.of_units(units).moments() for place, units in found.items()}


def _exposures(rows) -> dict[tuple, list[Row]]:
    seen = defaultdict(list)
    for r in rows:
        if r.kind in {"impression", "viewable", "click"} and r.experiment is not None:
            seen[r.experiment, r.phase, r.unit].append(r)
    return seen


def _one_per_order(rows) -> list[Row]:
    kept, orders = [], defaultdict(list)
    for r in rows:
        if r.kind == "purchase" and r.order_id:
            orders[r.site, r.experiment, r.order_id].append(r)
        elif r.kind in {"purchase", "add_to_cart"}:
            kept.append(r)
    return kept + [min(same, key=lambda r: (r.at, r.id)) for same in orders.values()]
