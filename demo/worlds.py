"""A made-up world of shoppers with declared true rates. It shares no code with what estimates them.

A shopper is of a *kind*: some never click banners, some do often, and the keen ones come back more
often. So impressions of one visitor belong together, as in a real shop. In the treatment every
kind's propensity to click is multiplied by (1 + lift); nothing is capped. Hence the true value of
what a report estimates, the ratio of two click-through rates (clicks over impressions, pooled
over visitors) minus one, is exactly `lift`, whatever the kinds and however often they come.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

CONTROL = "a"
TREATMENT = "b"


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of shopper: its share of all, its propensity to click, weights of 1, 2, … visits."""

    share: float
    propensity: float
    visits: tuple[float, ...]

    @property
    def mean_visits(self) -> float:
        return sum(n * w for n, w in enumerate(self.visits, 1)) / sum(self.visits)


# Heavy-tailed: most come once, a few six times. Shares add to one.
KINDS = (
    Kind(0.38, 0.02, (70, 16, 7, 4, 2, 1)),
    Kind(0.36, 0.08, (60, 20, 9, 6, 3, 2)),
    Kind(0.19, 0.20, (52, 22, 11, 8, 4, 3)),
    Kind(0.07, 0.36, (44, 22, 14, 9, 6, 5)),
)
HIGHEST_LIFT = 1 / max(kind.propensity for kind in KINDS) - 1  # a propensity stays below one
LOWEST_LIFT = -0.9

VIEWABLE = 0.82  # of the impressions
CART_AFTER_CLICK = 0.22
CART_WITHOUT_CLICK = 0.015
ORDER_AFTER_CART = 0.42
BASKETS = (11800, 14900, 23900, 26900, 32900, 36900, 49900, 59900)  # fen


@dataclass(frozen=True, slots=True)
class Visit:
    viewable: bool
    click: bool


@dataclass(frozen=True, slots=True)
class Life:
    """All that one shopper does: visits in order, then perhaps a cart and an order (in fen)."""

    visits: tuple[Visit, ...]
    cart: int
    order: int


@dataclass(frozen=True, slots=True)
class World:
    """`lift` is the true relative effect of the treatment on the click-through rate."""

    lift: float
    seed: int

    def __post_init__(self) -> None:
        if not LOWEST_LIFT <= self.lift <= HIGHEST_LIFT:
            raise ValueError(f"the lift must lie between {LOWEST_LIFT:.0%} and {HIGHEST_LIFT:.0%}")

    def factor(self, variant: str) -> float:
        """What the propensities of a variant's shoppers are multiplied with."""
        return 1 + self.lift if variant == TREATMENT else 1.0

    def click_rate(self, variant: str) -> float:
        """The true click-through rate: expected clicks over expected impressions."""
        shown = sum(kind.share * kind.mean_visits for kind in KINDS)
        clicked = sum(kind.share * kind.mean_visits * kind.propensity for kind in KINDS)
        return self.factor(variant) * clicked / shown

    def lives(self, variant: str) -> Iterator[Life]:
        """The shoppers whom chance sends to a variant, in the order in which they arrive.

        Which ids a variant gets is not for the world to know; shoppers are alike before they are
        assigned, so drawing who they are afterwards is the same, and a seed gives the same lives
        in every run.
        """
        chance = random.Random(f"{self.seed}:{variant}")  # noqa: S311 - a simulation
        while True:
            yield _life(chance, self.factor(variant))


def _life(chance: random.Random, factor: float) -> Life:
    kind = chance.choices(KINDS, [kind.share for kind in KINDS])[0]
    count = chance.choices(range(1, len(kind.visits) + 1), kind.visits)[0]
    visits = tuple(
        Visit(chance.random() < VIEWABLE, chance.random() < kind.propensity * factor)
        for _ in range(count)
    )
    clicked = any(visit.click for visit in visits)
    wants = chance.random() < (CART_AFTER_CLICK if clicked else CART_WITHOUT_CLICK)
    basket = chance.choice(BASKETS) if wants else 0
    return Life(visits, basket, basket if chance.random() < ORDER_AFTER_CART else 0)
