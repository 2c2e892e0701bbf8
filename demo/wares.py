"""What a shop is made of: categories, brands and products. Prices are in fen, as everywhere."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

# Where a price band ends, in fen: what somebody spends without, and only after, thinking about it.
BUDGET_BELOW = 20000
MID_BELOW = 40000
FEW = 8  # pieces left that are worth mentioning
PERCENT = 100


class PriceBand(StrEnum):
    """How much a product asks of a purse; its value goes on the wire."""

    BUDGET = "budget"
    MID = "mid"
    PREMIUM = "premium"


@dataclass(frozen=True, slots=True)
class Category:
    key: str
    name: str | Promise
    lead: str | Promise
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brand:
    key: str
    name: str | Promise


@dataclass(frozen=True, slots=True)
class Product:
    """`tint` names the colour behind the picture (a class in shop.css).

    `before` is the price it had before a reduction; `clearance` says that what is in `stock` is
    all there will be. `also` are words that people search it by, in both languages.
    """

    key: str
    category: str
    brand: str
    name: str | Promise
    lead: str | Promise
    story: str | Promise
    facts: tuple[str | Promise, ...]
    price: int
    tint: str
    before: int = 0
    badge: str | Promise = ""
    stock: int = 60
    clearance: bool = False
    also: tuple[str, ...] = ()

    @property
    def picture(self) -> str:
        return f"demo/products/{self.key}.svg"

    @property
    def price_band(self) -> PriceBand:
        if self.price < BUDGET_BELOW:
            return PriceBand.BUDGET
        return PriceBand.MID if self.price < MID_BELOW else PriceBand.PREMIUM

    @property
    def promotion(self) -> bool:
        """Reduced for a while, not for good."""
        return bool(self.before) and not self.clearance

    @property
    def saving(self) -> int:
        """The reduction in whole percent, rounded down: a shop promises no more than it gives."""
        return (self.before - self.price) * PERCENT // self.before if self.before else 0

    @property
    def few(self) -> bool:
        return self.stock <= FEW
