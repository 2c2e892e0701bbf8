"""Thompson sampling for clicks: what was counted, the chance to be best, whole buckets.

Not one draw is made here. Where others draw a rate per arm and take the largest, this works out how
often that would choose each arm; the platform draws, so the probability in force is known exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.assignment import allocation
from engine.assignment.hashing import BUCKETS
from engine.errors import InvalidInput

__all__ = [
    "FLOOR",
    "Evidence",
    "ImpossibleEvidence",
    "Learnt",
    "chance_to_be_best",
    "learn",
    "widths",
]

FLOOR: Final = 0.05
"""Share of the traffic that is spread evenly whatever was learned. An arm that is never shown could
never prove that it has become better, and weights of 1/propensity stay below 20 K. Measured: 5 %
costs about 2.5 points of the best reachable click rate, 10 % about 5."""

_SCORES: Final = tuple(0.75 * step for step in range(-11, 12))
"""Normal scores of the quantiles at which panels meet; outside lies 1e-16 of an arm."""
_NODES: Final = 12
"""Gauss-Legendre nodes per panel: exact for polynomials up to degree 23."""
_OFF: Final = 1e-6
"""How far chances may be from summing to 1: the error bound of `chance_to_be_best`."""

Curve = NDArray[np.float64]


class ImpossibleEvidence(InvalidInput):
    """Counts that cannot be: more successes than trials, or fewer than were there before."""

    slug = "impossible-evidence"
    title = "These counts cannot be"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one arm.

    Attributes:
        trials: Impressions.
        successes: Clicks, at most one per impression.

    Raises:
        ImpossibleEvidence: A negative count, or more successes than trials (an `InvalidInput`).

    Example:
        >>> Evidence(trials=1000, successes=30).failures
        970
    """

    trials: int
    successes: int

    def __post_init__(self) -> None:
        if not 0 <= self.successes <= self.trials:
            raise ImpossibleEvidence(
                f"{self.successes} successes in {self.trials} trials cannot be.",
                field="evidence",
                hint="Successes lie between zero and the trials.",
            )

    @property
    def failures(self) -> int:
        """Trials without success."""
        return self.trials - self.successes


@dataclass(frozen=True, slots=True)
class Learnt:
    """What follows from the evidence, per arm in its order.

    Attributes:
        chances: Probability of being the best arm; they sum to 1.
        widths: Whole buckets to be drawn; they sum to `BUCKETS`.
    """

    chances: tuple[float, ...]
    widths: tuple[int, ...]


def learn(
    evidence: Sequence[Evidence],
    *,
    previous: Sequence[Evidence] | None = None,
    floor: float = FLOOR,
) -> Learnt:
    """Work out the next parameters, unless the evidence cannot be.

    Args:
        evidence: All that was counted since the phase began, one entry per arm.
        previous: The evidence of the parameters in force, in the same order; None at the start.
        floor: Share of the traffic that is spread evenly.

    Raises:
        ImpossibleEvidence: A count is smaller than before: counts of a phase only grow, so one of
            the two was read wrongly, and the parameters in force had better stay.
        InvalidInput: No arms, another number of arms than before, or see `widths`.

    Example:
        >>> learn([Evidence(1000, 10), Evidence(1000, 40)]).widths
        (250, 9750)
    """
    if previous is not None:
        _check_growth(evidence, previous)
    chances = chance_to_be_best(evidence)
    return Learnt(chances, widths(chances, floor=floor))


def chance_to_be_best(evidence: Sequence[Evidence]) -> tuple[float, ...]:
    """Compute the probability of each arm to have the largest rate.

    Rates are independent and uniform before anything was seen, so arm i has the posterior
    Beta(1 + s, 1 + t - s) with density f_i and distribution F_i, and

        P(i is best) = ∫ f_i(x) ∏_{j≠i} F_j(x) dx over 0 … 1.

    The line is cut where any arm has a quantile of a grid (every 0.75 normal scores up to 8.25), so
    that in each panel every f and F is smooth on the scale of the panel, however much sharper one
    arm is than another; there Gauss-Legendre has only rounding errors left. Densities are scaled
    by their own sum over the nodes, because at 10^8 trials the logarithm of their constant has
    lost eight digits.

    Args:
        evidence: One entry per arm.

    Returns:
        One probability per arm, in order, summing to 1. The error of each is below 1e-6 for up to
        20 arms and 10^8 trials per arm (measured against the closed form of two arms: 1e-8).

    Raises:
        InvalidInput: No arms.

    Reference:
        Scott (2010), A modern Bayesian look at the multi-armed bandit, Applied Stochastic Models in
        Business and Industry 26, section 3. Quantiles and F: DLMF 8.17.

    Example:
        >>> [round(p, 4) for p in chance_to_be_best([Evidence(0, 0), Evidence(2, 1)])]
        [0.5, 0.5]
        >>> [round(p, 4) for p in chance_to_be_best([Evidence(100, 2), Evidence(100, 5)])]
        [0.1396, 0.8604]
    """
    if not evidence:
        raise InvalidInput("At least one arm is needed.", field="evidence")
    shapes = [(1.0 + arm.successes, 1.0 + arm.failures) for arm in evidence]
    points, weights = _quadrature(shapes)
    densities = np.stack([_density(a, b, points, weights) for a, b in shapes])
    chances = (densities * _others_below(shapes, points)) @ weights
    return tuple(float(chance) for chance in chances / chances.sum())


def widths(chances: Sequence[float], *, floor: float = FLOOR) -> tuple[int, ...]:
    """Turn chances into whole buckets with a floor under each.

    Every arm first gets its part of the floor, rounded up to whole buckets; the rest is spread by
    chance with the largest remainder, ties to the earlier arm.

    Args:
        chances: Probability per arm, summing to 1 (± 1e-6).
        floor: Share of the traffic that is spread evenly, above 0 and at most 1.

    Returns:
        Whole buckets per arm, in order: each at least floor / K of `BUCKETS`, together exactly
        `BUCKETS`. The width, not the chance, is the propensity.

    Raises:
        InvalidInput: Not probabilities, or a floor that is none or does not fit.

    Example:
        >>> widths((0.9, 0.1, 0.0))
        (8716, 1117, 167)
    """
    if not chances or not all(chance >= 0 for chance in chances):
        raise InvalidInput("A chance is a number from 0 to 1.", field="chances")
    if not abs(sum(chances) - 1) <= _OFF:
        raise InvalidInput("Chances sum to 1.", field="chances")
    guaranteed = _guaranteed(floor, len(chances))
    exact = [Fraction(chance) for chance in chances]
    rest = Fraction(BUCKETS - guaranteed * len(exact)) / sum(exact)
    # The weights sum to BUCKETS, so each part is at least its whole number of guaranteed buckets.
    return allocation.widths([guaranteed + rest * chance for chance in exact])


def _guaranteed(floor: float, arms: int) -> int:
    if not 0 < floor <= 1:
        raise InvalidInput("The floor lies above 0 and at most at 1.", field="floor")
    # Through its decimal digits: 0.05 is meant, not the binary number just above it.
    each = -(-Fraction(str(floor)) * BUCKETS // arms)
    if each * arms > BUCKETS:
        raise InvalidInput(f"{arms} arms leave no room for this floor.", field="floor")
    return int(each)


def _check_growth(evidence: Sequence[Evidence], previous: Sequence[Evidence]) -> None:
    if len(evidence) != len(previous):
        raise InvalidInput("As many arms as before are expected.", field="evidence")
    for place, (now, then) in enumerate(zip(evidence, previous, strict=True)):
        if now.trials < then.trials or now.successes < then.successes:
            raise ImpossibleEvidence(
                f"Arm {place} had {then.successes} successes in {then.trials} trials"
                f" and has {now.successes} in {now.trials} now: counts do not shrink.",
                field=f"evidence[{place}]",
                hint="Keep the parameters in force and look at the log.",
            )


def _quadrature(shapes: Sequence[tuple[float, float]]) -> tuple[Curve, Curve]:
    """Points and weights over all panels of the line from 0 to 1."""
    cuts = np.unique(np.concatenate([[0.0, 1.0], *(_quantiles(a, b) for a, b in set(shapes))]))
    roots, root_weights = np.polynomial.legendre.leggauss(_NODES)
    halves = np.diff(cuts)[:, None] / 2
    middles = (cuts[:-1] + cuts[1:])[:, None] / 2
    return (middles + halves * roots).ravel(), (halves * root_weights).ravel()


def _quantiles(a: float, b: float) -> Curve:
    from scipy.special import betaincinv, ndtr

    scores = np.array(_SCORES)
    lower = betaincinv(a, b, ndtr(scores[scores <= 0]))
    # The upper half as one minus the lower half of the mirror image: no digits lost beside 1.
    upper = 1 - betaincinv(b, a, ndtr(-scores[scores > 0]))
    return np.concatenate([lower, upper])


def _density(a: float, b: float, points: Curve, weights: Curve) -> Curve:
    from scipy.special import xlog1py, xlogy

    log = xlogy(a - 1, points) + xlog1py(b - 1, -points)
    raw: Curve = np.exp(log - log.max())
    return raw / (raw @ weights)


def _others_below(shapes: Sequence[tuple[float, float]], points: Curve) -> Curve:
    """∏ F_j over the other arms at each point, one row per arm; no division, F may be 0."""
    from scipy.special import betainc

    below = np.stack([betainc(a, b, points) for a, b in shapes])
    ones = np.ones((1, len(points)))
    before = np.cumprod(np.concatenate([ones, below[:-1]]), axis=0)
    after = np.cumprod(np.concatenate([ones, below[:0:-1]]), axis=0)[::-1]
    product: Curve = before * after
    return product
