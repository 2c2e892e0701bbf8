"""Rules and their sizes as sentences."""

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from audiences.preview import Size, Unknown
from audiences.vocabulary import OF_NUMBERS, OPERATORS, WORDS, kind, stem
from delivery.currencies import minor_digits
from engine.assignment.known_features import Kind
from engine.assignment.targeting import Condition, Item, Rule

MONEY = "spent"


def of(rule: Rule, *, currency: str) -> str:
    """What a visitor of the rule has done or is: the rest of a sentence that begins with one."""
    return _joined([_item(item, currency, alone=len(rule.all) == 1) for item in rule.all])


def _joined(parts: Sequence[str]) -> str:
    return reduce(lambda one, two: _("%(one)s and %(two)s") % {"one": one, "two": two}, parts)


def _item(item: Item, currency: str, *, alone: bool) -> str:
    choices = [_condition(condition, currency) for condition in item.choices]
    text = reduce(lambda one, two: _("%(one)s or %(two)s") % {"one": one, "two": two}, choices)
    return text if alone or len(choices) == 1 else _("(%(choices)s)") % {"choices": text}


def _condition(condition: Condition, currency: str) -> str:
    name, part = stem(condition.feature)
    compare = _compared(condition, currency)
    return str(WORDS[name].sentence) % {"part": part, "compare": compare}


def _compared(condition: Condition, currency: str) -> str:
    name, _part = stem(condition.feature)
    value = condition.value
    values = value if isinstance(value, tuple) else (value,)
    if kind(name) is not Kind.NUMBER:
        return f"{OPERATORS[condition.op]} {_alternatives([_quoted(one) for one in values])}"
    amounts = [_money(one, currency) if name == MONEY else plain(one) for one in values]
    return str(OF_NUMBERS[condition.op]) % {"value": _alternatives(amounts)}


def _alternatives(values: Sequence[str]) -> str:
    if len(values) == 1:
        return values[0]
    return _("%(values)s or %(last)s") % {"values": _(", ").join(values[:-1]), "last": values[-1]}


def _quoted(value: object) -> str:
    if isinstance(value, str):
        return _("“%(text)s”") % {"text": value}
    return plain(value)


def plain(number: object) -> str:
    """A number without an exponent and without zeros at its end."""
    return f"{Decimal(repr(number)).normalize():f}"


def _money(minor: object, currency: str) -> str:
    amount = Decimal(repr(minor)).scaleb(-minor_digits(currency))
    return f"{plain_decimal(amount)} {currency}"


def plain_decimal(amount: Decimal) -> str:
    """An amount without zeros at its end."""
    return f"{amount.normalize():f}"


def of_size(size: Size | Unknown) -> str:
    """How many visitors match, or why nobody can say."""
    return str(_WHY[size]()) if isinstance(size, Unknown) else _counted(size)


def _counted(size: Size) -> str:
    words = {"count": count(size), "percent": percent(size)}
    if size.at_most:
        return (
            _("At most %(count)s (%(percent)s): what only a page view tells is left out.") % words
        )
    return _("%(count)s (%(percent)s)") % words


def count(size: Size) -> str:
    """How many of how many."""
    words = {
        "matching": number_format(size.matching, force_grouping=True),
        "known": number_format(size.known, force_grouping=True),
    }
    if size.complete:
        return _("%(matching)s of %(known)s visitors known now") % words
    return _("%(matching)s in a sample of %(known)s visitors known now") % words


def percent(size: Size) -> str:
    """The share that matches; a few are not called none, nor nearly all called all."""
    share = 100 * size.matching / size.known
    if 0 < share < 1:
        return _("under 1 %%") % {}
    if 99 < share < 100 and not size.at_most:  # noqa: PLR2004
        return _("over 99 %%") % {}
    return _("%(share)s %%") % {"share": f"{share:.0f}"}


_WHY = {
    Unknown.NOBODY: lambda: _("Nothing is known of any visitor yet."),
    Unknown.AWAY: lambda: _(
        "Cannot be counted now: the store of visitor profiles does not answer."
    ),
    Unknown.SLOW: lambda: _("Cannot be counted now: reading the visitor profiles took too long."),
    Unknown.REQUEST: lambda: _(
        "Cannot be counted beforehand: only a page view tells whether a visitor matches."
    ),
}
