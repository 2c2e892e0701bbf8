"""Numbers as people read them. English and Chinese agree on the comma and the dot."""

import math
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from delivery.currencies import minor_digits
from engine.stats.metrics import CATALOGUE, Unit
from experiments.reports.payload import Span

MINUS: Final = "\N{MINUS SIGN}"
SYMBOLS: Final[Mapping[str, str]] = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$"}
MOST_DIGITS: Final = 4
TINY_P: Final = 0.0001


def count(number: float) -> str:
    """A whole number in groups of three."""
    return f"{number:,.0f}"


def signed(number: float, digits: int) -> str:
    """A number with its sign; what rounds to zero has none."""
    text = f"{abs(number):,.{digits}f}"
    if not float(text.replace(",", "")):
        return text
    return f"{MINUS if number < 0 else '+'}{text}"


def digits_for(width: float) -> int:
    """Decimals that tell the two ends of an interval apart without pretending to more."""
    if not width:
        return 1
    return min(MOST_DIGITS, max(0, 1 - math.floor(math.log10(abs(width)))))


def percent(share: float, *, digits: int | None = None) -> str:
    """A share as a percentage."""
    places = digits_for(share * 10) if digits is None else digits
    return f"{share * 100:,.{max(1, places)}f}%".replace("-", MINUS)


def lift(value: float, *, digits: int = 1) -> str:
    """A relative change, signed."""
    return f"{signed(value * 100, digits)}%"


def lift_range(span: Span) -> tuple[str, str]:
    """Both ends of a lift."""
    digits = digits_for((span.high - span.low) * 100)
    return lift(span.low, digits=digits), lift(span.high, digits=digits)


def value(metric: str, amount: float, *, currency: str) -> str:
    """A metric in one variant."""
    unit = CATALOGUE[metric].unit
    if unit is Unit.MONEY:
        return money(amount, currency)
    return percent(amount) if unit is Unit.PERCENT else f"{amount:,.3f}"


def change(metric: str, amount: float, *, currency: str, width: float | None = None) -> str:
    """A difference between two variants in the metric's own unit, signed."""
    unit, wide = CATALOGUE[metric].unit, abs(amount) if width is None else width
    if unit is Unit.MONEY:
        return _signed_money(amount, currency, wide)
    if unit is Unit.PERCENT:
        return _("%(number)s points") % {"number": signed(amount * 100, digits_for(wide * 100))}
    return signed(amount, digits_for(wide))


def change_range(metric: str, span: Span, *, currency: str) -> tuple[str, str]:
    """Both ends of a difference; the unit stands at the second one."""
    width = span.high - span.low
    high = change(metric, span.high, currency=currency, width=width)
    if CATALOGUE[metric].unit is Unit.PERCENT:
        return signed(span.low * 100, digits_for(width * 100)), high
    return change(metric, span.low, currency=currency, width=width), high


def money(minor: float, currency: str) -> str:
    """An amount with its currency."""
    digits = minor_digits(currency)
    text = f"{abs(minor) / 10**digits:,.{digits}f}"
    return f"{MINUS if minor < 0 else ''}{symbol(currency)}{text}"


def gain(minor: float, currency: str, *, width: float | None = None) -> str:
    """A change of money, signed; no finer than its uncertainty, nor than the currency."""
    scale = 10 ** minor_digits(currency)
    digits = digits_for((abs(minor) if width is None else width) / scale)
    text = signed(minor / scale, min(minor_digits(currency), digits))
    sign = text[0] if text[0] in f"{MINUS}+" else ""
    return f"{sign}{symbol(currency)}{text.removeprefix(sign)}"


def gain_range(span: Span, currency: str) -> tuple[str, str]:
    """Both ends of a change of money."""
    width = span.high - span.low
    return gain(span.low, currency, width=width), gain(span.high, currency, width=width)


def unsigned(text: str) -> str:
    """The size of a signed number, where a word already says the direction."""
    return text.lstrip(f"{MINUS}+")


def p_value(p: float) -> str:
    """A probability; a tiny one only as a bound."""
    return "< 0.0001" if p < TINY_P else f"{p:.4f}" if p < 0.1 else f"{p:.3f}"  # noqa: PLR2004


def _signed_money(minor: float, currency: str, width: float) -> str:
    scale = 10 ** minor_digits(currency)
    text = signed(minor / scale, max(minor_digits(currency), digits_for(width / scale)))
    sign = text[0] if text[0] in f"{MINUS}+" else ""
    return f"{sign}{symbol(currency)}{text.removeprefix(sign)}"


def symbol(currency: str) -> str:
    """What stands before an amount."""
    return SYMBOLS.get(currency, f"{currency} ")
