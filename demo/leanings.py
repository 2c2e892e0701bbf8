"""A made-up world for policies: who comes, what they look at first, what they click on.

Shoppers are of declared kinds. A kind has a true click rate per variant, the same at every visit,
and no kind comes more often than another. So what any way of choosing banners is worth, in clicks
per visit, follows from the table alone; this module shares no code with what learns or chooses.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

RESERVE, KEENNESS = (
    0.5,
    1.5,
)  # half the shoppers click half as often, the others half as often again
HIGHEST_RATE = 1 / KEENNESS
VISITS_EACH = 1.25  # on average; the pool of shoppers is smaller than the number of visits
_SURE = 1e-9

Rates = Mapping[str, float]
Look = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Leaning:
    """A kind of shopper: its share of all, its true click rate per variant, what it looks at."""

    key: str
    share: float
    rates: Rates
    looks: tuple[Look, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One visit of one shopper; it clicks when `luck` lies below the true rate of what it sees."""

    shopper: int
    leaning: Leaning
    number: int
    luck: float


@dataclass(frozen=True, slots=True)
class LeaningWorld:
    """Kinds of shoppers, all with a rate for the same variants; shares add to one."""

    leanings: tuple[Leaning, ...]
    seed: int
    _variants: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = {tuple(sorted(one.rates)) for one in self.leanings}
        if len(names) != 1 or names == {()}:
            raise ValueError("every kind of shopper needs a rate for the same variants")
        if abs(sum(one.share for one in self.leanings) - 1) > _SURE:
            raise ValueError("the shares of the kinds must add to one")
        if not all(0 <= rate <= 1 for one in self.leanings for rate in one.rates.values()):
            raise ValueError("a click rate lies between 0 and 1")
        object.__setattr__(self, "_variants", tuple(self.leanings[0].rates))

    @property
    def variants(self) -> tuple[str, ...]:
        return self._variants

    def rate(self, variant: str) -> float:
        """The true click rate of a variant that everybody gets."""
        return sum(one.share * one.rates[variant] for one in self.leanings)

    @property
    def even(self) -> float:
        """Clicks per visit when every variant is as likely as the others."""
        return sum(map(self.rate, self._variants)) / len(self._variants)

    def chosen(self, weights: Mapping[str, Rates]) -> float:
        """Clicks per visit when each kind gets variants by these weights; evenly if not named."""
        return sum(one.share * _mean(one.rates, weights.get(one.key)) for one in self.leanings)

    def rounds(self, visits: int, count: int) -> Iterator[list[Call]]:
        """All visits in `count` rounds of about the same size; shoppers come back at random."""
        chance = random.Random(f"{self.seed}:visits")  # noqa: S311 - a simulation
        pool = max(1, round(visits / VISITS_EACH))
        people = chance.choices(self.leanings, [one.share for one in self.leanings], k=pool)
        for turn in range(count):
            first, end = visits * turn // count, visits * (turn + 1) // count
            yield [_call(number, people, chance) for number in range(first, end)]


def bandit_world(rates: Rates, seed: int) -> LeaningWorld:
    """A world in which only the variant matters; `rates` are exact, pooled over all visitors.

    Half the shoppers are shy and half are keen, so visits of one of them belong together.
    """
    if not all(0 <= rate <= HIGHEST_RATE for rate in rates.values()):
        raise ValueError(f"a pooled rate lies between 0 and {HIGHEST_RATE:.0%}")
    kinds = {"shy": RESERVE, "keen": KEENNESS}
    return LeaningWorld(
        tuple(
            Leaning(key, 1 / len(kinds), {name: rate * factor for name, rate in rates.items()})
            for key, factor in kinds.items()
        ),
        seed,
    )


def _call(number: int, people: Sequence[Leaning], chance: random.Random) -> Call:
    shopper = chance.randrange(len(people))
    return Call(shopper, people[shopper], number, chance.random())


def _mean(rates: Rates, weights: Rates | None) -> float:
    even = dict.fromkeys(rates, 1.0)
    used = weights or even
    return sum(rates[name] * weight for name, weight in used.items()) / sum(used.values())
