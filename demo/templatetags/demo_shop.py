"""How the shop writes money, and its picture tags."""

from django import template

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
