"""The inputs of a report as JSON and back, to the last bit.

An arm's aggregates are one text: its moments in the order of `aggregates.PAIRS` with spaces
between, `-` for what was not recorded. Text, because many readers of JSON round large numbers.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from engine.errors import InvalidInput
from engine.stats.aggregates import ONE, PAIRS, Aggregates, Pair
from experiments.reports import canonical
from experiments.reports.designs import Beside, BlockTotals
from experiments.reports.findings import Mark
from experiments.reports.health import NOTHING_KNOWN, Observed
from experiments.reports.inputs import Inputs
from experiments.reports.mix import Mix
from experiments.reports.payload import Design

MISSING: Final = "-"
DAY: Final = dt.timedelta(days=1)
SUMS: Final = tuple(right for left, right in PAIRS if left == ONE and right != ONE)
PRODUCTS: Final = tuple(pair for pair in PAIRS if ONE not in pair)
PLACES: Final = tuple(
    PAIRS.index(pair) for pair in ((ONE, ONE), *((ONE, name) for name in SUMS), *PRODUCTS)
)
"""Where n, the sums and the products stand in a text."""


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One arm's aggregates. `of` says of what: a day, a cut and its value, an age; or nothing."""

    of: tuple[str, ...]
    arm: int
    moments: str


@dataclass(frozen=True, slots=True)
class KeptBeside:
    """A test beside; `of` in its rows is the variant there."""

    key: str
    name: str
    variants: tuple[tuple[int, str], ...]
    cells: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """`Inputs` without mappings whose keys are not texts."""

    design: Design
    as_of: dt.datetime
    watermark: int
    days: tuple[Row, ...]
    suspicious: tuple[Row, ...] = ()
    cuts: tuple[Row, ...] = ()
    ages: tuple[Row, ...] = ()
    views: tuple[tuple[int, tuple[int, ...]], ...] = ()
    assigned: tuple[tuple[int, int], ...] = ()
    cap: int | None = None
    observed: Observed = NOTHING_KNOWN
    mix: Mix | None = None
    marks: tuple[Mark, ...] = ()
    visitors_per_week: float | None = None
    blocks: tuple[Row, ...] = ()
    beside: tuple[KeptBeside, ...] = ()


ROWS: Final = ("days", "suspicious", "cuts", "ages", "blocks")


def plain(inputs: Inputs) -> dict[str, Any]:
    """The inputs as plain JSON types."""
    kept = _kept(inputs)
    rows: dict[str, Any] = dict.fromkeys(ROWS, ())
    # Through the form and back, so that 5 and 5.0 are one number where the form says so; rows have
    # no such numbers, and there are many.
    small = msgspec.convert(msgspec.to_builtins(replace(kept, **rows)), Kept)
    many = {name: getattr(kept, name) for name in ROWS}
    found: dict[str, Any] = canonical.plain(replace(small, **many))
    return found


def read(value: Mapping[str, Any]) -> Inputs:
    """The inputs back from their JSON.

    Raises:
        InvalidInput: They are not of this form.
    """
    try:
        return _inputs(msgspec.convert(value, Kept))
    except (msgspec.ValidationError, ValueError) as error:
        detail = _("These are not the inputs of a report: %(reason)s.") % {"reason": error}
        raise InvalidInput(detail, field="inputs") from error


def inputs_hash(inputs: Inputs) -> str:
    """The hash of what a report rests on.

    Of the time of reading only the number of whole days counts, because a look is read at the end
    of each day: equal hashes mean equal results.
    """
    found = canonical.without(plain(inputs), canonical.READING)
    return canonical.digest(found | {"whole_days": _whole_days(inputs)})


def _whole_days(inputs: Inputs) -> list[int]:
    """Since the start of the experiment, and since the first day of the phase."""
    design = inputs.design
    days = [day for found in inputs.by_day.values() for day in found]
    first = [dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) for day in sorted(days)[:1]]
    starts = [*first, *([design.started_at] if design.started_at else [])]
    end = design.ended_at or inputs.as_of
    return [(end - start) // DAY for start in starts]


def _kept(inputs: Inputs) -> Kept:
    return Kept(
        design=inputs.design,
        as_of=inputs.as_of,
        watermark=inputs.watermark,
        days=tuple(sorted(_day_rows(inputs))),
        suspicious=tuple(sorted(_row((), arm, one) for arm, one in inputs.suspicious.items())),
        cuts=tuple(sorted(_cut_rows(inputs))),
        ages=tuple(sorted(_age_rows(inputs))),
        views=tuple(sorted((arm, tuple(one)) for arm, one in inputs.views.items())),
        assigned=tuple(sorted(inputs.assigned.items())),
        cap=inputs.cap,
        observed=inputs.observed,
        mix=inputs.mix,
        marks=inputs.marks,
        visitors_per_week=inputs.visitors_per_week,
        blocks=tuple(_block_rows(inputs)),
        beside=tuple(map(_kept_beside, inputs.beside)),
    )


def _block_rows(inputs: Inputs) -> Iterator[Row]:
    for block in inputs.blocks:
        yield _row((str(block.number), "early"), block.arm, block.early)
        yield _row((str(block.number), "settled"), block.arm, block.settled)


def _kept_beside(one: Beside) -> KeptBeside:
    rows = sorted(_row((str(other),), arm, units) for (arm, other), units in one.cells.items())
    return KeptBeside(one.key, one.name, one.variants, tuple(rows))


def _day_rows(inputs: Inputs) -> Iterator[Row]:
    for arm, days in inputs.by_day.items():
        for day, one in days.items():
            yield _row((day.isoformat(),), arm, one)


def _cut_rows(inputs: Inputs) -> Iterator[Row]:
    for cut, arms in inputs.cuts.items():
        for arm, one in arms.items():
            yield _row(cut, arm, one)


def _age_rows(inputs: Inputs) -> Iterator[Row]:
    for arm, ages in inputs.ages.items():
        for age, one in ages.items():
            yield _row((str(age),), arm, one)


def _row(of: tuple[str, ...], arm: int, one: Aggregates) -> Row:
    return Row(of, arm, _text(one))


def _inputs(kept: Kept) -> Inputs:
    by_day: dict[int, dict[dt.date, Aggregates]] = {}
    for row in kept.days:
        by_day.setdefault(row.arm, {})[dt.date.fromisoformat(_only(row))] = _aggregates(row.moments)
    ages: dict[int, dict[int, Aggregates]] = {}
    for row in kept.ages:
        ages.setdefault(row.arm, {})[int(_only(row))] = _aggregates(row.moments)
    return Inputs(
        design=kept.design,
        by_day=by_day,
        as_of=kept.as_of,
        watermark=kept.watermark,
        suspicious={row.arm: _aggregates(row.moments) for row in kept.suspicious},
        cuts=_cuts(kept),
        ages=ages,
        views=dict(kept.views),
        assigned=dict(kept.assigned),
        cap=kept.cap,
        observed=kept.observed,
        mix=kept.mix,
        marks=kept.marks,
        visitors_per_week=kept.visitors_per_week,
        blocks=tuple(_blocks(kept)),
        beside=tuple(
            Beside(
                one.key,
                one.name,
                one.variants,
                {(row.arm, int(_only(row))): _aggregates(row.moments) for row in one.cells},
            )
            for one in kept.beside
        ),
    )


def _blocks(kept: Kept) -> Iterator[BlockTotals]:
    for early, settled in zip(kept.blocks[::2], kept.blocks[1::2], strict=True):
        number, _part = early.of
        units = _aggregates(early.moments), _aggregates(settled.moments)
        yield BlockTotals(int(number), early.arm, *units)


def _cuts(kept: Kept) -> dict[tuple[str, str], dict[int, Aggregates]]:
    found: dict[tuple[str, str], dict[int, Aggregates]] = {}
    for row in kept.cuts:
        cut, value = row.of
        found.setdefault((cut, value), {})[row.arm] = _aggregates(row.moments)
    return found


def _only(row: Row) -> str:
    (one,) = row.of
    return one


def _text(one: Aggregates) -> str:
    if not one.n:
        return "0"
    moments = [one.n, *map(one.sums.get, SUMS)]
    moments += [_product(one, pair) for pair in PRODUCTS]
    found = dict(zip(PLACES, moments, strict=True))
    texts = [MISSING if found[place] is None else str(found[place]) for place in range(len(PAIRS))]
    # Without an end of gaps, so that a pair which is kept from some day on changes no older text.
    while texts[-1] == MISSING:
        texts.pop()
    return " ".join(texts)


def _product(one: Aggregates, pair: Pair) -> int | None:
    found = one.products.get(pair)
    return one.products.get((pair[1], pair[0])) if found is None else found


def _aggregates(text: str) -> Aggregates:
    texts = text.split(" ")
    if len(texts) > len(PAIRS):
        raise InvalidInput(_("These aggregates are of a newer version."), field="inputs")
    found = {
        pair: int(moment) for pair, moment in zip(PAIRS, texts, strict=False) if moment != MISSING
    }
    n = found.pop((ONE, ONE))
    if not n:
        return Aggregates()
    sums = {right: value for (left, right), value in found.items() if left == ONE}
    return Aggregates(n, sums, {pair: v for pair, v in found.items() if ONE not in pair})
