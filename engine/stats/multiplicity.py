"""Several comparisons at once: Holm for the primary metric's variants, BH for secondary metrics."""

from collections.abc import Sequence
from itertools import accumulate

from engine.errors import InvalidInput

__all__ = ["benjamini_hochberg", "holm"]


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjust p-values so that any false win among them stays below alpha.

    The adjusted value of the i-th smallest of m is the running maximum of (m - i + 1) p, at most 1.
    Written out because `multipletests("holm")` runs a full garbage collection in every call (55 ms
    in this process); a test holds the two equal.

    Args:
        p_values: One per comparison, each in 0 … 1; may be empty.

    Returns:
        Adjusted p-values in the same order.

    Raises:
        InvalidInput: A value outside 0 … 1, or not a number.

    Reference:
        Holm (1979), Scandinavian Journal of Statistics 6.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        (0.03, 0.06, 0.06)
    """
    _check(p_values)
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    raw = (p_values[place] * (len(order) - rank) for rank, place in enumerate(order))
    adjusted = dict(zip(order, accumulate(raw, max), strict=True))
    return tuple(min(1.0, adjusted[place]) for place in range(len(p_values)))


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjust p-values so that the expected share of false finds stays below alpha.

    Args:
        p_values: One per comparison, each in 0 … 1; may be empty.

    Returns:
        Adjusted p-values in the same order.

    Raises:
        InvalidInput: A value outside 0 … 1, or not a number.

    Reference:
        Benjamini, Hochberg (1995), JRSS B 57.

    Example:
        >>> [round(p, 12) for p in benjamini_hochberg([0.01, 0.04, 0.03])]
        [0.03, 0.04, 0.04]
    """
    from statsmodels.stats.multitest import multipletests

    _check(p_values)
    if not p_values:
        return ()
    adjusted = multipletests(list(p_values), method="fdr_bh")[1]
    return tuple(float(p) for p in adjusted)


def _check(p_values: Sequence[float]) -> None:
    if not all(0 <= p <= 1 for p in p_values):
        raise InvalidInput("A p-value lies between 0 and 1.", field="p_values")
