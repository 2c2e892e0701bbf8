"""What is measured, as data. A metric names totals of a unit; it never touches a table.

Three kinds. *proportion*: share of units with a 0/1 total. *mean*: average of a total per unit.
*ratio*: sum of one total over sum of another, where the unit owns many of the denominator (clicks
over impressions). Deciding metrics have the unit as denominator, or what the unit is shown; where
the banner itself moves the denominator (orders per click: idle clicks make it fall without one
buyer less) the metric explains and does not decide: `diagnostic`. The same holds for what is
counted only after a click: more idle clicks by people who would have bought anyway raise it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine.errors import InvalidInput

__all__ = ["CATALOGUE", "Kind", "Metric", "Unit", "Window", "metric"]


class Kind(StrEnum):
    """Which arithmetic applies."""

    PROPORTION = "proportion"
    MEAN = "mean"
    RATIO = "ratio"


class Unit(StrEnum):
    """How a value is shown; the page owns the words and the currency."""

    PERCENT = "percent"
    MONEY = "money"
    NUMBER = "number"


class Window(StrEnum):
    """Which orders of a unit count; the site says how many days each window is long."""

    POST_VIEW = "post_view"
    POST_CLICK = "post_click"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        key: Name in URLs, reports and the database.
        kind: Which arithmetic applies.
        numerator: A total of the unit.
        denominator: A total of the unit for ratios; None otherwise (the units themselves).
        unit: How a value is shown. Money is in minor units.
        diagnostic: It explains, it does not decide.
        counted: The total whose sum says how many events the metric rests on.
        window: Orders from the first exposure on, or those after a click; None where no order
            counts.
        pre: Totals of the time before the first exposure that stand for numerator and denominator;
            None where none are kept.

    Raises:
        InvalidInput: A ratio without a denominator, or a denominator elsewhere.

    Example:
        >>> Metric("ctr", Kind.RATIO, "clicks", "impressions").counted_by
        'clicks'
    """

    key: str
    kind: Kind
    numerator: str
    denominator: str | None = None
    unit: Unit = Unit.PERCENT
    diagnostic: bool = False
    counted: str | None = None
    window: Window | None = None
    pre: tuple[str, str | None] | None = None

    def __post_init__(self) -> None:
        if (self.kind is Kind.RATIO) != (self.denominator is not None):
            raise InvalidInput("A ratio, and only a ratio, has a denominator.", field="denominator")

    @property
    def counted_by(self) -> str:
        """The total that counts the events behind the metric (revenue rests on orders)."""
        return self.counted or self.numerator


_METRICS: Final = (
    Metric("ctr", Kind.RATIO, "clicks", "impressions", pre=("pre_clicks", "pre_impressions")),
    Metric("viewable_ctr", Kind.RATIO, "clicks", "viewables"),
    Metric("viewability", Kind.RATIO, "viewables", "impressions"),
    Metric("viewable_reach", Kind.PROPORTION, "viewed"),
    Metric("click_reach", Kind.PROPORTION, "clicked"),
    Metric(
        "conversion_rate",
        Kind.PROPORTION,
        "converted",
        window=Window.POST_VIEW,
        pre=("pre_converted", None),
    ),
    Metric(
        "post_click_conversion_rate",
        Kind.PROPORTION,
        "click_converted",
        diagnostic=True,
        window=Window.POST_CLICK,
    ),
    Metric(
        "orders_per_click",
        Kind.RATIO,
        "orders",
        "clicks",
        diagnostic=True,
        window=Window.POST_VIEW,
    ),
    Metric(
        "revenue_per_visitor",
        Kind.MEAN,
        "revenue",
        unit=Unit.MONEY,
        counted="converted",
        window=Window.POST_VIEW,
        pre=("pre_revenue", None),
    ),
    Metric(
        "revenue_per_visitor_capped",
        Kind.MEAN,
        "capped",
        unit=Unit.MONEY,
        counted="converted",
        window=Window.POST_VIEW,
        pre=("pre_revenue", None),
    ),
    Metric(
        "post_click_revenue_per_visitor",
        Kind.MEAN,
        "click_revenue",
        unit=Unit.MONEY,
        diagnostic=True,
        counted="click_converted",
        window=Window.POST_CLICK,
    ),
    Metric(
        "average_order_value",
        Kind.RATIO,
        "revenue",
        "orders",
        unit=Unit.MONEY,
        diagnostic=True,
        counted="orders",
        window=Window.POST_VIEW,
    ),
    Metric("cart_rate", Kind.PROPORTION, "carted"),
    Metric("carts_per_visitor", Kind.MEAN, "carts", unit=Unit.NUMBER),
)

CATALOGUE: Final[Mapping[str, Metric]] = MappingProxyType({m.key: m for m in _METRICS})
"""The metrics of the product by key, in the order of the page."""


def metric(key: str) -> Metric:
    """Look a metric up.

    Raises:
        InvalidInput: There is no such metric.

    Example:
        >>> metric("ctr").denominator
        'impressions'
    """
    if key not in CATALOGUE:
        raise InvalidInput(f"There is no metric '{key}'.", field="metric")
    return CATALOGUE[key]
