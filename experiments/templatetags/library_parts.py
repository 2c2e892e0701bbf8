"""Numbers on the pages of the library."""

from django import template

from experiments.reports import numbers

register = template.Library()


@register.filter
def share(value: float) -> str:
    """0.384 → 38%: of a few tests nobody knows more."""
    return f"{value * 100:.0f}%"


@register.filter
def lift(value: float) -> str:
    """0.031 → +3.1%."""
    return numbers.lift(value)


@register.filter
def rate(value: float) -> str:
    """0.049 → 4.9%."""
    return numbers.percent(value, digits=1)
