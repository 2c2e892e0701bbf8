"""Factorial tests: what each level of a factor does, and whether two factors help each other.

Variants are cells: every combination of the levels of some factors, or a balanced part of them. The
cells are disjoint sets of units, so every effect is a weighted sum of independent cell means with
the variances of its own cells: nothing is pooled, so cells may differ in their spread.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

from engine.errors import InvalidInput, NotEnoughData, Shortage, Undefined
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import estimate, reduced, require
from engine.stats.frequentist import Outcome, comparison
from engine.stats.inference import ArmEstimate, Comparison, Method
from engine.stats.metrics import Metric
from engine.stats.reading import ONCE, Reading
from engine.stats.tails import normal_two_sided

__all__ = ["MOST_FACTORS", "Cell", "Contrast", "contrasts", "factors_of", "measure"]

MOST_FACTORS: Final = 6
"""Beyond, the pairs alone are more than anybody reads."""

Levels: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One variant: its level of every factor, and its units."""

    name: str
    levels: Levels
    units: Aggregates


@dataclass(frozen=True, slots=True)
class Contrast:
    """One question to a factorial test: a level against the first one, or two levels together.

    Attributes:
        factors: One factor (main effect) or two (their interaction).
        levels: The level asked about, of each factor.
        bases: The first level of each factor, to compare with.
    """

    factors: tuple[str, ...]
    levels: tuple[str, ...]
    bases: tuple[str, ...]


def factors_of(cells: Sequence[Cell]) -> dict[str, tuple[str, ...]]:
    """The factors with their levels in the order of the cells; the first level is the base.

    Raises:
        InvalidInput: No factor that varies, too many, a cell without a level, or two equal cells.

    Example:
        >>> cells = [Cell(c, {"colour": c}, Aggregates()) for c in ("red", "blue")]
        >>> factors_of(cells)
        {'colour': ('red', 'blue')}
    """
    names = list(dict.fromkeys(name for cell in cells for name in cell.levels))
    if any(set(cell.levels) != set(names) for cell in cells):
        raise InvalidInput("Every variant needs a level of every factor.", field="levels")
    if len({tuple(cell.levels[name] for name in names) for cell in cells}) < len(cells):
        raise InvalidInput("Two variants have the same levels.", field="levels")
    found = {name: tuple(dict.fromkeys(cell.levels[name] for cell in cells)) for name in names}
    found = {name: levels for name, levels in found.items() if len(levels) > 1}
    if not 1 <= len(found) <= MOST_FACTORS:
        raise InvalidInput(f"1 to {MOST_FACTORS} factors have to vary.", field="levels")
    return found


def contrasts(factors: Mapping[str, Sequence[str]]) -> tuple[Contrast, ...]:
    """All main effects, then all pairwise interactions.

    Example:
        >>> found = contrasts({"colour": ("red", "blue"), "text": ("long", "short")})
        >>> [" x ".join(one.levels) for one in found]
        ['blue', 'short', 'blue x short']
    """
    main = [
        Contrast((name,), (level,), (levels[0],))
        for name, levels in factors.items()
        for level in levels[1:]
    ]
    pairs = [
        Contrast((one, other), (x, y), (factors[one][0], factors[other][0]))
        for one, other in combinations(factors, 2)
        for x in factors[one][1:]
        for y in factors[other][1:]
    ]
    return (*main, *pairs)


def measure(
    metric: Metric,
    cells: Sequence[Cell],
    contrast: Contrast,
    *,
    alpha: float = 0.05,
    reading: Reading = ONCE,
) -> Comparison:
    """Estimate one effect with the test and the intervals of the reading.

    A main effect is the mean of the cells with the level less the mean of those with the base, each
    cell with the same weight whatever its size. An interaction is what the two levels together
    bring beyond both alone: (m_xy - m_x0) - (m_0y - m_00), averaged over the other factors; its
    `control` is m_x0 + m_0y - m_00, what would be without one, and its lift is against that. All
    are sums Σ w m with variance Σ w² v over cells, v as in `estimate`.

    Args:
        metric: What is measured.
        cells: Every variant of the test.
        contrast: One of `contrasts`.
        alpha: Two-sided error rate of this effect, over all looks together.
        reading: How often the test is looked at, and where it stands.

    Raises:
        NotEnoughData: A variant with too few units or events, or combinations that are not part of
            the test: `missing` names them; without them the effect cannot be told from another.
        Undefined: Nothing varies.

    Reference:
        Box, Hunter, Hunter (2005), Statistics for Experimenters, ch. 5; White (1980),
        Econometrica 48, for cells of their own variance.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> def cell(colour, text, bought):
        ...     levels = {"colour": colour, "text": text}
        ...     return Cell(colour + text, levels, Aggregates.of_converted(1000, bought))
        >>> four = [cell("r", "l", 100), cell("r", "s", 110), cell("b", "l", 120)]
        >>> four.append(cell("b", "s", 160))
        >>> found = [measure(CATALOGUE["conversion_rate"], four, c).difference
        ...          for c in contrasts(factors_of(four))]
        >>> [round(one, 3) for one in found]
        [0.035, 0.025, 0.03]
    """
    groups = _groups(cells, contrast)
    require(metric, **{cell.name: cell.units for group in groups.values() for cell in group})
    metric = reduced(metric, *(cell.units for cell in cells))
    means = {key: _mean(metric, group) for key, group in groups.items()}
    new = means[contrast.levels]
    old = means[contrast.bases]
    if len(contrast.factors) > 1:
        one, other = (
            (contrast.levels[0], contrast.bases[1]),
            (contrast.bases[0], contrast.levels[1]),
        )
        old = _without(means[one], means[other], old)
    variance = old.variance + new.variance
    if not variance:
        raise Undefined(f"'{metric.key}' does not vary at all in these variants.")
    z = (new.value - old.value) / math.sqrt(variance)
    bound = reading.bound(variance, alpha)
    return comparison(
        metric, old, new, Outcome(Method.FACTORIAL, z, normal_two_sided(z), bound), alpha
    )


def _without(one: ArmEstimate, other: ArmEstimate, neither: ArmEstimate) -> ArmEstimate:
    """What both levels would bring if each did what it does alone."""
    return ArmEstimate(
        one.n + other.n + neither.n,
        one.value + other.value - neither.value,
        one.variance + other.variance + neither.variance,
    )


def _mean(metric: Metric, group: Sequence[Cell]) -> ArmEstimate:
    found = [estimate(metric, cell.units) for cell in group]
    many = len(found)
    return ArmEstimate(
        sum(one.n for one in found),
        math.fsum(one.value for one in found) / many,
        math.fsum(one.variance for one in found) / many**2,
    )


def _groups(cells: Sequence[Cell], contrast: Contrast) -> dict[tuple[str, ...], list[Cell]]:
    """The cells of each combination of levels that the contrast compares."""
    sides = list(zip(contrast.levels, contrast.bases, strict=True))
    wanted: list[tuple[str, ...]] = [(x,) for x in sides[0]]
    if len(sides) > 1:
        wanted = [(x, y) for x in sides[0] for y in sides[1]]
    groups: dict[tuple[str, ...], list[Cell]] = {key: [] for key in wanted}
    for cell in cells:
        key = tuple(cell.levels[name] for name in contrast.factors)
        if key in groups:
            groups[key].append(cell)
    _check_balance(groups, contrast)
    return groups


def _check_balance(groups: Mapping[tuple[str, ...], list[Cell]], contrast: Contrast) -> None:
    """Each group meets every level of every other factor equally often, or it would be credited
    with what that one does."""
    found = {key: _margins(group, contrast.factors) for key, group in groups.items()}
    first = next(iter(found.values()))
    if all(found.values()) and all(margins == first for margins in found.values()):
        return
    if all(groups.values()) and not any(found.values()):
        return  # the factors asked about are all there are
    missing = [Shortage(name, "variants", 0, 1) for name in _missing(groups, contrast)]
    names = ", ".join(lack.arm for lack in missing)
    raise NotEnoughData(
        f"Without the combinations {names} this effect cannot be told from another.",
        field="variants",
        missing=missing,
    )


def _margins(group: Iterable[Cell], factors: Sequence[str]) -> dict[tuple[str, str], float]:
    cells = list(group)
    counts = Counter(
        (name, level)
        for cell in cells
        for name, level in cell.levels.items()
        if name not in factors
    )
    return {key: count / len(cells) for key, count in counts.items()}


def _missing(groups: Mapping[tuple[str, ...], list[Cell]], contrast: Contrast) -> list[str]:
    """The combinations that the group of each level lacks of those that another one has."""

    def rest(cell: Cell) -> tuple[str, ...]:
        return tuple(v for name, v in cell.levels.items() if name not in contrast.factors)

    every = dict.fromkeys(rest(cell) for group in groups.values() for cell in group)
    return [
        " · ".join((*key, *other))
        for key, group in groups.items()
        for other in every or [()]
        if other not in set(map(rest, group))
    ]
