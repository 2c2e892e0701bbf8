"""Where revenue is cut off, so that one wholesale order does not decide a test of banners.

The cap is an order statistic of what was really spent, a whole number of minor units; it is fixed
once per phase, over both arms together, and never moved, so it cannot be chosen by its result.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput

__all__ = ["MIN_TOTALS", "PER_MILLE", "cap"]

MIN_TOTALS: Final = 1_000
"""Buyers below which the 99.9th percentile is simply the largest one, and cuts nothing off."""
PER_MILLE: Final = 999
"""The percentile, in thousandths so that the rank is whole arithmetic."""


def cap(totals: Sequence[int] | NDArray[np.integer]) -> int | None:
    """Find the 99.9th percentile of the units that spent anything.

    Of m totals above zero in rising order it is the one of rank ⌈0.999 m⌉: the smallest value that
    at least 99.9 % of them do not exceed.

    Args:
        totals: Revenue per unit in minor units, shape (units,), all arms together. Units without
            revenue (or with less than none, after a refund) are left out.

    Returns:
        The cap in minor units; None while fewer than 1,000 units spent anything.

    Raises:
        InvalidInput: Fractions, or more than one dimension.

    Reference:
        Hyndman, Fan (1996), Sample quantiles in statistical packages, definition 1.

    Example:
        >>> cap(range(2001)), cap([500] * 999)
        (1998, None)
    """
    values = np.asarray(totals)
    if values.size < MIN_TOTALS:
        return None
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise InvalidInput("Totals are one row of whole minor units.", field="totals")
    spent = values[values > 0]
    if spent.size < MIN_TOTALS:
        return None
    place = -(-PER_MILLE * spent.size // 1000) - 1
    return int(np.partition(spent, place)[place])
