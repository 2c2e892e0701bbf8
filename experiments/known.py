"""What is known of a visitor, as a few lines for a person."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from delivery.visitor import Visitor
from engine.profiles.affinity import by_value
from engine.profiles.fold import DIMENSIONS
from engine.profiles.state import Profile
from experiments.reports.numbers import money

SHOWN = 3
"""Values per dimension: the strongest ones tell what somebody likes."""
FAINTEST = 0.05
"""Weaker than this is what has faded away."""
_NAMES = {
    "category": gettext_lazy("Categories"),
    "brand": gettext_lazy("Brands"),
    "price_band": gettext_lazy("Price bands"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known."""

    name: str
    value: str


def facts(visitor: Visitor, *, currency: str) -> tuple[Fact, ...]:
    """What the profile says now; empty when nothing is known."""
    profile = visitor.known.profile
    return tuple(_facts(visitor, profile, currency)) if profile else ()


def _facts(visitor: Visitor, profile: Profile, currency: str) -> Iterator[Fact]:
    look = visitor.features.get
    yield Fact(_("Visits"), f"{look('visits'):g}")
    yield Fact(_("In this visit"), _session(visitor))
    for dimension in DIMENSIONS:
        strengths = by_value(profile, dimension, now_ms=visitor.now_ms)
        if words := _strongest(strengths):
            yield Fact(str(_NAMES[dimension]), words)
    favourites = [str(f) for d in DIMENSIONS if (f := look(f"favourite.{d}"))]
    if favourites:
        yield Fact(_("Favourites"), ", ".join(favourites))
    if profile.orders:
        yield Fact(_("Orders"), f"{profile.orders}, {money(profile.spent, currency)}")


def _session(visitor: Visitor) -> str:
    """What was done since the visit began, in the order of a shopper's way."""
    counts = {
        name: int(float(visitor.features.get(f"session.{name}") or 0))
        for name in ("pages", "products", "searches", "carts", "orders")
    }
    if not any(counts.values()):
        return _("nothing yet")
    texts = (
        ngettext("%(n)s page", "%(n)s pages", counts["pages"]),
        ngettext("%(n)s product", "%(n)s products", counts["products"]),
        ngettext("%(n)s search", "%(n)s searches", counts["searches"]),
        ngettext("%(n)s put in the cart", "%(n)s put in the cart", counts["carts"]),
        ngettext("%(n)s order", "%(n)s orders", counts["orders"]),
    )
    pairs = zip(texts, counts.values(), strict=True)
    return ", ".join(text % {"n": count} for text, count in pairs if count)


def _strongest(strengths: dict[str, float]) -> str:
    best = sorted(strengths.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
    return ", ".join(f"{value} {strength:.1f}" for value, strength in best if strength >= FAINTEST)
