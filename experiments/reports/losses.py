"""Are the events of one variant refused more than those of the others?

A variant whose page reports in a way that is refused (an old token from a cache, a wrong field)
looks worse than it is. Events of one visitor come together, so the test of the split alone would be
too eager: a difference has to be large as well before it is told.
"""

from collections.abc import Mapping
from typing import Final

from engine.errors import StatisticsError
from engine.stats import srm
from engine.stats.aggregates import Aggregates
from experiments.reports.payload import Check, Design, State

LITTLE: Final = 100
"""Rejected events; fewer change no result."""
TIMES: Final = 1.5
"""As often per visitor in the worst variant as in the best."""


def check_rejected(
    design: Design, rejected: tuple[tuple[int, int], ...] | None, arms: Mapping[int, Aggregates]
) -> Check | None:
    """Rejected events by visitors of a variant; no question where arms are no variants."""
    if rejected is None or design.adaptive or design.of_blocks:
        return None
    known = dict(rejected)
    counts = [known.get(arm, 0) for arm in arms]
    units = [one.n for one in arms.values()]
    total = sum(counts)
    if total < LITTLE or not all(units):
        return Check("rejected", State.OK, {"events": total})
    rates = {arm: n / size for arm, n, size in zip(arms, counts, units, strict=True)}
    worst = max(rates, key=lambda arm: rates[arm])
    return Check("rejected", _state(counts, units), {"events": total}, worst)


def _state(counts: list[int], units: list[int]) -> State:
    rates = [n / size for n, size in zip(counts, units, strict=True)]
    try:
        alarm = srm.check(counts, units).alarm
    except StatisticsError:
        return State.OK
    return State.WARNING if alarm and max(rates) > TIMES * min(rates) else State.OK
