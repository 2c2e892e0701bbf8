"""How the shop writes money, and its picture tags."""

from django import template

register = template.Library()
FEN = 100


@register.filter
def yuan(fen: int) -> str:
    """¥599 or ¥14.90: whole yuan without the zeros, as price tags have it."""
    whole, rest = divmod(int(fen), FEN)
    return f"¥{whole:,}" + (f".{rest:02}" if rest else "")
