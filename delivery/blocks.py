"""Blocks of hours: in a switchback all visitors get one variant until the next block begins."""

from delivery.visitor import local


def number(timezone: str, now_ms: int, *, seconds: int) -> int:
    """The number of the block since the epoch, by the clock on the shop's wall.

    So blocks of 24 hours begin at the shop's midnight; when clocks are put back, one is longer.

    Example:
        >>> number("Asia/Shanghai", 0, seconds=3600), number("UTC", 7_200_000, seconds=3600)
        (8, 2)
    """
    wall = local(timezone, now_ms)
    days, rest = wall.toordinal() - EPOCH, wall.hour * 3600 + wall.minute * 60 + wall.second
    return (days * 86_400 + rest) // seconds


EPOCH = 719_163  # the proleptic ordinal of 1970-01-01
