"""How the shop writes money, and its picture tags."""

import json

from django import template

from demo import reports
from demo.wares import Product

register = template.Library()
FEN = 100


@register.filter
def yuan(fen: int) -> str:
    """¥599 or ¥14.90: whole yuan without the zeros, as price tags have it."""
    whole, rest = divmod(int(fen), FEN)
    return f"¥{whole:,}" + (f".{rest:02}" if rest else "")


@register.filter
def signed_percent(fraction: float | None) -> str:
    """+20.0 % of 0.2; a dash where there is no number."""
    return "–" if fraction is None else f"{fraction * 100:+.1f} %".replace("-", "−")


@register.filter
def add_to_cart(product: Product) -> str:
    """What a form that adds the product reports, as JSON for an attribute."""
    return json.dumps(reports.add_to_cart(product))
