"""Sufficient statistics of one arm: exact whole numbers that add with `+`.

Per unit (visitor) the log keeps the totals of `TOTALS`. An arm is described by the sums of products
of those pairs of them that a metric needs, `PAIRS`, where `one` is the constant 1: the pair
(one, one) counts units, (one, clicks) sums clicks and (clicks, impressions) is what a ratio needs.
Sums of different units add exactly; sums of the *same* units on different days do not, which is why
a unit belongs to the day of its first exposure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from itertools import combinations_with_replacement
from operator import add
from typing import Final, TypeAlias

from engine.errors import InvalidInput, NotEnoughData, Undefined

__all__ = ["BASIC", "MOMENTS", "ONE", "PAIRS", "TOTALS", "Aggregates", "Pair", "total"]

Pair: TypeAlias = tuple[str, str]

ONE: Final = "one"
BASIC: Final = ("impressions", "viewables", "clicks", "carts", "orders", "converted", "revenue")
"""Every pair of these is kept."""
FURTHER: Final = (
    "capped",
    "click_converted",
    "click_revenue",
    "viewed",
    "clicked",
    "carted",
    "pre_impressions",
    "pre_clicks",
    "pre_converted",
    "pre_revenue",
)
TOTALS: Final = (*BASIC, *FURTHER)
"""Totals kept per unit. Money in minor units; `converted`, `click_converted`, `viewed`, `clicked`,
`carted` and `pre_converted` are 0 or 1. `capped` is revenue up to the winsor cap of the phase;
`click_…` is what came within the post-click window; `pre_…` is what the unit did before."""

PAIRS: Final[tuple[Pair, ...]] = (
    *combinations_with_replacement((ONE, *BASIC), 2),
    *((ONE, name) for name in FURTHER),
    ("capped", "capped"),
    ("click_converted", "click_converted"),
    ("click_revenue", "click_revenue"),
    ("viewed", "viewed"),
    ("clicked", "clicked"),
    ("carted", "carted"),
    ("clicks", "pre_clicks"),
    ("clicks", "pre_impressions"),
    ("impressions", "pre_clicks"),
    ("impressions", "pre_impressions"),
    ("pre_clicks", "pre_clicks"),
    ("pre_impressions", "pre_clicks"),
    ("pre_impressions", "pre_impressions"),
    ("converted", "pre_converted"),
    ("pre_converted", "pre_converted"),
    ("revenue", "pre_revenue"),
    ("capped", "pre_revenue"),
    ("pre_revenue", "pre_revenue"),
)
"""What the moments array holds, in its order. New pairs are added at the end."""
MOMENTS: Final = len(PAIRS)
"""Length of the moments array."""

_PLACE: Final = {name: place for place, name in enumerate((ONE, *TOTALS))}


@dataclass(frozen=True, slots=True)
class Aggregates:
    """Sums over the units of one arm.

    Attributes:
        n: Number of units.
        sums: Σx by name of the total.
        products: Σxy by pair of names, in either order; (x, x) is the sum of squares.

    Example:
        >>> arm = Aggregates.of_units([{"impressions": 3, "clicks": 1}, {"impressions": 1}])
        >>> (arm + arm).n, arm.sum("impressions"), arm.product("clicks", "impressions")
        (4, 4, 3)
    """

    n: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)
    products: Mapping[Pair, int] = field(default_factory=dict)

    def __add__(self, other: "Aggregates") -> "Aggregates":
        """Put two disjoint sets of units together. An empty one changes nothing.

        Raises:
            InvalidInput: The two do not record the same totals.
        """
        if not self.n or not other.n:
            return self if self.n else other
        if self.sums.keys() != other.sums.keys() or self.products.keys() != other.products.keys():
            raise InvalidInput("Aggregates that record different totals do not add.")
        return Aggregates(
            self.n + other.n,
            {key: value + other.sums[key] for key, value in self.sums.items()},
            {key: value + other.products[key] for key, value in self.products.items()},
        )

    @classmethod
    def from_moments(cls, moments: Sequence[object]) -> "Aggregates":
        """Read the moments array of a roll-up row.

        Args:
            moments: Whole numbers (int or Decimal) in the order of `PAIRS`.

        Raises:
            InvalidInput: Wrong length, or something that is not a whole number.

        Example:
            >>> Aggregates.from_moments([2, 4] + [0] * (MOMENTS - 2)).sum("impressions")
            4
        """
        if len(moments) != MOMENTS:
            raise InvalidInput(f"{MOMENTS} moments are expected, {len(moments)} came.")
        values = dict(zip(PAIRS, map(_whole, moments), strict=True))
        sums = {name: values[ONE, name] for name in TOTALS}
        products = {pair: value for pair, value in values.items() if ONE not in pair}
        return cls(values[ONE, ONE], sums, products)

    def moments(self) -> tuple[int, ...]:
        """Write the moments array: whole numbers in the order of `PAIRS`."""
        return tuple(self._moment(pair) for pair in PAIRS)

    @classmethod
    def of_units(cls, units: Iterable[Mapping[str, int]]) -> "Aggregates":
        """Sum up units one by one; a total that a unit does not name is zero.

        Raises:
            InvalidInput: A unit names something that is not in `TOTALS`.
        """
        moments = [0] * MOMENTS
        for unit in units:
            if not unit.keys() <= _PLACE.keys():
                raise InvalidInput(f"Unknown totals: {sorted(unit.keys() - _PLACE.keys())}.")
            row = {**unit, ONE: 1}
            for place, (one, other) in enumerate(PAIRS):
                moments[place] += row.get(one, 0) * row.get(other, 0)
        return cls.from_moments(moments)

    @classmethod
    def of_impressions(cls, impressions: int, clicks: int) -> "Aggregates":
        """Describe a test of which only totals exist: every impression is taken as a unit.

        That assumes that impressions are independent, which those of one visitor are not; a report
        on such a test says so.

        Raises:
            InvalidInput: Negative numbers, or more clicks than impressions.

        Example:
            >>> Aggregates.of_impressions(1000, 20).sum("clicks")
            20
        """
        if not 0 <= clicks <= impressions:
            raise InvalidInput("Clicks lie between zero and the impressions.", field="clicks")
        sums = {"impressions": impressions, "clicks": clicks}
        products = {
            ("impressions", "impressions"): impressions,
            ("impressions", "clicks"): clicks,
            ("clicks", "clicks"): clicks,
        }
        return cls(impressions, sums, products)

    @classmethod
    def of_converted(cls, n: int, converted: int) -> "Aggregates":
        """Describe an arm of which only units and converted units are known.

        Raises:
            InvalidInput: Negative numbers, or more conversions than units.

        Example:
            >>> Aggregates.of_converted(145_274, 17_489).product("converted", "converted")
            17489
        """
        if not 0 <= converted <= n:
            raise InvalidInput("Conversions lie between zero and the units.", field="converted")
        return cls(n, {"converted": converted}, {("converted", "converted"): converted})

    @classmethod
    def of_mean(cls, name: str, n: int, mean: Fraction, variance: Fraction) -> "Aggregates":
        """Describe an arm of which only the mean of one total and its variance (n - 1) are known.

        Both sums are rounded to whole numbers: give money in minor units.

        Raises:
            InvalidInput: No units, or a variance below zero.

        Example:
            >>> Aggregates.of_mean("revenue", 4, Fraction(5, 2), Fraction(5, 3)).variance("revenue")
            1.6666666666666667
        """
        if n < 1 or variance < 0:
            raise InvalidInput("A mean needs units, and a variance is not negative.", field=name)
        total = round(mean * n)
        squares = round(variance * (n - 1) + Fraction(total**2, n))
        return cls(n, {name: total}, {(name, name): squares})

    def sum(self, name: str) -> int:
        """Read Σx.

        Raises:
            Undefined: The total was not recorded for this arm.
        """
        if not self.n:
            return 0
        if name not in self.sums:
            raise Undefined(f"'{name}' was not recorded for this arm.", field=name)
        return self.sums[name]

    def product(self, one: str, other: str) -> int:
        """Read Σxy, the names in either order.

        Raises:
            Undefined: The pair was not recorded for this arm.
        """
        if not self.n:
            return 0
        for pair in ((one, other), (other, one)):
            if pair in self.products:
                return self.products[pair]
        raise Undefined(f"'{one}' with '{other}' was not recorded for this arm.", field=one)

    def mean(self, name: str) -> float:
        """Mean per unit.

        Raises:
            NotEnoughData: There is no unit.
        """
        self._need(1)
        return self.sum(name) / self.n

    def covariance(self, one: str, other: str) -> float:
        """Covariance between units, with n - 1.

        Whole numbers until one correctly rounded division at the end, so a large mean (money in
        minor units) does not cancel the digits of a small spread.

        Raises:
            NotEnoughData: Fewer than two units.

        Example:
            >>> arm = Aggregates.of_units([{"revenue": 10**15}, {"revenue": 10**15 + 2}])
            >>> arm.variance("revenue")
            2.0
        """
        self._need(2)
        scatter = self.n * self.product(one, other) - self.sum(one) * self.sum(other)
        return scatter / (self.n * (self.n - 1))

    def variance(self, name: str) -> float:
        """Variance between units, with n - 1; see `covariance`."""
        return self.covariance(name, name)

    def _moment(self, pair: Pair) -> int:
        one, other = pair
        if one == ONE:
            return self.n if other == ONE else self.sum(other)
        return self.product(one, other)

    def _need(self, units: int) -> None:
        if self.n < units:
            raise NotEnoughData(f"At least {units} units are needed, there are {self.n}.")


def total(parts: Iterable[Aggregates]) -> Aggregates:
    """Add up any number of disjoint aggregates (days, segments); none gives an empty one.

    Example:
        >>> total([Aggregates.of_converted(10, 1), Aggregates.of_converted(20, 2)]).sum("converted")
        3
    """
    return reduce(add, parts, Aggregates())


def _whole(value: object) -> int:
    number = int(value)  # type: ignore[call-overload]  # int, Decimal, numpy integer
    if number != value:
        raise InvalidInput(f"A moment is a whole number, not {value}.")
    return int(number)
