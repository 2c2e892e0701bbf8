"""Sizes that are usual in advertising, with the weight of what may load first.

IAB New Ad Portfolio (2017), fixed sizes; kilobytes of the initial load.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A fixed size, in CSS pixels; `kilobytes` is what may load first."""

    name: str
    width: int
    height: int
    kilobytes: int


IAB: tuple[Format, ...] = (
    Format("Billboard", 970, 250, 250),
    Format("Super leaderboard", 970, 90, 200),
    Format("Leaderboard", 728, 90, 150),
    Format("Medium rectangle", 300, 250, 150),
    Format("Skyscraper", 160, 600, 150),
    Format("Portrait", 300, 1050, 250),
    Format("Small badge", 120, 60, 50),
    Format("Smartphone banner", 300, 50, 50),
    Format("Large smartphone banner", 320, 50, 50),
    Format("Interstitial", 640, 1136, 300),
    Format("Large interstitial", 750, 1334, 300),
    Format("Full HD interstitial", 1080, 1920, 300),
)
KILOBYTE = 1000
_BY_SIZE = {(one.width, one.height): one.kilobytes for one in IAB}


def kilobytes_for(width: int, height: int) -> int | None:
    """What may load first in a slot of exactly this size; None for sizes of a shop's own."""
    return _BY_SIZE.get((width, height))


OTHERS = 300
"""A shop's own sizes are in no table: no advertisement of any size may begin with more."""


def limit(width: int, height: int) -> int:
    """Kilobytes that may load first in a slot of this size.

    Example:
        >>> limit(728, 90), limit(1200, 400)
        (150, 300)
    """
    return kilobytes_for(width, height) or OTHERS
