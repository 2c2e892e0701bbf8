"""From the text of a cell to a value, or to the reason why not. No cell is guessed at.

`ValueError` carries a sentence for the message; the row and the column are added by the caller.
"""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from delivery.currencies import minor_digits
from experiments.imports.problems import quoted

LONGEST_ID: Final = 256
MOST_COUNT: Final = 10_000
"""Events one row can stand for; a file with larger numbers holds totals, not visits."""
MOST_AMOUNT: Final = 10**12
"""Minor units, as at the doors for live events: a million of them still fit into the sums."""

_TRUE: Final = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "0", "0.0"})
_EPOCH = re.compile(r"\d{9,10}(\.\d+)?|\d{12,13}|\d{15,16}")
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NUMBER = re.compile(r"-?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,2})?")
_WHOLE = re.compile(r"\d+(\.0+)?")
_WEEK = re.compile(r"(\d{4})-?W?(\d{2})")
_UNIX = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """How times are written: their format (ISO 8601 and Unix times need none), and the time zone of
    those that name none. Nothing may have happened after `latest`.
    """

    zone: ZoneInfo
    latest: dt.datetime
    pattern: str = ""

    def read(self, text: str) -> dt.datetime:
        """A moment in UTC."""
        moment = self._moment(text)
        if not _EARLIEST <= moment <= self.latest:
            raise ValueError(_("%(text)s is not a plausible time") % {"text": quoted(text)})
        return moment

    def _moment(self, text: str) -> dt.datetime:
        try:
            if self.pattern:
                return self._placed(dt.datetime.strptime(text, self.pattern))  # noqa: DTZ007
            if _EPOCH.fullmatch(text):
                return _from_unix(text)
            return self._placed(dt.datetime.fromisoformat(text))
        except (ValueError, OverflowError):
            raise ValueError(_("%(text)s is not a time") % {"text": quoted(text)}) from None

    def _placed(self, moment: dt.datetime) -> dt.datetime:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        return moment.astimezone(dt.UTC)


def _from_unix(text: str) -> dt.datetime:
    """Seconds, milliseconds or microseconds, told apart by their length."""
    if "." in text:
        return _UNIX + dt.timedelta(microseconds=int(Decimal(text) * 1_000_000))
    scale = {9: 10**6, 10: 10**6, 12: 10**3, 13: 10**3, 15: 1, 16: 1}[len(text)]
    return _UNIX + dt.timedelta(microseconds=int(text) * scale)


def week(text: str) -> dt.date:
    """The Monday of `YYYYWW`, weeks counted from the first Monday of the year as in strftime's %W.

    `YYYY-Www` is an ISO 8601 week.
    """
    match = _WEEK.fullmatch(text)
    if match is None or int(match[2]) > 53:  # noqa: PLR2004 - the last week of a year
        raise ValueError(_("%(text)s is not a week such as 201342") % {"text": quoted(text)})
    if "W" in text:
        return dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
    january = dt.date(int(match[1]), 1, 1)
    first_monday = january + dt.timedelta(days=-january.weekday() % 7)
    return first_monday + dt.timedelta(weeks=int(match[2]) - 1)


def name(text: str) -> str:
    """An id that names somebody or something."""
    if not text:
        raise ValueError(_("it is empty"))
    if len(text) > LONGEST_ID:
        raise ValueError(_("it is longer than %(n)s characters") % {"n": LONGEST_ID})
    return text


def label(text: str) -> str:
    """Text that is stored as it is."""
    if "\0" in text:
        raise ValueError(_("it contains a NUL character"))
    return text


def count(text: str) -> int:
    """A whole number from 0 on, or yes or no as 1 or 0."""
    lowered = text.lower()
    if lowered in _TRUE:
        return 1
    if lowered in _FALSE:
        return 0
    number = total(text)
    if number > MOST_COUNT:
        raise ValueError(
            _("%(text)s events in one row; totals are loaded with import_results")
            % {"text": quoted(text)}
        )
    return number


def total(text: str) -> int:
    """A whole number from 0 on."""
    if not _WHOLE.fullmatch(text):
        if text == "":
            raise ValueError(_("it is empty"))
        raise ValueError(_("%(text)s is not a count or yes/no") % {"text": quoted(text)})
    number = int(text.split(".", maxsplit=1)[0])
    if number > MOST_AMOUNT:
        raise ValueError(_("%(text)s is too large") % {"text": quoted(text)})
    return number


def number(text: str) -> Fraction:
    """Any number, exactly as it is written, 1.5e-05 included."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(_("%(text)s is not a number") % {"text": quoted(text)})
    found = Fraction(text)
    if abs(found) > MOST_AMOUNT:
        raise ValueError(_("%(text)s is too large") % {"text": quoted(text)})
    return found


@dataclass(frozen=True, slots=True)
class Money:
    """How amounts are written: the currency, the marks of thousands and decimals, the unit."""

    currency: str
    thousands: str = ""
    decimal: str = "."
    minor: bool = False

    def read(self, text: str) -> int:
        """An amount in minor units; empty is none."""
        if not text:
            return 0
        amount = self._number(text)
        if amount < 0:
            raise ValueError(
                _("%(text)s is negative; a refund is not a purchase") % {"text": quoted(text)}
            )
        places = 0 if self.minor else minor_digits(self.currency)
        scaled = amount.scaleb(places)
        if scaled != scaled.to_integral_value():
            raise ValueError(
                _("%(text)s has more decimal places than %(currency)s")
                % {"text": quoted(text), "currency": self.currency}
            )
        if scaled > MOST_AMOUNT:
            raise ValueError(_("%(text)s is too large") % {"text": quoted(text)})
        return int(scaled)

    def repaired(self, text: str) -> bool:
        """Whether marks of thousands were taken out to read it."""
        return bool(self.thousands) and self.thousands in text

    def _number(self, text: str) -> Decimal:
        plain = text
        if self.thousands:
            plain = _without_thousands(text, self.thousands, self.decimal)
        if self.decimal != ".":
            plain = plain.replace(self.decimal, ".") if "." not in plain else "?"
        if not _PLAIN_NUMBER.fullmatch(plain):
            raise ValueError(_("%(text)s is not an amount") % {"text": quoted(text)})
        try:
            return Decimal(plain)
        except InvalidOperation:
            raise ValueError(_("%(text)s is not an amount") % {"text": quoted(text)}) from None


def _without_thousands(text: str, thousands: str, decimal: str) -> str:
    """Take the marks out if they stand where they belong: before every third digit."""
    mark, point = re.escape(thousands), re.escape(decimal)
    if not re.fullmatch(rf"-?(\d+|\d{{1,3}}({mark}\d{{3}})+)({point}\d+)?", text):
        return "?"
    return text.replace(thousands, "")
