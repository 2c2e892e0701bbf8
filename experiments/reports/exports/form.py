"""The form of an exported table: typed columns, and cells that a program can read."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from experiments.reports.gaps import Span

Cell: TypeAlias = str | int | float | dt.date | None


class Kind(StrEnum):
    """How a column is written."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is for programs and never changes, `head` is for people."""

    key: str
    head: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """Money is in the currency's main unit, shares and lifts are fractions."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def lift_columns() -> list[Column]:
    """A lift and its range."""
    return [
        Column("lift", pgettext("noun", "Change"), Kind.PERCENT),
        Column("lift_low", _("Change, from"), Kind.PERCENT),
        Column("lift_high", _("Change, to"), Kind.PERCENT),
    ]


def ends(span: Span | None) -> tuple[float | None, float | None]:
    """Both ends of a range, or two empty cells."""
    return (None, None) if span is None else (span.low, span.high)
