"""What the columns of a file of old tests may hold, and a guess at which holds what."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.errors import InvalidInput

ROLES: Final[Mapping[str, str | Promise]] = {
    "test": gettext_lazy("Experiment"),
    "variant": gettext_lazy("Variant"),
    "title": gettext_lazy("Name of the experiment"),
    "name": gettext_lazy("Name of the variant"),
    "impressions": gettext_lazy("Impressions"),
    "visitors": gettext_lazy("Visitors"),
    "clicks": gettext_lazy("Clicks"),
    "orders": gettext_lazy("Visitors who ordered"),
    "revenue": gettext_lazy("Revenue, in total"),
    "spread": gettext_lazy("Revenue per visitor: standard deviation"),
    "time": gettext_lazy("First day"),
    "until": gettext_lazy("Last day"),
}
"""What a column can be, in the order in which people are asked."""
LEFT_OUT: Final = ""

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "test": ("experiment", "test", "test id", "experiment id", "campaign", "实验", "测试"),
    "variant": ("variant", "variation", "arm", "group", "version", "版本", "变体", "组"),
    "title": ("title", "experiment name", "test name", "实验名称"),
    "name": ("name", "variant name", "variation name", "headline", "版本名称"),
    "impressions": ("impressions", "views", "shown", "exposures", "曝光", "展示"),
    "visitors": ("visitors", "users", "uv", "unique visitors", "sessions", "访客", "用户"),
    "clicks": ("clicks", "clicked", "clickers", "点击"),
    "orders": ("orders", "conversions", "buyers", "purchases", "订单", "转化"),
    "revenue": ("revenue", "sales", "gmv", "amount", "收入", "销售额"),
    "spread": ("sd", "std", "stddev", "standard deviation", "revenue sd", "标准差"),
    "time": ("date", "day", "start", "from", "start date", "started", "开始", "日期"),
    "until": ("end", "to", "until", "end date", "stopped", "结束"),
}
_BETWEEN = re.compile(r"[\s_\-./()]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its name, some cells, and what it seems to be."""

    name: str
    samples: tuple[str, ...]
    guess: str


def of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """Every column with its samples; each role is guessed once, the first column gets it."""
    guesses = guess(header)
    return tuple(
        Column(name, tuple(row[place] for row in rows if place < len(row)), guesses.get(name, ""))
        for place, name in enumerate(header)
    )


def guess(header: Iterable[str]) -> dict[str, str]:
    """The role of each column by its name, where that says it.

    Example:
        >>> guess(["Test ID", "arm", "Users", "mood"])
        {'Test ID': 'test', 'arm': 'variant', 'Users': 'visitors'}
    """
    found: dict[str, str] = {}
    for name in header:
        plain = _BETWEEN.sub(" ", name.casefold()).strip()
        role = next((role for role, words in _WORDS.items() if plain in words), "")
        if role and role not in found.values():
            found[name] = role
    return found


def mapped(chosen: Mapping[str, str]) -> dict[str, str]:
    """The column of each role, from the role of each column.

    Raises:
        InvalidInput: A role given twice, one that does not exist, or one that is missing; `field`
            is the column where there is one.
    """
    found: dict[str, str] = {}
    for column, role in chosen.items():
        if role == LEFT_OUT:
            continue
        if role not in ROLES:
            raise InvalidInput(_("A column cannot be “%(role)s”.") % {"role": role}, field=column)
        if role in found:
            raise InvalidInput(
                _("“%(role)s” is chosen for “%(first)s” and for “%(second)s”.")
                % {"role": ROLES[role], "first": found[role], "second": column},
                field=column,
                hint=_("Leave one of them out."),
            )
        found[role] = column
    _check(found)
    return found


def _check(found: Mapping[str, str]) -> None:
    if "impressions" in found and "visitors" in found:
        raise InvalidInput(
            _("Choose impressions or visitors, not both: a test is counted in one of them."),
            hint=_("Visitors say more: how many of them ordered. Impressions go with clicks."),
        )
    by_visitors = "visitors" in found
    needed = ("test", "variant") + (
        ("visitors", "orders") if by_visitors else ("impressions", "clicks")
    )
    missing = [str(ROLES[role]) for role in needed if role not in found]
    if missing:
        raise InvalidInput(
            _("Say which column holds: %(missing)s.") % {"missing": ", ".join(missing)},
            hint=_("Needed are impressions and clicks, or visitors and how many of them ordered."),
        )
    beside = [role for role in ("orders", "revenue", "spread") if role in found]
    if beside and not by_visitors:
        raise InvalidInput(
            _("“%(role)s” is counted per visitor, and no column holds the visitors.")
            % {"role": ROLES[beside[0]]},
            field=found[beside[0]],
            hint=_("Choose the column of the visitors, or leave this one out."),
        )
