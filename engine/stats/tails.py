"""Tail probabilities that stay right when they are tiny.

Survival functions, never `1 - cdf`, and the decimal logarithm beside p, because p underflows at
1e-308 where real data goes on (z = 40 is ordinary for a broken banner).
"""

import math
from typing import Final, NamedTuple

__all__ = [
    "Tail",
    "chi_square",
    "normal_quantile",
    "normal_two_sided",
    "t_of_z",
    "t_quantile",
    "t_two_sided",
]

_LN10: Final = math.log(10)
_UNDERFLOWS: Final = 1e-290
"""Below this the direct p has lost digits; the logarithm comes from a series."""
_COMPARABLE: Final = 8.0
_NORMAL_FROM: Final = 1e7
"""Degrees of freedom from which t and the normal agree to far more digits than are shown."""


class Tail(NamedTuple):
    """A p-value and its decimal logarithm."""

    p: float
    log10_p: float


def normal_two_sided(z: float) -> Tail:
    """Two-sided p of a standard normal statistic.

    Example:
        >>> tail = normal_two_sided(1.959963984540054)
        >>> round(tail.p, 12), round(normal_two_sided(50.0).log10_p, 3)
        (0.05, -544.665)
    """
    from scipy.special import log_ndtr, ndtr

    log_p = math.log(2) + float(log_ndtr(-abs(z)))
    return Tail(min(1.0, 2 * float(ndtr(-abs(z)))), min(0.0, log_p / _LN10))


def t_two_sided(t: float, df: float) -> Tail:
    """Two-sided p of Student's t with `df` degrees of freedom (not necessarily whole).

    Example:
        >>> round(t_two_sided(2.228138851964939, 10).p, 9)
        0.05
    """
    from scipy.special import betainc

    if df >= _NORMAL_FROM:
        return normal_two_sided(t)
    x = df / (df + t * t)
    p = float(betainc(df / 2, 0.5, x))
    return Tail(p, math.log10(p) if p > _UNDERFLOWS else _log_betainc(df / 2, x) / _LN10)


def chi_square(statistic: float, df: int) -> Tail:
    """Upper tail of chi-square.

    Example:
        >>> round(chi_square(3.841458820694124, 1).p, 12)
        0.05
    """
    from scipy.special import chdtrc

    p = float(chdtrc(df, statistic))
    if p > _UNDERFLOWS:
        return Tail(p, math.log10(p))
    return Tail(p, _log_gammaincc(df / 2, statistic / 2) / _LN10)


def normal_quantile(alpha: float) -> float:
    """The z with `alpha` outside ±z.

    Example:
        >>> round(normal_quantile(0.05), 6)
        1.959964
    """
    from scipy.special import ndtri

    return -float(ndtri(alpha / 2))


def t_quantile(alpha: float, df: float) -> float:
    """The t with `alpha` outside ±t.

    Example:
        >>> round(t_quantile(0.05, 10), 6)
        2.228139
    """
    from scipy.special import stdtrit

    return normal_quantile(alpha) if df >= _NORMAL_FROM else -float(stdtrit(df, alpha / 2))


def t_of_z(z: float, df: float) -> float:
    """The t whose two-sided p equals that of a positive z, up to z = 8.

    Example:
        >>> round(t_of_z(1.959963984540054, 10), 6)
        2.228139
    """
    if df >= _NORMAL_FROM:
        return z
    # Beyond the ceiling of bounds no tail is left to compare: t grows there as z does.
    within = min(z, _COMPARABLE)
    return z / within * t_quantile(normal_two_sided(within).p, df)


def _log_betainc(a: float, x: float) -> float:
    # log I_x(a, 1/2) = a log x + log(1-x)/2 - log a - log B(a, 1/2) + log F(a+1/2, 1; a+1; x)
    # DLMF 8.17.8. F is summed by its ratio of terms: all positive, so nothing cancels.
    from scipy.special import betaln

    term = total = 1.0
    k = 0
    while term > total * 1e-17:
        term *= (a + 0.5 + k) / (a + 1 + k) * x
        total += term
        k += 1
    head = a * math.log(x) + 0.5 * math.log1p(-x) - math.log(a)
    return head - float(betaln(a, 0.5)) + math.log(total)


def _log_gammaincc(a: float, x: float) -> float:
    # log Q(a, x) for x far beyond a: -x + (a-1) log x - log Gamma(a) + log sum, DLMF 8.11.2. Terms
    # are products of (a-k)/x, falling fast here because the tail is below 1e-290.
    term = total = 1.0
    for k in range(1, 60):
        term *= (a - k) / x
        if abs(term) < abs(total) * 1e-17:
            break
        total += term
    return -x + (a - 1) * math.log(x) - math.lgamma(a) + math.log(total)
