"""How heavy a banner may be: what loads first, after IAB's New Ad Portfolio (2017)."""

KILOBYTE = 1000
LIMITS = {
    (970, 250): 250,
    (970, 90): 200,
    (728, 90): 150,
    (300, 250): 150,
    (160, 600): 150,
    (300, 1050): 250,
    (120, 60): 50,
    (300, 50): 50,
    (320, 50): 50,
    (640, 1136): 300,
    (750, 1334): 300,
    (1080, 1920): 300,
}
"""Kilobytes of the first load by width and height in CSS pixels."""
OTHERS = 300
"""A shop's own sizes are in no table: no advertisement of any size may begin with more."""


def limit(width: int, height: int) -> int:
    """Kilobytes that may load first in a slot of this size.

    Example:
        >>> limit(728, 90), limit(1200, 400)
        (150, 300)
    """
    return LIMITS.get((width, height), OTHERS)
