"""Every combination of the options of a design but for the pairs that may not meet."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from engine.errors import InvalidInput

MOST = 500
"""Variants in one go: more would be more than anybody reviews."""
Level = tuple[str, str]
Levels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    """One possibility for a slot; `words` by locale, or the number of a picture, or a palette."""

    key: str
    words: Mapping[str, str] | None = None
    image: int | None = None

    def label(self, locale: str) -> str:
        """What people see of it."""
        return (self.words or {}).get(locale) or self.key


@dataclass(frozen=True, slots=True)
class Factor:
    """A slot and its options."""

    slot: str
    options: tuple[Option, ...]

    def option(self, key: str) -> Option:
        return next(option for option in self.options if option.key == key)


@dataclass(frozen=True, slots=True)
class Plan:
    """Factors, and the pairs of (slot, option) that may not meet in one banner.

    Example:
        >>> slots = {"headline": 4, "image": 4, "button": 3, "palette": 2}
        >>> plan = Plan(tuple(
        ...     Factor(slot, tuple(Option(f"{slot}-{i}") for i in range(n)))
        ...     for slot, n in slots.items()))
        >>> plan.count()
        96
    """

    factors: tuple[Factor, ...]
    forbidden: frozenset[frozenset[Level]] = frozenset()

    def variants(self) -> Iterator[Levels]:
        """The option of every slot, for each variant that is allowed."""
        slots = [factor.slot for factor in self.factors]
        for keys in itertools.product(*([o.key for o in f.options] for f in self.factors)):
            levels = list(zip(slots, keys, strict=True))
            pairs = map(frozenset, itertools.combinations(levels, 2))
            if self.forbidden.isdisjoint(pairs):
                yield dict(levels)

    def count(self) -> int:
        """How many variants there are; raises InvalidInput beyond what one can review."""
        whole = 1
        for factor in self.factors:
            whole *= len(factor.options)
        if whole > MOST * 10:
            raise _too_many(whole)
        allowed = sum(1 for _levels in self.variants())
        if allowed > MOST:
            raise _too_many(allowed)
        return allowed

    def pairs(self) -> Iterator[tuple[Factor, Factor]]:
        """Every two slots that have something to choose from."""
        choosing = [factor for factor in self.factors if len(factor.options) > 1]
        return itertools.combinations(choosing, 2)

    def words(self, levels: Levels, locales: Sequence[str]) -> dict[str, dict[str, str]]:
        """What a variant says, by locale and slot."""
        said: dict[str, dict[str, str]] = {locale: {} for locale in locales}
        for factor in self.factors:
            option = factor.option(levels[factor.slot])
            for locale, text in (option.words or {}).items():
                said[locale][factor.slot] = text
        return said

    def image(self, levels: Levels) -> int | None:
        """The picture of a variant."""
        options = (f.option(levels[f.slot]) for f in self.factors if f.slot in levels)
        return next((option.image for option in options if option.image is not None), None)


def _too_many(count: int) -> InvalidInput:
    return InvalidInput(
        _("These are %(n)s variants; at most %(most)s can be made at once.")
        % {"n": count, "most": MOST},
        field="count",
        hint=_("Leave options out, or forbid pairs that do not go together."),
    )
