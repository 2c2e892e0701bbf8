"""Which marks of the log say that traffic was set aside as automated."""

from typing import Final

SUSPICIOUS: Final = frozenset(
    {"bot", "prefetch", "head", "too_soon", "rate", "late_filter"},
)
"""The marks of `delivery.traffic`, and those that a filter gives afterwards (`rollup.set_aside`).

What carries one of them is counted beside the rest, never with it. Another mark (`test`: a forced
variant, `delivery.tokened.TESTED`) counts nowhere.
"""
