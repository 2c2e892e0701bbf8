"""All totals counted again from the log, compared with those that are kept, and put in their place.

The new ones are counted into fresh tables, by the statements of the roll-up. Where the log has
given up days, only experiments of which nothing has gone can be counted again; names, orders and
what visitors did elsewhere are taken as they are kept.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper

from events import counting
from events.counting import Chosen
from events.models import (
    Aggregate,
    Alias,
    Assigned,
    Conversion,
    DroppedDay,
    Reacted,
    Reaction,
    RollupState,
    Tally,
    UnitTotal,
)
from events.rollup import CHUNK
from events.statements import rebuilding as sql
from events.statements import workspace
from events.turn import take_turn

TOTALS: Final[tuple[type[models.Model], ...]] = (
    *(UnitTotal, Aggregate, Conversion, Reaction, Reacted, Tally, Alias, Assigned),
)
_GIVEN: Final[dict[type[models.Model], str]] = {Aggregate: "NOT given"}
_WITHOUT_EXPERIMENT: Final = (Alias,)


@dataclass(frozen=True, slots=True)
class Difference:
    """Totals of one table that are not what the log says; the first of `rows` of them, as it is
    kept and as it was counted: None where one of the two has no such row."""

    model: type[models.Model]
    rows: int
    kept: dict[str, Any] | None
    counted: dict[str, Any] | None

    @property
    def place(self) -> str:
        """Which row it is."""
        row = self.kept or self.counted or {}
        return ", ".join(f"{name}={row[name]}" for name in _key(self.model))

    @property
    def text(self) -> str:
        """What is wrong with it, in a sentence."""
        if self.kept is None:
            return "is missing"
        if self.counted is None:
            return "should not be there"
        name = next(name for name, value in self.kept.items() if value != self.counted[name])
        return _unlike(name, self.kept[name], self.counted[name])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was counted: up to which event, of which experiments (None: everything), and what is
    different. `gone` are experiments of which the log has given up something."""

    watermark: int
    experiments: tuple[int, ...] | None
    gone: tuple[int, ...]
    differences: tuple[Difference, ...]


def check(*, experiment_id: int | None = None) -> Outcome:
    """Count beside the kept totals and compare; nothing is changed and nobody waits."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:  # only the outermost transaction can choose its view
            cursor.execute(sql.ONE_MOMENT)
        cursor.execute(sql.HOLD_LOG)
        return _compare(cursor, experiment_id, replace=False)


def rebuild(*, experiment_id: int | None = None) -> Outcome:
    """Count anew and put the result in the place of what is different.

    The roll-up rests meanwhile; events are stored as ever.

    Raises:
        RollupBusy: A roll-up did not let this one have its turn.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        take_turn(cursor)
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
        cursor.execute(sql.HOLD_LOG)
        return _compare(cursor, experiment_id, replace=True)


def given_up() -> tuple[int, frozenset[int]]:
    """How many events the log has given up, and which experiments were in them."""
    rows = list(DroppedDay.objects.all())
    gone = frozenset(one for row in rows for one in row.experiments)
    return sum(row.events for row in rows), gone


def _compare(cursor: CursorWrapper, experiment_id: int | None, *, replace: bool) -> Outcome:
    watermark = RollupState.objects.filter(pk=1).values_list("watermark", flat=True).first() or 0
    events, gone = given_up()
    cursor.execute(sql.SCHEMA)
    [schema] = cursor.fetchone()
    whole = not events and experiment_id is None
    every = () if whole else _experiments(cursor, schema, watermark)
    chosen = (
        None
        if whole
        else tuple(one for one in every if one not in gone and experiment_id in (None, one))
    )
    _count(cursor, schema, watermark, chosen)
    found = [_difference(cursor, schema, model, chosen) for model in _compared(chosen)]
    differences = tuple(one for one in found if one is not None)
    if replace:
        for one in differences:
            _put(cursor, schema, one.model, chosen)
    for model in TOTALS:  # the names belong to the kept tables again
        cursor.execute(sql.AWAY.format(table=_table(model)))
    return Outcome(watermark, chosen, tuple(sorted(gone)), differences)


def _experiments(cursor: CursorWrapper, schema: str, high: int) -> tuple[int, ...]:
    cursor.execute(sql.EXPERIMENTS.format(schema=schema), {"high": high})
    return tuple(int(one) for (one,) in cursor.fetchall())


def _count(
    cursor: CursorWrapper, schema: str, watermark: int, chosen: tuple[int, ...] | None
) -> None:
    """Fill the fresh tables: with everything, or with what is kept but for the chosen ones."""
    counting.prepare(cursor)
    for model in TOTALS:
        cursor.execute(sql.BESIDE.format(schema=schema, table=_table(model)))
    if chosen is None:
        _count_up(cursor, 0, watermark, None)
        return
    for model in TOTALS:
        words = {"schema": schema, "table": _table(model), "columns": _columns(model)}
        cursor.execute(sql.COPY.format(**words))
    for one in chosen:
        counting.each(cursor, workspace.FORGET_ONE, {"experiment": one})
    for one in chosen:
        cursor.execute(sql.REACH, {"experiment": one, "high": watermark})
        low, high = cursor.fetchone()
        _count_up(cursor, low - 1, high, one)


def _count_up(cursor: CursorWrapper, low: int, high: int, experiment_id: int | None) -> None:
    for start in range(low, high, CHUNK):
        counting.count(cursor, Chosen(start, min(start + CHUNK, high), experiment_id))


def _compared(chosen: tuple[int, ...] | None) -> Collection[type[models.Model]]:
    if chosen is None:
        return TOTALS
    return [model for model in TOTALS if model not in _WITHOUT_EXPERIMENT]


def _difference(
    cursor: CursorWrapper, schema: str, model: type[models.Model], chosen: tuple[int, ...] | None
) -> Difference | None:
    words = _words(schema, model, chosen) | {"key": ", ".join(_key(model))}
    cursor.execute(sql.DIFFERENCES.format(**words), _places(chosen))
    row = cursor.fetchone()
    return None if row is None else Difference(model, row[0], _row(row[1]), _row(row[2]))


def _row(value: Any) -> dict[str, Any] | None:  # noqa: ANN401 - JSON, read or not
    row: dict[str, Any] | None = json.loads(value) if isinstance(value, str) else value
    return row


def _put(
    cursor: CursorWrapper, schema: str, model: type[models.Model], chosen: tuple[int, ...] | None
) -> None:
    words, places = _words(schema, model, chosen), _places(chosen)
    cursor.execute(sql.FORGET.format(**words), places)
    cursor.execute(sql.PUT.format(**words), places)


def _words(
    schema: str, model: type[models.Model], chosen: tuple[int, ...] | None
) -> dict[str, str]:
    which = [_GIVEN.get(model, "TRUE")] + ([] if chosen is None else [sql.OF_EXPERIMENTS])
    return {
        "schema": schema,
        "table": _table(model),
        "columns": _columns(model),
        "which": " AND ".join(which),
    }


def _places(chosen: tuple[int, ...] | None) -> dict[str, list[int]]:
    return {} if chosen is None else {"experiments": list(chosen)}


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


def _columns(model: type[models.Model]) -> str:
    names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    return ", ".join(f'"{name}"' for name in names)


def _key(model: type[models.Model]) -> tuple[str, ...]:
    """The fields of a table's first unique constraint: one row has them."""
    rules = (c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint))
    return next(tuple(rule.fields) for rule in rules)


def _unlike(name: str, kept: object, counted: object) -> str:
    """Where two values differ; of lists the first place."""
    if isinstance(kept, list) and isinstance(counted, list) and len(kept) == len(counted):
        place = next(n for n, (a, b) in enumerate(zip(kept, counted, strict=True)) if a != b)
        return _unlike(f"{name}[{place}]", kept[place], counted[place])
    return f"{name} is {kept} and should be {counted}"
