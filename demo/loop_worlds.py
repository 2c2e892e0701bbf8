"""The declared truth behind the stories that learn or personalise."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from demo import reports
from demo.catalogue import PRODUCTS
from demo.leanings import Leaning, LeaningWorld, Look

SHOES, KITCHEN = "likes-shoes", "likes-kitchen"
NEITHER = "neither"


def _looks(*keys: str) -> tuple[Look, ...]:
    return tuple(reports.product_view(PRODUCTS[key])["properties"] for key in keys)


# What a kind looks at before it sees the banner: three products of its own, or one of another sort.
LOOKS: Mapping[str, tuple[Look, ...]] = MappingProxyType(
    {
        SHOES: _looks("trail-runner", "canvas-low", "rain-boot"),
        KITCHEN: _looks("cast-iron-pot", "kettle", "mug-set"),
        NEITHER: _looks("desk-lamp"),
    }
)
SHARES: Mapping[str, float] = MappingProxyType({SHOES: 0.34, KITCHEN: 0.28, NEITHER: 0.38})

# True click rates by kind: for a banner of its own, for one of the other kind, for any other.
OWN, OTHER, ANY = 0.27, 0.09, 0.13
INDIFFERENT = 0.15  # who has no preference

# The learning story: far enough apart that the shift is seen within its month.
PROMOTIONS: Mapping[str, float] = MappingProxyType(
    {"promo-weekend": 0.14, "promo-bundle": 0.28, "promo-members": 0.17, "hero-harvest": 0.16}
)
USUAL = 0.17  # of a banner that stands in for a missing one


def personal_world(
    variants: Iterable[str], fitting: Mapping[str, Iterable[str]], *, seed: int
) -> LeaningWorld:
    """Three kinds of shoppers; `fitting` says which variants are a kind's own."""
    names = tuple(variants)
    own = {kind: frozenset(some) for kind, some in fitting.items()}
    return LeaningWorld(
        tuple(
            Leaning(kind, share, {name: _rate(kind, name, own) for name in names}, LOOKS[kind])
            for kind, share in SHARES.items()
        ),
        seed,
    )


def _rate(kind: str, variant: str, own: Mapping[str, frozenset[str]]) -> float:
    if kind not in own:
        return INDIFFERENT
    if variant in own[kind]:
        return OWN
    return OTHER if any(variant in names for names in own.values()) else ANY
