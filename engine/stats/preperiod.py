"""Were the arms alike before anybody saw a banner?

A difference in what the units did *before* cannot come from the banner. If it is real, the split is
not random (or the past of one arm was counted otherwise), and the comparison means nothing.
"""

from dataclasses import dataclass, replace
from typing import Final

from engine.errors import NotEnoughData, Shortage, Undefined
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import MIN_UNITS
from engine.stats.frequentist import compare
from engine.stats.metrics import Metric

__all__ = ["ALARM", "HISTORY", "Balance", "before", "check", "history", "require_history"]

ALARM: Final = 0.001
"""As strict as the split check: it blocks the verdict and is read again every day."""
HISTORY: Final = "history"
"""What is short when too few units have a past."""


@dataclass(frozen=True, slots=True)
class Balance:
    """A metric of the time before, compared between the arms.

    Attributes:
        metric: Key of the metric.
        control: Its value before in control.
        treatment: The same in the treatment.
        p: Two-sided p of "no difference".
        log10_p: Its decimal logarithm.
        alarm: Do not read the results.
    """

    metric: str
    control: float
    treatment: float
    p: float
    log10_p: float
    alarm: bool


def check(metric: Metric, control: Aggregates, treatment: Aggregates) -> Balance:
    """Compare the past of two arms on one metric.

    The test is that of `frequentist.compare`, on the totals of `metric.pre`.

    Raises:
        NotEnoughData: Fewer than 100 units with a history in an arm, or fewer than 5 events.
        Undefined: The metric keeps no past, it was not recorded, or nothing in it varies.

    Reference:
        Kohavi, Tang, Xu (2020), Trustworthy Online Controlled Experiments, chapter 21.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> def arm(bought):
        ...     rows = [{"pre_converted": 1}] * bought + [{}] * (1000 - bought)
        ...     return Aggregates.of_units(rows)
        >>> check(CATALOGUE["conversion_rate"], arm(150), arm(230)).alarm
        True
    """
    past = before(metric)
    require_history(metric, control=control, treatment=treatment)
    found = compare(past, control, treatment, alpha=ALARM)
    return Balance(
        metric.key,
        found.control.value,
        found.treatment.value,
        found.p,
        found.log10_p,
        alarm=found.p < ALARM,
    )


def before(metric: Metric) -> Metric:
    """Give the same metric of the time before the first exposure.

    Raises:
        Undefined: No totals of that time are kept for it.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> before(CATALOGUE["ctr"]).numerator
        'pre_clicks'
    """
    if metric.pre is None:
        raise Undefined(f"'{metric.key}' keeps nothing of the time before.", field=metric.key)
    above, below = metric.pre
    return replace(metric, numerator=above, denominator=below, counted=None, pre=None)


def history(metric: Metric, arm: Aggregates) -> int:
    """Count the units with a past, as many as the sums can vouch for.

    (Σx)²/Σx² over the totals of the past: exactly the number of units for 0/1 totals; for others
    the number of *equal* units that would weigh as much, never more than those that have any.

    Raises:
        Undefined: No past is kept, or it was not recorded for this arm.

    Reference:
        Kish (1965), Survey Sampling, section 11.7 (effective number of units).

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> arm = Aggregates.of_units([{"pre_converted": 1}] * 3 + [{}] * 7)
        >>> history(CATALOGUE["conversion_rate"], arm)
        3
    """
    past = before(metric)
    name = past.denominator or past.numerator
    squares = arm.product(name, name)
    return arm.sum(name) ** 2 // squares if squares else 0


def require_history(metric: Metric, **arms: Aggregates) -> None:
    """Refuse to go on while an arm has too few units with a past.

    Raises:
        NotEnoughData: Fewer than 100 in an arm; `missing` says where.
        Undefined: See `history`.
    """
    counts = {name: history(metric, arm) for name, arm in arms.items()}
    missing = [
        Shortage(name, HISTORY, have, MIN_UNITS)
        for name, have in counts.items()
        if have < MIN_UNITS
    ]
    if missing:
        said = "; ".join(f"{s.arm}: {s.have} of {s.need}" for s in missing)
        raise NotEnoughData(f"Too few units with a history ({said}).", missing=missing)
