"""What a treatment is worth in money, in words: per week, with its range and what it rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.reports import numbers
from experiments.reports.findings import Money
from experiments.reports.names import gap_text, label
from experiments.reports.payload import ReportData, Span
from experiments.reports.verdict import Kind, Verdict

NONE: Final = "—"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and the range it stands for; the range is empty where there is none."""

    text: str
    span: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity for every treatment."""

    name: str
    amounts: Sequence[Amount]
    total: bool = False


@dataclass(frozen=True, slots=True)
class Worth:
    """The section on money: a table with one column per treatment, and sentences below."""

    heads: Sequence[str]
    lines: Sequence[Line]
    sentences: Sequence[str]


def worth(data: ReportData) -> Worth | None:
    """Everything known about money; None where nothing was asked."""
    found = data.findings.money
    if not found:
        return None
    heads = [label(data.design.arm(one.arm)) for one in found]
    return Worth(heads, list(_lines(data, found)), list(_sentences(data, found)))


def worth_line(data: ReportData, verdict: Verdict) -> str:
    """One line for the card: what the treatment of the verdict is worth a week, with its range."""
    found = _of(data, verdict.arm)
    if found is None or verdict.kind not in SAYS_MONEY:
        return ""
    span = found.net_span or found.gain_span
    if span is None:
        return ""
    low, high = numbers.gain_range(span, data.design.currency)
    places = {"level": f"{span.level * 100:.4g}%", "low": low, "high": high}
    if span.low > 0:
        text = _("Worth %(low)s to %(high)s a week once everybody sees it (%(level)s range).")
    elif span.high < 0:
        places |= {"low": numbers.unsigned(high), "high": numbers.unsigned(low)}
        text = _("It would cost %(low)s to %(high)s a week if everybody saw it (%(level)s range).")
    else:
        text = _("In money it is open: %(low)s to %(high)s a week (%(level)s range).")
    return text % places


SAYS_MONEY: Final = (Kind.USE, Kind.KEEP_CONTROL, Kind.NO_DIFFERENCE, Kind.YOUR_CALL)
"""Before there is an answer a sum of money on the card would be read as one."""


def _of(data: ReportData, arm: int | None) -> Money | None:
    return next((one for one in data.findings.money if one.arm == arm), None)


def _lines(data: ReportData, found: Sequence[Money]) -> Iterator[Line]:
    yield Line(_("More revenue per week"), [_gain(data, one) for one in found])
    if any(_costs(one) for one in found):
        yield Line(_("Media and discount per week"), [_cost(data, one) for one in found])
        yield Line(_("Creative, once"), [_once(data, one) for one in found])
        yield Line(_("Left over per week"), [_net(data, one) for one in found], total=True)
        yield Line(_("Return on the extra cost"), [_roi(one) for one in found])
    if any(one.waiting is not None for one in found):
        yield Line(_("Price of waiting another week"), [_waiting(data, one) for one in found])


def _costs(money: Money) -> bool:
    return bool(money.cost or money.once)


def _gain(data: ReportData, money: Money) -> Amount:
    return _amount(data, money, money.gain, money.gain_span)


def _cost(data: ReportData, money: Money) -> Amount:
    return _amount(data, money, money.cost, money.cost_span)


def _net(data: ReportData, money: Money) -> Amount:
    return _amount(data, money, money.net, money.net_span)


def _once(data: ReportData, money: Money) -> Amount:
    return Amount(numbers.gain(money.once, data.design.currency))


def _waiting(data: ReportData, money: Money) -> Amount:
    if money.waiting is None:
        return Amount(gap_text(money.gap) or NONE)
    return Amount(numbers.unsigned(numbers.gain(money.waiting, data.design.currency)))


def _amount(data: ReportData, money: Money, value: float | None, span: Span | None) -> Amount:
    if value is None:
        return Amount(gap_text(money.gap) or NONE)
    currency = data.design.currency
    if span is None:
        return Amount(numbers.gain(value, currency))
    low, high = numbers.gain_range(span, currency)
    text = numbers.gain(value, currency, width=span.high - span.low)
    return Amount(text, _("%(low)s to %(high)s") % {"low": low, "high": high})


def _roi(money: Money) -> Amount:
    if not _costs(money):
        return Amount(NONE)
    if money.roi is None:
        return Amount(gap_text(money.gap) or _("not measurable yet"))
    if money.roi_span is None:
        return Amount(numbers.lift(money.roi, digits=0), _("range not measurable yet"))
    low, high = numbers.lift_range(money.roi_span)
    digits = numbers.digits_for((money.roi_span.high - money.roi_span.low) * 100)
    text = numbers.lift(money.roi, digits=digits)
    return Amount(text, _("%(low)s to %(high)s") % {"low": low, "high": high})


def _sentences(data: ReportData, found: Sequence[Money]) -> Iterator[str]:
    first = found[0]
    places = {"visitors": numbers.count(first.visitors_per_week)}
    if data.design.adaptive:
        text = _(
            "For %(visitors)s visitors a week, as many as come to the placement, all of whom get "
            "what the policy chooses; compared with all of them getting a variant by chance."
        )
    else:
        text = _(
            "For %(visitors)s visitors a week, as many as come to the placement, all of whom see "
            "the variant; compared with all of them seeing the control."
        )
    yield text % places
    if level := _level(found):
        yield _("Small numbers are %(level)s ranges.") % {"level": level}
    if not any(_costs(one) for one in found):
        yield _("There is no extra cost, so there is no return on it to work out.")
    else:
        yield _return_over(first.weeks)
    if any(one.waiting is not None for one in found):
        yield _(
            "Waiting costs what is expected to be lost in a week while part of the visitors still "
            "see the worse banner."
        )


def _level(found: Sequence[Money]) -> str:
    spans = (one.gain_span for one in found if one.gain_span)
    return next((f"{span.level * 100:.4g}%" for span in spans), "")


def _return_over(weeks: int) -> str:
    text = ngettext(
        "The return is what is left over for each unit of extra cost in %(weeks)s week of use: "
        "0%% gives back just what was spent.",
        "The return is what is left over for each unit of extra cost in %(weeks)s weeks of use: "
        "0%% gives back just what was spent.",
        weeks,
    )
    return text % {"weeks": numbers.count(weeks)}
