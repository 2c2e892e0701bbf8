"""Factorial tests: what each factor does to the primary metric, and which help each other."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.errors import InvalidInput, NotEnoughData, StatisticsError
from engine.stats import factorial, multiplicity
from engine.stats.aggregates import Aggregates
from engine.stats.factorial import Cell, Contrast
from engine.stats.inference import Comparison
from engine.stats.metrics import CATALOGUE
from engine.stats.reading import Reading
from experiments.reports import values
from experiments.reports.comparing import span
from experiments.reports.designs import FactorEffect
from experiments.reports.looks import ALPHA
from experiments.reports.payload import Design


def effects(
    design: Design, arms: Mapping[int, Aggregates], reading: Reading
) -> tuple[FactorEffect, ...]:
    """All main effects, then all interactions; nothing where the variants have no factors."""
    cells = [Cell(arm.key, dict(arm.levels), arms[arm.id]) for arm in design.arms]
    if design.adaptive or design.of_blocks or not any(cell.levels for cell in cells):
        return ()
    try:
        asked = factorial.contrasts(factorial.factors_of(cells))
    except InvalidInput:  # no factor varies, or levels have gaps: the plan has said so
        return ()
    main = [one for one in asked if len(one.factors) == 1]
    pairs = [one for one in asked if len(one.factors) > 1]
    return (
        *_family(design, cells, main, reading),
        *_family(design, cells, pairs, reading),
    )


def _family(
    design: Design, cells: Sequence[Cell], asked: Sequence[Contrast], reading: Reading
) -> list[FactorEffect]:
    """Holm over the family; what cannot be told yet still counts, as among treatments."""
    metric, many = CATALOGUE[design.primary], len(asked)

    def at(contrast: Contrast, alpha: float) -> Comparison:
        return factorial.measure(metric, cells, contrast, alpha=alpha, reading=reading)

    found: dict[Contrast, FactorEffect] = {}
    known: dict[Contrast, Comparison] = {}
    for contrast in asked:
        try:
            known[contrast] = at(contrast, ALPHA / many)
        except StatisticsError as error:
            found[contrast] = _gap(contrast, error)
    ps = [one.p for one in known.values()] + [1.0] * (many - len(known))
    adjusted = multiplicity.holm(ps)[: len(known)]
    for contrast, p in zip(known, adjusted, strict=True):
        found[contrast] = replace(_effect(contrast, known[contrast]), p_adjusted=p)
    level, passing = ALPHA / many if many else ALPHA, True
    for rank, contrast in enumerate(sorted(known, key=lambda one: known[one].log10_p)):
        level = ALPHA / (many - rank) if passing else level
        one = known[contrast]
        one = one if math.isclose(level, one.alpha) else at(contrast, level)
        found[contrast] = replace(_effect(contrast, one), p_adjusted=found[contrast].p_adjusted)
        passing = passing and one.passed
    return [found[contrast] for contrast in asked]


def _effect(contrast: Contrast, one: Comparison) -> FactorEffect:
    return FactorEffect(
        contrast.factors,
        contrast.levels,
        contrast.bases,
        difference=one.difference,
        span=span(one.interval),
        lift=one.lift,
        lift_span=span(one.lift_interval),
        p=one.p,
        passed=one.passed,
    )


def _gap(contrast: Contrast, error: StatisticsError) -> FactorEffect:
    missing: tuple[str, ...] = ()
    if isinstance(error, NotEnoughData):
        missing = tuple(lack.arm for lack in error.missing if lack.what == "variants")
    return FactorEffect(
        contrast.factors,
        contrast.levels,
        contrast.bases,
        gap=values.gap_of(error),
        missing=missing,
    )
