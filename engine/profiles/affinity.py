"""Affinity: a weighted sum of what a visitor did and what a content is about.

    f = Σ wᵢ · bᵢ · cᵢ

bᵢ is the decayed strength of a behaviour towards a value, cᵢ how much the content has of that value
(1 when it is about it), wᵢ the weight of the term. The classic example of the field weighs browsing
by category with 0.3, buying by brand with 0.2 and searching by price with 0.5.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from engine.errors import InvalidInput
from engine.profiles.fold import DIMENSIONS, decayed
from engine.profiles.state import Profile

__all__ = ["EXAMPLE", "WEIGHTS", "Term", "affinity", "by_value", "score"]

WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {"browse": 1.0, "search": 2.0, "cart": 3.0, "purchase": 4.0}
)
"""How much each behaviour says about interest: the more effort, the more it says."""


class Term(msgspec.Struct, frozen=True):
    """One term of the sum: a behaviour towards a dimension, with its weight."""

    behaviour: str
    dimension: str
    weight: float


EXAMPLE: Final = (
    Term("browse", "category", 0.3),
    Term("purchase", "brand", 0.2),
    Term("search", "price_band", 0.5),
)


def score(
    profile: Profile,
    content: Mapping[str, Mapping[str, float]],
    *,
    terms: Sequence[Term] = EXAMPLE,
    now_ms: int,
) -> float:
    """Score a content for a visitor: Σ wᵢ·bᵢ·cᵢ.

    Args:
        profile: The visitor.
        content: Per dimension, how much the content has of each value.
        terms: The weights.
        now_ms: As of when strengths are decayed, Unix milliseconds.

    Raises:
        InvalidInput: A term names no known dimension, or its weight is negative.

    Example:
        >>> from engine.profiles.fold import Act, fold
        >>> seen = fold(None, Act("product_view", 0, 1, (("category", "shoes"),)))
        >>> score(seen, {"category": {"shoes": 1.0}}, now_ms=0)
        0.3
    """
    return sum(_term(profile, content, term, now_ms) for term in terms)


def _term(
    profile: Profile, content: Mapping[str, Mapping[str, float]], term: Term, now_ms: int
) -> float:
    if term.dimension not in DIMENSIONS or term.weight < 0:
        raise InvalidInput(f"{term} is no term of an affinity.", field="terms")
    return term.weight * sum(
        share * _strength(profile, f"{term.behaviour} {term.dimension} {value}", now_ms)
        for value, share in content.get(term.dimension, {}).items()
    )


def _strength(profile: Profile, name: str, now_ms: int) -> float:
    found = profile.strengths.get(name)
    return decayed(found, now_ms) if found else 0.0


def affinity(profile: Profile, dimension: str, value: str, *, now_ms: int) -> float:
    """How strongly a visitor is drawn to one value, over all behaviours with `WEIGHTS`.

    Example:
        >>> from engine.profiles.fold import Act, fold
        >>> wants = fold(None, Act("add_to_cart", 0, 1, (("category", "shoes"),)))
        >>> affinity(wants, "category", "shoes", now_ms=0)
        3.0
    """
    return sum(
        weight * _strength(profile, f"{behaviour} {dimension} {value}", now_ms)
        for behaviour, weight in WEIGHTS.items()
    )


def by_value(profile: Profile, dimension: str, *, now_ms: int) -> dict[str, float]:
    """Every value of a dimension that is known of a visitor, with its affinity.

    Example:
        >>> by_value(Profile(), "category", now_ms=0)
        {}
    """
    found: dict[str, float] = {}
    for name, strength in profile.strengths.items():
        behaviour, of, value = name.split(" ", 2)
        if of == dimension:
            weight = WEIGHTS.get(behaviour, 0.0)
            found[value] = found.get(value, 0.0) + weight * decayed(strength, now_ms)
    return found
