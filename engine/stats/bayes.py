"""A second reading of the same estimates: what to believe about each lift, and which arm is best.

The prior says that banners mostly change little: every lift is N(0, 10 %). It is a reading beside
the test, never a reason to stop: "stop at 95 %" looked at daily is wrong in half of all tests.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput, Undefined
from engine.stats.inference import ArmEstimate, Interval
from engine.stats.tails import normal_quantile

__all__ = [
    "PRIOR_SD",
    "Shrunk",
    "Standing",
    "expected_gain",
    "lift_variance",
    "race",
    "shrink",
]

PRIOR_SD: Final = 0.10
"""Spread of the true lifts of banners before anything is seen."""

_SCORES: Final = np.arange(-9.0, 9.1, 1.5)
"""Normal scores at which the panels of an arm meet; outside lies 1e-18 of it."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_REACH: Final = 8.5
"""How far the common error is followed, in standard deviations."""
_MOST: Final = 2_000
"""Most steps of the common error."""

Curve = NDArray[np.float64]


class Shrunk(NamedTuple):
    """A lift drawn towards zero as far as its noise asks for.

    Attributes:
        lift: Mean of the posterior.
        sd: Its standard deviation.
    """

    lift: float
    sd: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What to believe about one arm.

    Attributes:
        lift: Posterior mean of its lift over control; 0 for control itself.
        interval: Equal-tailed posterior interval of the lift.
        better: Chance to beat control; None for control itself.
        best: Chance to be the best of all arms, control among them. They sum to 1.
        loss: Lift that is expected to be lost if this arm is chosen and another one is better, as a
            share of control: E[best lift of all - this lift].
    """

    lift: float
    interval: Interval
    better: float | None
    best: float
    loss: float


def race(
    control: ArmEstimate,
    treatments: Sequence[ArmEstimate],
    *,
    prior_sd: float = PRIOR_SD,
    level: float = 0.95,
) -> tuple[Standing, ...]:
    """Let all arms compete.

    The lifts l_i = m_i/m_0 - 1 have the delta covariance D + u uᵀ, D_ii = v_i/m_0² from the
    treatments and u_i = (m_i/m_0) √v_0/m_0 from the control they share. With the prior N(0, s²) on
    each, the posterior has mean h_i (l_i - u_i Σ u_j l_j/E_j / c) and covariance A + b bᵀ, where
    E = D + s², h = s²/E, c = 1 + Σ u_j²/E_j, A_ii = h_i D_i, b_i = h_i u_i/√c: given one common
    error the lifts are independent. So chances and losses are integrals over the common error
    (trapezoids) and over the lift (Gauss-Legendre between the quantiles of all arms), whose terms
    are all positive: a tiny loss keeps its digits. Errors are below 1e-10.

    Args:
        control: The metric in control, above zero.
        treatments: The metric in each treatment.
        prior_sd: s, the spread of true lifts.
        level: Coverage of the intervals.

    Returns:
        One standing per arm, control first.

    Raises:
        Undefined: Control is not above zero, or a treatment does not vary.
        InvalidInput: No treatment, or `prior_sd` or `level` outside its range.

    Reference:
        Stucchio (2015), Bayesian A/B testing at VWO (expected loss); Deng (WWW 2015), Objective
        Bayesian two sample hypothesis testing for online controlled experiments (normal prior).

    Example:
        >>> old, new = ArmEstimate(9000, 0.10, 1e-5), ArmEstimate(9000, 0.11, 1.1e-5)
        >>> first, second = race(old, [new])
        >>> round(second.better, 3), round(first.best, 3), round(second.loss, 4)
        (0.97, 0.03, 0.0005)
    """
    if not treatments or not prior_sd > 0 or not 0 < level < 1:
        raise InvalidInput("A race needs a treatment, a prior sd above 0 and a level.")
    belief = _posterior(control, treatments, prior_sd)
    best, loss = _compete(belief)
    nobody = Standing(0.0, Interval(0.0, 0.0, level), None, float(best[0]), float(loss[0]))
    return nobody, *(
        _standing(Shrunk(mean, sd), chance, lost, level)
        for mean, sd, chance, lost in zip(
            belief.mean.tolist(), belief.sd.tolist(), best[1:], loss[1:], strict=True
        )
    )


def shrink(lift: float, variance: float, *, prior_sd: float = PRIOR_SD) -> Shrunk:
    """Mend the winner's curse of one lift: results that pass a test are too large on average.

    Posterior of N(0, s²) and an estimate with variance V: mean l s²/(s² + V), variance
    V s²/(s² + V). For effects that come from the prior it is unbiased *whatever* was selected.

    Args:
        lift: The raw lift, as a share.
        variance: V of the lift, e.g. from `lift_variance`.
        prior_sd: s.

    Raises:
        InvalidInput: A negative variance, or a prior without spread.

    Reference:
        Efron (2011), Tweedie's formula and selection bias, JASA 106.

    Example:
        >>> found = shrink(0.10, 0.01)
        >>> round(found.lift, 3), round(found.sd, 4)
        (0.05, 0.0707)
    """
    if not prior_sd > 0 or not variance >= 0:
        raise InvalidInput("A variance is not negative, a prior sd above zero.", field="variance")
    kept = prior_sd**2 / (prior_sd**2 + variance)
    return Shrunk(lift * kept, math.sqrt(variance * kept))


def lift_variance(control: ArmEstimate, treatment: ArmEstimate) -> float:
    """Variance of a lift by the delta method: (v1 + r² v0)/m0² with r = m1/m0.

    Raises:
        Undefined: Control is not above zero.

    Example:
        >>> round(lift_variance(ArmEstimate(100, 2.0, 0.01), ArmEstimate(100, 2.0, 0.01)), 6)
        0.005
    """
    _check_control(control)
    ratio = treatment.value / control.value
    return (treatment.variance + ratio**2 * control.variance) / control.value**2


def expected_gain(mean: float, sd: float) -> float:
    """E[max(X, 0)] of a normal X: what there is to win if one may still say no.

    Below zero it is sd φ(t) (1 - t M(t)) with t = -mean/sd and Mills' ratio M, which keeps its
    digits where φ(t) - t Q(t) has lost them.

    Args:
        mean: Of X.
        sd: Of X, not negative.

    Example:
        >>> round(expected_gain(0.0, 1.0), 4), f"{expected_gain(-8.0, 1.0):.3g}"
        (0.3989, '7.55e-17')
    """
    from scipy.special import erfcx, ndtr

    if not sd > 0:
        return max(mean, 0.0)
    t = -mean / sd
    density = math.exp(-t * t / 2) / math.sqrt(2 * math.pi)
    if t <= 0:
        return sd * (density - t * float(ndtr(-t)))
    mills = math.sqrt(math.pi / 2) * float(erfcx(t / math.sqrt(2)))
    return sd * density * max(0.0, 1 - t * mills)


class _Belief(NamedTuple):
    """Posterior of the lifts: mean, own and common standard deviation per treatment."""

    mean: Curve
    own: Curve
    common: Curve

    @property
    def sd(self) -> Curve:
        return np.hypot(self.own, self.common)


def _posterior(control: ArmEstimate, arms: Sequence[ArmEstimate], prior_sd: float) -> _Belief:
    _check_control(control)
    if not all(arm.variance > 0 for arm in arms):
        raise Undefined("A treatment does not vary, so nothing can be believed about it.")
    ratio = np.array([arm.value for arm in arms]) / control.value
    lift = np.array([arm.value - control.value for arm in arms]) / control.value
    own = np.array([arm.variance for arm in arms]) / control.value**2
    common = ratio * math.sqrt(control.variance) / control.value
    spread = own + prior_sd**2
    kept, shared = prior_sd**2 / spread, 1 + np.sum(common**2 / spread)
    mean = kept * (lift - common * np.sum(common * lift / spread) / shared)
    return _Belief(mean, np.sqrt(kept * own), kept * common / math.sqrt(shared))


def _check_control(control: ArmEstimate) -> None:
    if not control.value > 0:
        raise Undefined("A lift needs a control above zero.")


def _standing(lift: Shrunk, best: float, loss: float, level: float) -> Standing:
    from scipy.special import ndtr

    reach, better = normal_quantile(1 - level) * lift.sd, float(ndtr(lift.lift / lift.sd))
    interval = Interval(lift.lift - reach, lift.lift + reach, level)
    return Standing(lift.lift, interval, better, float(best), float(loss))


def _compete(belief: _Belief) -> tuple[Curve, Curve]:
    # Of each arm, control first: chance to be the best, and expected loss.
    errors, weights = _common_errors(belief)
    best = loss = np.zeros(len(belief.mean) + 1)
    own = belief.own if len(errors) > 1 else belief.sd
    for error, weight in zip(errors, weights, strict=True):
        chance, lost = _given(belief.mean + belief.common * error, own)
        best, loss = best + weight * chance, loss + weight * lost
    # Where a treatment is worse than control, control at least would have been better.
    below = [expected_gain(-m, s) for m, s in zip(belief.mean, belief.sd, strict=True)]
    return np.minimum(best, 1.0), loss + np.array([0.0, *below])


def _common_errors(belief: _Belief) -> tuple[Curve, Curve]:
    if len(belief.mean) == 1:
        return np.zeros(1), np.ones(1)
    # The integrand is as narrow as the narrowest arm looks beside its common part.
    width = np.min(belief.own / belief.sd) / math.sqrt(len(belief.mean))
    steps = math.ceil(2 * _REACH / min(0.5, 0.8 * width))
    errors = np.linspace(-_REACH, _REACH, min(steps, _MOST) + 1)
    density = np.exp(-(errors**2) / 2)
    return errors, density / density.sum()


def _given(mean: Curve, sd: Curve) -> tuple[Curve, Curve]:
    # With the common error known the arms are independent and control is exactly zero. Beyond zero:
    # best_i = ∫ f_i Π F_j, loss_i = ∫ F_i (1 - Π F_j), over the others j.
    from scipy.special import log_ndtr

    x, width = _nodes(mean, sd)
    scores = (x[:, None] - mean) / sd
    below = log_ndtr(scores)
    every = below.sum(axis=1, keepdims=True)
    others = every - below
    density = np.exp(others - scores**2 / 2) / (sd * math.sqrt(2 * math.pi))
    lost = np.exp(below) * -np.expm1(others)
    nobody = math.exp(float(log_ndtr(-mean / sd).sum()))
    regret = float(width @ -np.expm1(every[:, 0]))
    return np.array([nobody, *(width @ density)]), np.array([regret, *(width @ lost)])


def _nodes(mean: Curve, sd: Curve) -> tuple[Curve, Curve]:
    edges = np.sort(np.maximum(0.0, np.append(mean[:, None] + sd[:, None] * _SCORES, 0.0)))
    half = np.diff(edges)[:, None] / 2
    return ((edges[:-1, None] + half) + half * _NODES).ravel(), (half * _WEIGHTS).ravel()
