"""Segments that many shops have, as rows to begin with."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext_lazy as _


def _row(feature: str, op: str, value: str, *, join: str = "and") -> Mapping[str, str]:
    return {"join": join, "feature": feature, "part": "", "op": op, "value": value}


LABELS: Final = (
    ("newcomers", _("Here for the first time")),
    ("interest", _("Interested in a category")),
    ("undecided", _("Looked a lot, bought nothing")),
    ("away", _("Bought, but not lately")),
)
ROWS: Final[Mapping[str, Sequence[Mapping[str, str]]]] = MappingProxyType(
    {
        "newcomers": [_row("visits", "is", "1")],
        "interest": [_row("affinity.category.", "at_least", "1.5")],
        "undecided": [_row("session.products", "at_least", "5"), _row("orders", "is", "0")],
        "away": [_row("days_since_order", "more_than", "30")],
    }
)
