"""The features that rules may ask about, by name (the table of ADR 4).

Some names end in a free part: `affinity.category.<value>`, `attributes.<name>`.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = ["EXACT", "LONGEST_PART", "OPEN", "Kind", "canonical", "is_of_request", "kind_of"]

LONGEST_PART: Final = 64
"""Characters of a free part; profiles keep no longer values."""
UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and lone surrogates: no database stores them as JSON."""


class Kind(StrEnum):
    """What the values of a feature are."""

    NUMBER = "number"
    TEXT = "text"
    ANY = "any"  # the shop decides: attributes


_TEXTS: Final = (
    "device", "country", "locale", "page.url", "page.referrer", "position", "channel",
)  # fmt: skip
_CLOCK: Final = ("time.hour", "time.weekday")
"""Of the shop's zone: 0 to 23, and 1 (Monday) to 7."""
_OF_REQUEST: Final = (*_TEXTS, *_CLOCK)
_DIMENSIONS: Final = ("category", "brand", "price_band")

EXACT: Final[Mapping[str, Kind]] = MappingProxyType(
    {f"favourite.{dimension}": Kind.TEXT for dimension in _DIMENSIONS}
    | {
        f"session.{counter}": Kind.NUMBER
        for counter in ("pages", "products", "searches", "carts", "orders", "minutes")
    }
    | dict.fromkeys(
        ("visits", "orders", "spent", "days_since_order", "days_since_visit"), Kind.NUMBER
    )
    | dict.fromkeys(_TEXTS, Kind.TEXT)
    | dict.fromkeys(_CLOCK, Kind.NUMBER)
)
"""Features whose whole name is known."""

OPEN: Final[Mapping[str, Kind]] = MappingProxyType(
    {f"affinity.{dimension}.": Kind.NUMBER for dimension in _DIMENSIONS} | {"attributes.": Kind.ANY}
)
"""Beginnings of names that end in a free part."""


def kind_of(feature: str) -> Kind | None:
    """What the values of a feature are; None when there is no such feature.

    Example:
        >>> kind_of("affinity.category.shoes"), kind_of("visits"), kind_of("mood")
        (<Kind.NUMBER: 'number'>, <Kind.NUMBER: 'number'>, None)
    """
    exact = EXACT.get(feature)
    if exact is not None:
        return exact
    beginning, part = split(feature)
    return OPEN[beginning] if beginning and _is_part(part) else None


def canonical(feature: str) -> str:
    """The name as profiles know it: values of a dimension are in lower case, with single spaces.

    Example:
        >>> canonical("affinity.category.Running  Shoes"), canonical("attributes.Plan")
        ('affinity.category.running shoes', 'attributes.Plan')
    """
    beginning, part = split(feature)
    if not beginning.startswith("affinity."):
        return feature
    return beginning + " ".join(part.casefold().split())


def split(feature: str) -> tuple[str, str]:
    """The beginning that takes a free part, and the part; two empty texts for any other name.

    Example:
        >>> split("affinity.category.shoes"), split("visits")
        (('affinity.category.', 'shoes'), ('', ''))
    """
    for beginning in OPEN:
        if feature.startswith(beginning):
            return beginning, feature[len(beginning) :]
    return "", ""


def is_of_request(feature: str) -> bool:
    """Whether the request itself tells it, so that no profile is needed.

    Example:
        >>> is_of_request("device"), is_of_request("time.hour"), is_of_request("visits")
        (True, True, False)
    """
    return feature in _OF_REQUEST or feature.startswith("attributes.")


def _is_part(text: str) -> bool:
    fits = 0 < len(text) <= LONGEST_PART and text == text.strip()
    return fits and not UNPRINTABLE.search(text)
