"""Prices as they are written in words, read back; numbers only, no database."""

import re
from dataclasses import dataclass
from decimal import Decimal

from delivery.currencies import minor_digits

SIGNS = {
    "CNY": ("¥", "￥", "CN¥", "元", "块", "RMB"),
    "JPY": ("¥", "￥", "円", "日元"),
    "USD": ("US$", "$", "美元"),
    "EUR": ("€", "欧元"),
    "GBP": ("£", "英镑"),
    "HKD": ("HK$", "$", "港元", "港币"),
    "TWD": ("NT$", "$", "元"),
    "SGD": ("S$", "$"),
    "AUD": ("A$", "AU$", "$"),
    "CAD": ("C$", "CA$", "$"),
    "KRW": ("₩", "원"),
    "INR": ("₹",),
    "CHF": ("Fr.", "SFr."),
}
"""Signs of a currency beside its code; one sign may mean several."""
NUMBER = r"[0-9]{1,12}(?:[., \u00a0\u202f'][0-9]{1,3}){0,4}"
GROUP = 3
# A sum to reach or to save is no price of a product.
BEFORE = re.compile(
    r"(?:over|above|spend|save|saving|minimum|orders? (?:of|from|over)|(?:delivery|shipping) from"
    r"|满|每满|省|减|立减|直降|返)\s*$",
    re.IGNORECASE,
)
AFTER = re.compile(r"\s*(?:off\b|discount|voucher|coupon|包邮|起送|优惠|券)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A price in a text: as written, and in minor units."""

    words: str
    minor: int


def amounts(text: str, currency: str, *, bare: bool = False) -> tuple[Amount, ...]:
    """Every price of that currency in a text; with `bare` also a number that stands alone.

    Example:
        >>> [one.minor for one in amounts("Now ¥251 instead of 1,359.50 元", "CNY")]
        [25100, 135950]
        >>> amounts("Free delivery from ¥399, save ¥20", "CNY"), amounts("$12", "EUR")
        ((), ())
    """
    found = tuple(_found(text, currency))
    if found or not bare or not re.fullmatch(rf"\s*{NUMBER}\s*", text):
        return found
    return (Amount(text.strip(), _minor(text.strip(), currency)),)


def _found(text: str, currency: str) -> list[Amount]:
    signs = "|".join(re.escape(sign) for sign in (*SIGNS.get(currency, ()), currency) if sign)
    if not signs:
        return []
    pattern = rf"(?<![A-Za-z])(?:{signs})\s?({NUMBER})|(?<![0-9.,])({NUMBER})\s?(?:{signs})"
    matches = re.finditer(pattern, text, re.IGNORECASE)
    return [
        Amount(match.group().strip(), _minor(match[1] or match[2], currency))
        for match in matches
        if not BEFORE.search(text[: match.start()]) and not AFTER.match(text, match.end())
    ]


def _minor(number: str, currency: str) -> int:
    """In minor units: the last separator is a decimal one unless it groups thousands."""
    parts, digits = re.split(r"[^0-9]", number), minor_digits(currency)
    groups = len(parts[-1]) == GROUP and not (digits == GROUP and number[-GROUP - 1 :][0] == ".")
    has_rest = len(parts) > 1 and not groups
    whole, rest = ("".join(parts[:-1]), parts[-1]) if has_rest else ("".join(parts), "0")
    return int(Decimal(f"{whole}.{rest}").scaleb(digits))
