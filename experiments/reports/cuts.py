"""The primary metric among some of the visitors: exploratory, corrected, never a verdict."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.errors import StatisticsError
from engine.stats import multiplicity
from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.metrics import CATALOGUE
from engine.stats.reading import Reading
from experiments.reports import comparing, values
from experiments.reports.findings import CutEffect
from experiments.reports.further import split_of
from experiments.reports.inputs import Inputs
from experiments.reports.looks import ALPHA
from experiments.reports.payload import Arm, Design


def cuts_of(inputs: Inputs, reading: Reading) -> tuple[CutEffect, ...]:
    """Every value of every cut; p corrected by Benjamini-Hochberg over all of them together."""
    if inputs.design.adaptive:
        return ()
    found = list(_found(inputs, reading))
    known = [one for one in found if one.p is not None]
    adjusted = multiplicity.benjamini_hochberg([one.p for one in known if one.p is not None])
    by_place = {_place(one): p for one, p in zip(known, adjusted, strict=True)}
    return tuple(replace(one, p_adjusted=by_place.get(_place(one))) for one in found)


def _found(inputs: Inputs, reading: Reading) -> Iterator[CutEffect]:
    for (cut, value), arms in sorted(inputs.cuts.items()):
        if value:  # what is not known of a visitor is no group
            for arm in inputs.design.treatments:
                yield _one(inputs.design, (cut, value), arms, arm, reading)


def _one(
    design: Design,
    place: tuple[str, str],
    arms: Mapping[int, Aggregates],
    arm: Arm,
    reading: Reading,
) -> CutEffect:
    all_arms = {one.id: arms.get(one.id, Aggregates()) for one in design.arms}
    old, new = all_arms[design.control.id], all_arms[arm.id]
    split = split_of(design, tuple(one.n for one in all_arms.values()))
    plain = CutEffect(*place, arm.id, old.n, new.n, split=split)
    try:
        found = compare(CATALOGUE[design.primary], old, new, alpha=ALPHA, reading=reading)
    except StatisticsError as error:
        return replace(plain, gap=values.gap_of(error))
    return replace(
        plain,
        lift=found.lift,
        lift_span=comparing.span(found.lift_interval),
        p=found.p,
        gap=comparing.lift_gap(found.lift_gap),
    )


def _place(one: CutEffect) -> tuple[str, str, int]:
    return one.cut, one.value, one.arm
