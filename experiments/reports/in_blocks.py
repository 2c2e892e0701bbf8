"""Tests of blocks of hours: the block is the unit of every comparison.

Visitors who first come in the first part of a block may still act on what the block before showed
them; all comparisons leave them out, and the page says what it would be with them.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from engine.errors import StatisticsError
from engine.stats import switchback
from engine.stats.aggregates import Aggregates
from engine.stats.metrics import CATALOGUE
from engine.stats.reading import ONCE, Reading
from events.store import Block
from experiments.reports import comparing, values
from experiments.reports.designs import BlockEffect, BlockPoint, BlockTotals, Switchback
from experiments.reports.findings import Guard, Role, Safety
from experiments.reports.looks import ALPHA
from experiments.reports.payload import Arm, Design, Split
from experiments.reports.values import ByDay

DAYPARTS: Final = ("night", "morning", "afternoon", "evening")
"""Six hours each, by the hour at which a block begins."""
PART: Final = 6
ALL: Final = "all"

Arms = Mapping[int, Sequence[Aggregates]]


def totals(blocks: Sequence[Block]) -> tuple[BlockTotals, ...]:
    """The blocks as a report keeps them."""
    return tuple(BlockTotals(b.number, b.variant_id, b.early, b.settled) for b in blocks)


def settled(design: Design, blocks: Sequence[BlockTotals]) -> Arms:
    """By arm, the visitors of each block without those of its first part."""
    return {arm.id: [b.settled for b in blocks if b.arm == arm.id] for arm in design.arms}


def by_day(design: Design, blocks: Sequence[BlockTotals]) -> dict[int, ByDay]:
    """The same by the day on which a block begins: what counts and values rest on."""
    found: dict[int, dict[dt.date, Aggregates]] = {arm.id: {} for arm in design.arms}
    for block in blocks:
        days, day = found.setdefault(block.arm, {}), _starts_at(design, block).date()
        days[day] = days.get(day, Aggregates()) + block.settled
    return {arm: days for arm, days in found.items() if days}


def split_of(design: Design, blocks: Sequence[BlockTotals], of: Callable[..., Split]) -> Split:
    """Blocks per arm against the set shares: blocks were drawn."""
    return of(design, tuple(_many(units) for units in settled(design, blocks).values()))


def report(design: Design, blocks: Sequence[BlockTotals], reading: Reading) -> Switchback | None:
    """Everything about the blocks beside the comparisons."""
    if not design.of_blocks:
        return None
    everybody = {a.id: [b.early + b.settled for b in blocks if b.arm == a.id] for a in design.arms}
    found = [_effect(design, ALL, everybody, arm, reading) for arm in design.treatments]
    for name, part in _dayparts(design, blocks).items():
        found += [
            _effect(design, name, settled(design, part), arm, ONCE) for arm in design.treatments
        ]
    return Switchback(
        hours=design.block_hours,
        counts=tuple(_many(units) for units in everybody.values()),
        points=tuple(_point(design, block) for block in blocks),
        effects=tuple(found),
    )


def guards(design: Design, blocks: Sequence[BlockTotals]) -> tuple[Guard, ...]:
    """Guardrails over blocks: the one-sided limits are those of a two-sided interval at 90 %."""
    units = settled(design, blocks)
    watched = [one for one in design.watched if one.role is Role.GUARDRAIL]
    return tuple(
        _guard(units, one.metric, comparing.MARGIN if one.margin is None else one.margin, ids)
        for one in watched
        for ids in ((design.control.id, arm.id) for arm in design.treatments)
    )


def _guard(units: Arms, metric: str, margin: float, ids: tuple[int, int]) -> Guard:
    control, arm = ids
    try:
        one = switchback.compare(CATALOGUE[metric], units[control], units[arm], alpha=2 * ALPHA)
    except StatisticsError as error:
        return Guard(metric, arm, margin, Safety.UNCLEAR, gap=values.gap_of(error))
    limits, lift = one.lift_interval, one.lift
    if limits is None or lift is None:
        return Guard(metric, arm, margin, Safety.UNCLEAR, lift=lift)
    safety = Safety.SAFE if limits.low > -margin else Safety.UNCLEAR
    if limits.high < 0 and lift < -margin:
        safety = Safety.HARMED
    return Guard(metric, arm, margin, safety, lift=lift, low=limits.low, high=limits.high)


def _dayparts(design: Design, blocks: Sequence[BlockTotals]) -> dict[str, list[BlockTotals]]:
    """Blocks by part of the day; nothing where a block is longer than one."""
    if not 0 < design.block_hours <= PART:
        return {}
    found: dict[str, list[BlockTotals]] = {name: [] for name in DAYPARTS}
    for block in blocks:
        found[DAYPARTS[_starts_at(design, block).hour // PART]].append(block)
    return found


def _effect(design: Design, of: str, units: Arms, arm: Arm, reading: Reading) -> BlockEffect:
    control, treatment = units[design.control.id], units[arm.id]
    many = _many(control), _many(treatment)
    try:
        one = switchback.compare(
            CATALOGUE[design.primary], control, treatment, alpha=ALPHA, reading=reading
        )
    except StatisticsError as error:
        return BlockEffect(of, arm.id, *many, gap=values.gap_of(error))
    span = comparing.span(one.lift_interval)
    return BlockEffect(of, arm.id, *many, lift=one.lift, lift_span=span, p=one.p)


def _point(design: Design, block: BlockTotals) -> BlockPoint:
    everybody = block.early + block.settled
    value = values.value(CATALOGUE[design.primary], block.arm, everybody).value
    return BlockPoint(_starts_at(design, block).isoformat(), block.arm, everybody.n, value)


def _starts_at(design: Design, block: BlockTotals) -> dt.datetime:
    return Block(block.number, block.arm).starts_at(design.block_hours)


def _many(units: Sequence[Aggregates]) -> int:
    return sum(1 for one in units if one.n)
