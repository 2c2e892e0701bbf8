"""Does one test change what another one finds? Visitors who are in both tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.errors import InvalidInput, NotEnoughData, Shortage, Undefined
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import estimate, reduced, require
from engine.stats.metrics import Metric
from engine.stats.tails import chi_square

__all__ = ["MIN_CELL", "Interaction", "check"]

MIN_CELL: Final = 200
"""Fewest common units of each pair of variants; interactions are hard to see with fewer."""

Table: TypeAlias = Mapping[tuple[int, int], Aggregates]


@dataclass(frozen=True, slots=True)
class Interaction:
    """One test of "no pair of variants does anything that the two do not do alone".

    Attributes:
        units: Common units.
        statistic: Chi-square distributed when nothing interacts.
        df: Degrees of freedom, (variants - 1)(other variants - 1).
        p: Upper tail.
        log10_p: Its decimal logarithm.
        largest: The interaction m_ij - m_i0 - m_0j + m_00 furthest from zero in its own standard
            errors, in the unit of the metric.
        standard_error: Its standard error.
        pair: Which two variants it is of.
    """

    units: int
    statistic: float
    df: int
    p: float
    log10_p: float
    largest: float
    standard_error: float
    pair: tuple[int, int]


def check(
    metric: Metric, cells: Table, *, mine: Sequence[int], others: Sequence[int]
) -> Interaction:
    """Test whether the effect of my variants is the same under all variants of another test.

    With m_ij the metric among units of my variant i and the other's variant j, and v_ij its
    variance over units, the interactions d = m_ij - m_i0 - m_0j + m_00 are tested together by
    Wald's d' V⁻¹ d, V their covariance from the cells.

    Args:
        metric: The primary metric of my test.
        cells: My own totals of units that are in both tests, by (my variant, the other's variant).
        mine: My variants, the control first.
        others: The other's variants, the control first.

    Raises:
        InvalidInput: Fewer than two variants on a side.
        NotEnoughData: A pair with fewer than 200 common units, or too few events.
        Undefined: A pair in which nothing varies.

    Reference:
        Wald (1943); Kohavi, Tang, Xu (2020), Trustworthy Online Controlled Experiments, ch. 4.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> bought = {(1, 5): 100, (1, 6): 120, (2, 5): 130, (2, 6): 150}
        >>> cells = {pair: Aggregates.of_converted(1000, n) for pair, n in bought.items()}
        >>> found = check(CATALOGUE["conversion_rate"], cells, mine=(1, 2), others=(5, 6))
        >>> found.df, round(found.p, 6), found.units
        (1, 1.0, 4000)
    """
    if min(len(mine), len(others)) <= 1:
        raise InvalidInput("Both tests need two variants.", field="variants")
    table = {(i, j): cells.get((i, j), Aggregates()) for i in mine for j in others}
    _require(metric, table)
    means, variances = _measured(metric, table)
    return _wald(means, variances, mine, others, units=sum(cell.n for cell in table.values()))


def _require(metric: Metric, table: Table) -> None:
    few = [
        Shortage(f"{i}/{j}", "common", c.n, MIN_CELL)
        for (i, j), c in table.items()
        if c.n < MIN_CELL
    ]
    if few:
        raise NotEnoughData("Too few visitors are in both tests.", field="common", missing=few)
    require(metric, **{f"{i}/{j}": cell for (i, j), cell in table.items()})


def _measured(
    metric: Metric, table: Table
) -> tuple[dict[tuple[int, int], float], dict[tuple[int, int], float]]:
    metric = reduced(metric, *table.values())
    found = {pair: estimate(metric, cell) for pair, cell in table.items()}
    if not all(one.variance for one in found.values()):
        raise Undefined(f"'{metric.key}' does not vary in one of the pairs.")
    return (
        {pair: one.value for pair, one in found.items()},
        {pair: one.variance for pair, one in found.items()},
    )


def _wald(
    means: Mapping[tuple[int, int], float],
    variances: Mapping[tuple[int, int], float],
    mine: Sequence[int],
    others: Sequence[int],
    *,
    units: int,
) -> Interaction:
    import numpy as np

    cells, pairs = list(means), [(i, j) for i in mine[1:] for j in others[1:]]
    signs = np.zeros((len(pairs), len(cells)))
    for row, (i, j) in enumerate(pairs):
        corners = ((i, j, 1), (i, others[0], -1), (mine[0], j, -1), (mine[0], others[0], 1))
        for one, other, sign in corners:
            signs[row, cells.index((one, other))] = sign
    found = signs @ np.array([means[cell] for cell in cells])
    covariance = signs @ np.diag([variances[cell] for cell in cells]) @ signs.T
    statistic = float(found @ np.linalg.solve(covariance, found))
    errors = np.sqrt(np.diag(covariance))
    place = int(np.argmax(np.abs(found) / errors))
    tail = chi_square(statistic, len(pairs))
    return Interaction(
        units=units,
        statistic=statistic,
        df=len(pairs),
        p=tail.p,
        log10_p=tail.log10_p,
        largest=float(found[place]),
        standard_error=float(errors[place]),
        pair=pairs[place],
    )
