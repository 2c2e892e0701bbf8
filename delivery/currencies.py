"""The active codes of ISO 4217, without those for metals, funds and tests, and their decimals."""

from decimal import Decimal
from typing import Final

_CODES: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW "
    "KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR "
    "MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR "
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
    "USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "
)
ISO_4217: Final = frozenset(_CODES.split())

_WHOLE_ONLY: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS: Final = "BHD IQD JOD KWD LYD OMR TND"


def minor_digits(currency: str) -> int:
    """How many decimals the minor unit of a currency stands for.

    Example:
        >>> minor_digits("CNY"), minor_digits("JPY"), minor_digits("KWD")
        (2, 0, 3)
    """
    if currency in _WHOLE_ONLY.split():
        return 0
    return 3 if currency in _THOUSANDTHS.split() else 2


class NotExact(ValueError):
    """More decimals than the currency has; nothing is rounded here."""


def minor_units(amount: Decimal, currency: str) -> int:
    """An amount in major units as whole minor units, exactly.

    Raises:
        NotExact: It has more decimals than the currency.
        OverflowError: No shop has amounts of that size.

    Example:
        >>> minor_units(Decimal("129.90"), "CNY"), minor_units(Decimal("1e3"), "JPY")
        (12990, 1000)
    """
    sign, digits, exponent = amount.as_tuple()
    if not isinstance(exponent, int) or amount.adjusted() > _MOST_DIGITS:
        raise OverflowError("not an amount")
    number = int("".join(map(str, digits))) if len(digits) <= _MOST_WRITTEN else 0
    if not number:
        if any(digits):
            raise NotExact("too many digits")
        return 0
    shift = exponent + minor_digits(currency)
    if shift < -_MOST_WRITTEN:
        raise NotExact("too many decimals")
    scaled: int = number * 10 ** max(shift, 0)
    unit: int = 10 ** max(-shift, 0)
    whole, rest = divmod(scaled, unit)
    if rest:
        raise NotExact("too many decimals")
    return -whole if sign else whole


_MOST_DIGITS: Final = 18
_MOST_WRITTEN: Final = 40
