"""Prices as people write and read them; kept as whole minor units."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from delivery.currencies import minor_digits
from engine.errors import InvalidInput

SIGNS = {
    "CNY": "¥",
    "JPY": "¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "KRW": "₩",
    "HKD": "HK$",
    "TWD": "NT$",
    "INR": "₹",
}
LARGEST = 10**12
# A space is no separator here: «1 299» may as well be two numbers.
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
AROUND = re.compile(r"^(?:[^\d\s.,+-]{0,4}|[A-Za-z]{3})\s*|\s*(?:[^\d\s.,+-]{1,4}|[A-Za-z]{3})$")
THOUSANDS = 3


def say(minor: int, currency: str) -> str:
    """A price for a banner: without a fraction that is zero.

    Example:
        >>> say(26900, "CNY"), say(1250, "EUR"), say(129900, "SEK")
        ('¥269', '€12.50', 'SEK 1,299')
    """
    digits = minor_digits(currency)
    whole, rest = divmod(minor, 10**digits)
    fraction = f".{rest:0{digits}d}" if rest else ""
    sign = SIGNS.get(currency, f"{currency} ")
    return f"{sign}{whole:,}{fraction}"


def read(text: str, currency: str, *, field: str = "price") -> int:
    """Minor units of a price as feeds write it; raises InvalidInput where it can mean two things.

    A comma or point with one or two digits behind it ends the whole units; with three it groups.

    Example:
        >>> read("¥1,299.00", "CNY"), read("12,5 EUR", "EUR"), read("1.299,00", "EUR")
        (129900, 1250, 129900)
    """
    bare = AROUND.sub("", AROUND.sub("", text.strip()))
    if not NUMBER.fullmatch(bare):
        raise _unreadable(text, field)
    whole, fraction = _parts(bare)
    digits = minor_digits(currency)
    if len(fraction.rstrip("0")) > digits:
        raise _unreadable(text, field)
    minor = int(Decimal(f"{whole}.{fraction or 0}") * 10**digits)
    if not 0 < minor <= LARGEST:
        raise InvalidInput(
            _("“%(text)s” is no price: it has to be more than nothing.") % {"text": text[:40]},
            field=field,
        )
    return minor


def _parts(bare: str) -> tuple[str, str]:
    """Whole units and fraction of a number with whatever separators."""
    *groups, last = re.split(r"[.,]", bare)
    marks = re.findall(r"[.,]", bare)
    if not groups:
        return last, ""
    # The last mark groups thousands if all marks are alike and three digits follow each of them.
    alike = len(set(marks)) == 1 and all(len(part) == THOUSANDS for part in [*groups[1:], last])
    if alike:
        return "".join(groups) + last, ""
    return "".join(groups), last


def _unreadable(text: str, field: str) -> InvalidInput:
    return InvalidInput(
        _("“%(text)s” cannot be read as a price.") % {"text": text[:40]},
        field=field,
        hint=_("Write it as 269.00, without words."),
    )
