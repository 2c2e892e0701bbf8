"""Prices on pages."""

from django import template

from creatives import prices

register = template.Library()


@register.filter
def price(minor: int, currency: str) -> str:
    """Minor units as a price."""
    return prices.say(minor, currency)
