"""The lift to believe, beside the lift that was measured."""

from collections.abc import Sequence
from typing import Final

from engine.stats.bayes import shrink
from experiments.reports.findings import Belief
from experiments.reports.payload import Effect

Z95: Final = 1.959964
"""Half the width of a range in standard errors, where a report of an older form does not say."""


def shrunk(effect: Effect, beliefs: Sequence[Belief]) -> float | None:
    """The posterior lift under a N(0, 10 %) prior; None where the lift has no range.

    What the report has worked out comes first; reports of an older form have only the raw lift.
    """
    kept = next((b.shrunk for b in beliefs if b.arm == effect.arm), None)
    if kept is not None:
        return kept
    if effect.lift is None or effect.lift_span is None:
        return None
    half = (effect.lift_span.high - effect.lift_span.low) / 2
    return shrink(effect.lift, (half / (effect.bound or Z95)) ** 2).lift
